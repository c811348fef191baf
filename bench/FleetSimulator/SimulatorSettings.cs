using TdxDash.Wire;

namespace TdxDash.FleetSimulator;

/// <summary>What is simulated.</summary>
internal sealed record SimulatorSettings
{
    /// <summary>The dashboard, or the nodes of one installation.</summary>
    public required IReadOnlyList<Uri> Dashboards { get; init; }

    /// <summary>Certificates that the dashboard's one must come from; null for those that the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>An enrolment token for demo machines; null where the state folder has a key.</summary>
    public string? Token { get; init; }

    /// <summary>The folder of the key; null to keep it in memory alone.</summary>
    public string? State { get; init; }

    /// <summary>How many hosts.</summary>
    public int Hosts { get; init; } = 100;

    /// <summary>The number of the first one, from 0.</summary>
    public int First { get; init; }

    /// <summary>How long the run is, from when all hosts are connected.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The most that connecting, and the connections and acknowledgements at the end, may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Hosts that begin to connect in a second; 0 for all at once.</summary>
    public double ConnectRate { get; init; } = 250;

    /// <summary>Between two heartbeats of a host.</summary>
    public TimeSpan Heartbeat { get; init; } = ProbeContract.HeartbeatInterval;

    /// <summary>New snapshots a second, over all hosts.</summary>
    public double SnapshotRate { get; init; }

    /// <summary>Updates of TDX modules that begin in a second.</summary>
    public double UpdateRate { get; init; }

    /// <summary>Connections that are cut in a second.</summary>
    public double CutRate { get; init; }

    /// <summary>Snapshots a second that are delivered twice.</summary>
    public double DuplicateRate { get; init; }

    /// <summary>Pairs of snapshots a second of which the later one is delivered first.</summary>
    public double ReorderRate { get; init; }

    /// <summary>Between two storms, in which every connection is cut at once; zero for none.</summary>
    public TimeSpan StormEvery { get; init; }

    /// <summary>Whether a host whose connection is lost has a snapshot and an observation to deliver when it is back.</summary>
    public bool HasNews { get; init; }

    /// <summary>How long hosts stay connected after all is acknowledged at the end.</summary>
    public TimeSpan Linger { get; init; }

    /// <summary>Snapshots that are made before the run.</summary>
    public int Prepared { get; init; }

    /// <summary>Decides which hosts are chosen.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Processes whose processor time and memory are reported.</summary>
    public IReadOnlyList<int> Pids { get; init; } = [];

    /// <summary>Where the report is written as JSON: a file, or <c>-</c> for standard output in the place of the text; null for neither.</summary>
    public string? Json { get; init; }
}
