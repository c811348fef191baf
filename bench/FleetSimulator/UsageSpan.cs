using System.Diagnostics;

namespace TdxDash.FleetSimulator;

/// <summary>What a phase took.</summary>
/// <param name="Seconds">How long it was.</param>
/// <param name="Processes">What each process used.</param>
internal sealed record PhaseUsage(double Seconds, IReadOnlyList<UsageReport> Processes);

/// <summary>What processes used over a phase.</summary>
/// <param name="processes">The processes.</param>
internal sealed class UsageSpan(IReadOnlyList<ProcessUsage> processes)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly (TimeSpan Cpu, long Resident, long Peak)?[] _before = [.. processes.Select(process => process.Look())];

    /// <summary>How long it has been.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began);

    /// <summary>What the phase took until now.</summary>
    public PhaseUsage End() => new(Elapsed.TotalSeconds, Read());

    /// <summary>What each used; a process that has ended is left out.</summary>
    public IReadOnlyList<UsageReport> Read()
    {
        double seconds = Elapsed.TotalSeconds;
        return [.. processes.Zip(_before, (process, before) => (process, before, now: process.Look()))
            .Where(one => one is { before: not null, now: not null })
            .Select(one => new UsageReport(one.process.Name, Math.Round((one.now!.Value.Cpu - one.before!.Value.Cpu).TotalSeconds, 2),
                Math.Round((one.now.Value.Cpu - one.before.Value.Cpu).TotalSeconds / seconds * 100, 1), one.now.Value.Resident, one.now.Value.Peak))];
    }
}
