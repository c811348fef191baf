using TdxDash.HostProbe.Host;

namespace TdxDash.HostProbe.Uplink;

/// <summary>How the service runs.</summary>
public sealed record ProbeServiceOptions
{
    /// <summary>The dashboard's address, for example <c>http://127.0.0.1:8080</c>.</summary>
    public required Uri Dashboard { get; init; }

    /// <summary>The folder that holds the journal; made when absent.</summary>
    public required string StateFolder { get; init; }

    /// <summary>Time between two snapshots.</summary>
    public required TimeSpan Interval { get; init; }

    /// <summary>A fixed host id for demo machines; null takes the one in the journal, or makes it.</summary>
    public string? HostId { get; init; }
}

/// <summary>The service on a host: takes snapshots, journals them, and delivers what the dashboard has not acknowledged yet.</summary>
public static class ProbeService
{
    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="IOException">The journal cannot be opened; the message names the file and the remedy.</exception>
    public static Task RunAsync(ISnapshotSource source, ProbeServiceOptions options, TimeProvider time, TextWriter log, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
