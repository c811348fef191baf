using System.Diagnostics;
using TdxDash.Tdx.Reinit;

namespace TdxDash.FleetSimulator;

/// <summary>Lets things happen to hosts of a fleet, each kind at its rate.</summary>
/// <param name="probes">The hosts.</param>
/// <param name="settings">The rates.</param>
/// <param name="update">What is seen of an update; empty where none is asked for.</param>
/// <param name="log">Counts what happens.</param>
internal sealed class FleetRates(IReadOnlyList<FleetProbe> probes, SimulatorSettings settings, IReadOnlyList<UpdateStep> update, FleetLog log)
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs until cancelled. Updates that have begun are played to their end.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        AtRateAsync(settings.SnapshotRate, 0, probe => probe.Take(), stop),
        AtRateAsync(settings.DuplicateRate, 1, probe => probe.TakeAndRepeat(), stop),
        AtRateAsync(settings.ReorderRate, 2, probe => probe.TakeAndTurn(), stop),
        AtRateAsync(settings.CutRate, 3, Cut, stop),
        UpdateAsync(stop));

    private void Cut(FleetProbe probe)
    {
        if (probe.Cut())
        {
            log.Now.CountCut();
        }
    }

    private async Task UpdateAsync(CancellationToken stop)
    {
        var playing = new List<Task>();
        await AtRateAsync(settings.UpdateRate, 4, probe => playing.Add(PlayAsync(probe)), stop);
        await Task.WhenAll(playing);
    }

    private async Task PlayAsync(FleetProbe probe)
    {
        log.Now.CountUpdate();
        long began = Stopwatch.GetTimestamp();
        foreach (UpdateStep step in update)
        {
            TimeSpan left = step.At - Stopwatch.GetElapsedTime(began);
            await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, CancellationToken.None);
            probe.See([.. step.Seen.Select(seen => seen with { At = DateTimeOffset.UtcNow })]);
        }

        // As the probe does whose module has answered again.
        probe.Take();
    }

    private async Task AtRateAsync(double rate, int kind, Action<FleetProbe> happen, CancellationToken stop)
    {
        if (rate <= 0)
        {
            return;
        }

        var dice = new Random(settings.Seed + kind);
        using var clock = new PeriodicTimer(Tick);
        long began = Stopwatch.GetTimestamp();
        double done = 0;
        try
        {
            while (await clock.WaitForNextTickAsync(stop))
            {
                for (double due = Stopwatch.GetElapsedTime(began).TotalSeconds * rate; done + 1 <= due && !stop.IsCancellationRequested; done++)
                {
                    happen(probes[dice.Next(probes.Count)]);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }
}
