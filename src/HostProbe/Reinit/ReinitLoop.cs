using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Journals what a watch sees, and has the module read again after an update.</summary>
/// <param name="watch">The watch.</param>
/// <param name="events">The journal.</param>
/// <param name="uplink">What the uplink works with; woken for each observation.</param>
/// <param name="snapshots">Woken when the module has to be read.</param>
/// <param name="clock">Its timer lets it look again.</param>
internal sealed class ReinitLoop(ReinitWatch watch, JournalEvents events, UplinkContext uplink, WakeSignal snapshots, TimeProvider clock)
{
    private readonly List<ReinitObservation> _unsaved = [];
    private DateTimeOffset _askedAt;
    private int _lost;

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="JournalException">The journal is damaged.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                Look();
            }
            catch (JournalException e) when (!e.Damaged)
            {
                uplink.Log.WriteState($"What was seen of the TDX module waits for the journal: {e.Message}");
            }
            catch (Exception e) when (e is not JournalException)
            {
                // The edge of the background loop: a reader's fault must not end the service.
                uplink.Log.WriteState($"The TDX module could not be watched: {e.GetType().Name}: {e.Message}");
            }

            await Task.Delay(watch.Pace, clock, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // What could not be journaled is kept for the next look, as a watch only says what is new; no more than the journal would keep.
    private void Look()
    {
        RunOutcome? before = watch.State.Latest?.Outcome;
        ReinitStage? stage = watch.State.Latest?.Current?.Stage;
        _unsaved.AddRange(watch.Look());
        int excess = _unsaved.Count - JournalBounds.Default.Observations;
        if (excess > 0)
        {
            _unsaved.RemoveRange(0, excess);
            _lost += excess;
        }

        if (_unsaved.Count > 0)
        {
            events.Append(uplink.Identity.BootId, _unsaved, watch.Mark);
            _unsaved.Clear();
            uplink.Wake.Set();
            CountLost();
        }

        Say(before, stage);
        if ((watch.WantsSnapshot || watch.IsUnconfirmed) && uplink.Time.GetUtcNow() - _askedAt is var since && (since < TimeSpan.Zero || since >= watch.SweepPace))
        {
            _askedAt = uplink.Time.GetUtcNow();
            snapshots.Set();
        }
    }

    private void CountLost()
    {
        if (_lost > 0)
        {
            uplink.Thinning.CountLost(_lost);
            uplink.Log.Write($"{_lost} of the oldest observations of the TDX module were dropped while the journal refused them.");
            _lost = 0;
        }
    }

    private void Say(RunOutcome? before, ReinitStage? stage)
    {
        if (watch.State.Update is { } run && (run.Outcome != before || run.Current?.Stage != stage))
        {
            uplink.Log.WriteState(run.Failure is { } failure ? $"The update of the TDX module failed ({failure.Phase}:{failure.Error}). {failure.AdviceText}"
                : run.Current is { } now ? $"The TDX module is being updated: {now.Stage}." : $"The update of the TDX module is over: {run.Outcome}.");
        }
    }
}
