using System.Globalization;
using System.Text;

namespace TdxDash.FleetSimulator;

/// <summary>The report for people.</summary>
internal static class ReportText
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>Writes it.</summary>
    public static string Of(SimulatorReport report)
    {
        var text = new StringBuilder();
        text.AppendLine(Plain, $"{report.Connected} of {report.Hosts} simulated hosts connected, a heartbeat every {report.HeartbeatSeconds} s; {report.Unacknowledged} snapshots and batches of observations without an acknowledgement");
        AddPhase(text, "connecting", report.Connecting);
        AddPhase(text, "running", report.Running);
        foreach (StormReport storm in report.Storms)
        {
            text.AppendLine(Plain, $"  storm at {storm.At:F0} s: {storm.Cut} connections cut, {(storm.BackSeconds is { } back ? string.Create(Plain, $"all back after {back:F1} s") : "not all back within the patience")}");
            AddProcesses(text, storm.Processes);
        }

        AddPhase(text, "ending", report.Ending);
        return text.ToString().TrimEnd();
    }

    private static void AddPhase(StringBuilder text, string name, PhaseReport phase)
    {
        text.AppendLine(Plain, $"{name}: {phase.Seconds:F1} s");
        text.AppendLine(Plain, $"  snapshots   {phase.SnapshotsAcknowledged} acknowledged ({phase.SnapshotsPerSecond:F1}/s), {phase.SnapshotsTaken} taken, {phase.Duplicates} answered as duplicates, {phase.Repeated} repeated and {phase.Reordered} pairs turned on purpose; {Times(phase.AcknowledgementMilliseconds)}");
        text.AppendLine(Plain, $"  heartbeats  {phase.HeartbeatsPerSecond:F1}/s; {Times(phase.HeartbeatMilliseconds)}");
        AddRare(text, phase);
        AddProcesses(text, phase.Processes);
    }

    private static void AddRare(StringBuilder text, PhaseReport phase)
    {
        if (phase.Updates + phase.Observations > 0)
        {
            text.AppendLine(Plain, $"  updates     {phase.Updates} begun, {phase.Observations} observations acknowledged");
        }

        if (phase.ReconnectMilliseconds.Count + phase.Cuts + phase.Losses > 0)
        {
            text.AppendLine(Plain, $"  connections {phase.Cuts} cut, {phase.Losses} lost or not made; {phase.ReconnectMilliseconds.Count} back, {Times(phase.ReconnectMilliseconds)}");
        }

        if (phase.PutOff + phase.Missing > 0)
        {
            text.AppendLine(Plain, $"  trouble     {phase.PutOff} deliveries put off, {phase.Missing} answers that an acknowledged snapshot is not there");
        }

        foreach ((string error, long count) in phase.Errors.OrderByDescending(error => error.Value))
        {
            text.AppendLine(Plain, $"  {count,7} ×   {error}");
        }
    }

    private static void AddProcesses(StringBuilder text, IReadOnlyList<UsageReport> processes)
    {
        foreach (UsageReport process in processes)
        {
            text.AppendLine(Plain, $"  {process.Name,-11} {process.CpuPercentOfOneCore:F1} % of one core ({process.CpuSeconds:F1} s), {process.ResidentBytes >> 20} MiB resident, {process.PeakResidentBytes >> 20} MiB at most");
        }
    }

    private static string Times(Latency latency) => latency.Count == 0 ? "none" : string.Create(Plain, $"p50 {latency.P50:F1} ms, p99 {latency.P99:F1} ms, longest {latency.Longest:F0} ms");
}
