using System.Text.Json;
using System.Text.Json.Serialization;

namespace TdxDash.FleetSimulator;

/// <summary>What a run came to. Sizes are bytes; rates are a second.</summary>
/// <param name="Hosts">Simulated hosts.</param>
/// <param name="Connected">Hosts whose connection stood at the end.</param>
/// <param name="HeartbeatSeconds">Between two heartbeats of a host.</param>
/// <param name="Connecting">Until each host was connected and its first snapshot acknowledged.</param>
/// <param name="Running">The run itself.</param>
/// <param name="Ending">Until every host was connected and what was on its way was acknowledged.</param>
/// <param name="Storms">Each storm.</param>
/// <param name="Unacknowledged">Snapshots and batches of observations that were not acknowledged within the patience.</param>
internal sealed record SimulatorReport(int Hosts, int Connected, double HeartbeatSeconds, PhaseReport Connecting, PhaseReport Running, PhaseReport Ending, IReadOnlyList<StormReport> Storms, int Unacknowledged)
{
    /// <summary>Whether all went as it ought to: every host connected, every snapshot acknowledged, and none missing later.</summary>
    public bool IsWhole => Connected == Hosts && Unacknowledged == 0 && Phases.Sum(phase => phase.Missing) == 0;

    private PhaseReport[] Phases => [Connecting, Running, Ending];

    /// <summary>Writes it as text, and as JSON where that is asked for.</summary>
    /// <param name="json">A file; <c>-</c> for standard output in the place of the text; null for none.</param>
    /// <param name="output">Standard output.</param>
    /// <exception cref="SimulatorException">The file cannot be written.</exception>
    public async Task WriteAsync(string? json, TextWriter output)
    {
        string text = JsonSerializer.Serialize(this, ReportJson.Default.SimulatorReport);
        await output.WriteLineAsync(json == "-" ? text : ReportText.Of(this));
        if (json is null or "-")
        {
            return;
        }

        try
        {
            await File.WriteAllTextAsync(json, text + "\n");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException($"The report cannot be written to {json}: {e.Message} It stands above; name another file with --json.", e);
        }
    }
}

/// <summary>One phase of a run.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="SnapshotsTaken">Snapshots that hosts took.</param>
/// <param name="SnapshotsAcknowledged">Snapshots that the dashboard acknowledged, each of them once.</param>
/// <param name="SnapshotsPerSecond">The same a second.</param>
/// <param name="Stored">Answers that a snapshot is stored.</param>
/// <param name="Duplicates">Answers that it was stored before.</param>
/// <param name="Repeated">Snapshots that were sent twice on purpose.</param>
/// <param name="Reordered">Pairs of which the later one was sent first on purpose.</param>
/// <param name="AcknowledgementMilliseconds">From a snapshot's call to its acknowledgement.</param>
/// <param name="HeartbeatsPerSecond">Heartbeats that were answered.</param>
/// <param name="HeartbeatMilliseconds">From a heartbeat's call to its answer.</param>
/// <param name="Updates">Updates that began.</param>
/// <param name="Observations">Observations that were acknowledged.</param>
/// <param name="Cuts">Connections that were cut on purpose, without those of storms.</param>
/// <param name="Losses">Connections that were lost otherwise, or could not be made.</param>
/// <param name="ReconnectMilliseconds">From the loss of a connection to the accepted hello of the next one.</param>
/// <param name="PutOff">Deliveries that the dashboard put off.</param>
/// <param name="Missing">Heartbeats whose answer says that an acknowledged snapshot is not there.</param>
/// <param name="Errors">Why connections were lost or deliveries put off, and how often.</param>
/// <param name="Processes">What the simulator, and each process that was named, used.</param>
internal sealed record PhaseReport(
    double Seconds, long SnapshotsTaken, long SnapshotsAcknowledged, double SnapshotsPerSecond, long Stored, long Duplicates, long Repeated, long Reordered, Latency AcknowledgementMilliseconds,
    double HeartbeatsPerSecond, Latency HeartbeatMilliseconds, long Updates, long Observations, long Cuts, long Losses, Latency ReconnectMilliseconds, long PutOff, long Missing,
    IReadOnlyDictionary<string, long> Errors, IReadOnlyList<UsageReport> Processes)
{
    /// <summary>Reads the counts of a phase.</summary>
    /// <param name="counts">What was counted; nothing is any more.</param>
    /// <param name="usage">What the phase took.</param>
    public static PhaseReport From(FleetCounts counts, PhaseUsage usage)
    {
        double seconds = usage.Seconds;
        Latency heartbeats = counts.Heartbeats.Read();
        return new PhaseReport(Math.Round(seconds, 2), counts.Taken, counts.Acknowledged, Math.Round(counts.Acknowledged / seconds, 1), counts.Stored, counts.Duplicates, counts.Repeated, counts.Reordered,
            counts.Deliveries.Read(), Math.Round(heartbeats.Count / seconds, 1), heartbeats, counts.Updates, counts.Observations, counts.Cuts, counts.Losses, counts.Reconnects.Read(), counts.PutOff, counts.Missing,
            counts.Errors, usage.Processes);
    }
}

/// <summary>One storm.</summary>
/// <param name="At">Seconds from the beginning of the run.</param>
/// <param name="Cut">Connections that were cut.</param>
/// <param name="BackSeconds">Until every host was connected again; null where the patience ended before.</param>
/// <param name="Processes">What the simulator, and each process that was named, used meanwhile.</param>
internal sealed record StormReport(double At, int Cut, double? BackSeconds, IReadOnlyList<UsageReport> Processes);

/// <summary>What a process used over a phase.</summary>
/// <param name="Name"><c>simulator</c>, or <c>pid N</c>.</param>
/// <param name="CpuSeconds">Processor time.</param>
/// <param name="CpuPercentOfOneCore">The same as a share of one core.</param>
/// <param name="ResidentBytes">Resident memory at the end of the phase.</param>
/// <param name="PeakResidentBytes">The most since the process was started.</param>
internal sealed record UsageReport(string Name, double CpuSeconds, double CpuPercentOfOneCore, long ResidentBytes, long PeakResidentBytes);

/// <summary>The report as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SimulatorReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
