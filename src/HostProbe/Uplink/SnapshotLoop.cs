using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Uplink;

/// <summary>Takes snapshots and journals those that differ from the one before.</summary>
internal sealed class SnapshotLoop(ISnapshotSource source, ProbeServiceOptions options, UplinkContext uplink)
{
    // Zero while none is taken.
    private long _takenSince;
    private SnapshotHash? _refused;
    private int _lost;

    /// <summary>Told of each snapshot; null where the module is not watched.</summary>
    public ReinitWatch? Watch { get; init; }

    /// <summary>For how long the present snapshot has been taken; null while none is.</summary>
    public TimeSpan? Taking => Volatile.Read(ref _takenSince) is var since and not 0 ? uplink.Time.GetElapsedTime(since) : null;

    /// <summary>Takes a snapshot after every interval, and at once when woken, until cancelled.</summary>
    /// <exception cref="JournalException">The journal is damaged.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        WakeSignal wake = options.Wake ?? new WakeSignal();
        while (!cancellation.IsCancellationRequested)
        {
            await wake.WaitAsync(options.Interval, uplink.Time, cancellation);
            if (!cancellation.IsCancellationRequested)
            {
                await TakeAsync(cancellation);
            }
        }
    }

    /// <summary>Takes one snapshot. What goes wrong is logged and tried again next time.</summary>
    /// <param name="cancellation">Ends the wait for its turn; one that was begun is taken to its end.</param>
    /// <exception cref="JournalException">The journal is damaged.</exception>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        try
        {
            (Snapshot snapshot, DateTimeOffset takenAt) = await InTurnAsync(cancellation);
            await Task.Run(() => Keep(snapshot, takenAt), CancellationToken.None);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // None is taken any more.
        }
        catch (Exception e) when (e is not JournalException)
        {
            // The edge of the background loop: a reader's fault must not end the service.
            uplink.Log.Write($"No snapshot could be taken; the next try follows in {options.Interval.TotalSeconds} s: {e.GetType().Name}: {e.Message}");
        }
        catch (JournalException e) when (!e.Damaged)
        {
            uplink.Log.WriteState($"A snapshot could not be journaled: {e.Message}");
        }
        finally
        {
            Volatile.Write(ref _takenSince, 0);
        }
    }

    private async Task<(Snapshot Snapshot, DateTimeOffset TakenAt)> InTurnAsync(CancellationToken cancellation)
    {
        if (options.SnapshotTurn is { } turn)
        {
            await turn.WaitAsync(cancellation);
        }

        Volatile.Write(ref _takenSince, uplink.Time.GetTimestamp());
        try
        {
            return await Task.Run(Take, CancellationToken.None);
        }
        finally
        {
            options.SnapshotTurn?.Release();
        }
    }

    private (Snapshot Snapshot, DateTimeOffset TakenAt) Take()
    {
        DateTimeOffset takenAt = uplink.Time.GetUtcNow();
        long begun = Watch?.Begin() ?? 0;
        Snapshot snapshot = source.Take();
        uplink.Identity.Learn(snapshot);
        Watch?.Read(snapshot, begun);
        return (snapshot, takenAt);
    }

    private void Keep(Snapshot snapshot, DateTimeOffset takenAt)
    {
        long? appended = Append(takenAt, SnapshotCodec.Write(snapshot));
        if (appended is not null)
        {
            uplink.Wake.Set();
            uplink.Log.Write($"Snapshot {appended} is journaled.");
        }

        CountLost();

        // Also when nothing was appended: observations wait in the same file, and time goes on.
        if (uplink.Thinning.Apply(JournalBounds.Default, uplink.Time.GetUtcNow()) is long dropped and > 0)
        {
            uplink.Log.Write($"The journal has reached its bounds while the dashboard is away: {dropped} waiting entries were dropped, those first that changed nothing.");
        }

        if (appended is null)
        {
            return;
        }

        if (snapshot.Module.Transport is { State: ReadingState.Unreadable } why)
        {
            uplink.Log.Write($"It has no answers of a TDX module: {why.Reason} {why.Remedy}");
        }

        if (uplink.Journal.Retain(JournalRetention.Default, uplink.Time.GetUtcNow()) is int deleted and > 0)
        {
            uplink.Log.Write($"Retention removed {deleted} settled entries from the journal.");
        }
    }

    // A state that the journal refused is lost when the next one is another: nobody can take it again.
    private long? Append(DateTimeOffset takenAt, byte[] canonical)
    {
        var hash = SnapshotHash.Of(canonical);
        if (_refused is { } before && before != hash)
        {
            _lost++;
        }

        _refused = hash;
        long? appended = AppendOrMakeRoom(takenAt, canonical);
        _refused = null;
        return appended;
    }

    private long? AppendOrMakeRoom(DateTimeOffset takenAt, byte[] canonical)
    {
        try
        {
            return uplink.Journal.Append(uplink.Identity.BootId, takenAt, canonical);
        }
        catch (JournalException e) when (e.IsFull)
        {
            if (uplink.Thinning.MakeRoom() is long dropped and > 0)
            {
                uplink.Log.Write($"The disk of the journal is full: {dropped} waiting entries that changed nothing were dropped.");
            }

            return uplink.Journal.Append(uplink.Identity.BootId, takenAt, canonical);
        }
    }

    private void CountLost()
    {
        if (_lost > 0)
        {
            uplink.Thinning.CountLost(_lost);
            uplink.Log.Write($"{_lost} snapshots were lost while the journal refused them; they are counted as dropped.");
            _lost = 0;
        }
    }
}
