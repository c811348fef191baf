using Microsoft.AspNetCore.SignalR;
using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>What happens on one accepted connection: waiting entries in the order of their sequence, some at a time, and heartbeats.
/// An entry that the dashboard puts off lets those after it pass; it comes again when the others were tried and a delay is over.</summary>
internal sealed class UplinkSession
{
    // A dashboard whose disk is full puts everything off: it is not sent the whole journal after every delay.
    private const int MaxPutOffInARow = 4;

    private readonly UplinkConnection _connection;
    private readonly UplinkContext _context;
    private readonly Action _onProgress;
    private readonly RetryDelays _retries;
    private readonly EventDelivery _events;
    private long _heartbeatAt;
    private long _heldSince;
    private TimeSpan _heldFor;
    private long _passed;
    private int _putOffInARow;
    private bool _greeted;
    private bool _reopened;
    private bool _takesBatches = true;

    /// <summary>Makes one.</summary>
    /// <param name="connection">Accepted by the dashboard.</param>
    /// <param name="context">What the uplink works with.</param>
    /// <param name="onProgress">Called when the dashboard did what it was asked for.</param>
    public UplinkSession(UplinkConnection connection, UplinkContext context, Action onProgress)
    {
        _connection = connection;
        _context = context;
        _onProgress = onProgress;
        _retries = context.Timing.Delays();
        _events = new EventDelivery(connection, context);
        _heartbeatAt = context.Time.GetTimestamp();
    }

    /// <summary>Runs until the connection is lost or the service ends.</summary>
    /// <param name="calls">Ends calls on their way; fires some time after <paramref name="cancellation"/>.</param>
    /// <param name="cancellation">Ends the session.</param>
    public async Task RunAsync(CancellationToken calls, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && !_connection.IsLost)
        {
            // Before the journal is looked at: a hold that ends meanwhile has to end the wait, too.
            TimeSpan hold = HoldLeft(), eventsHold = _events.HoldLeft;

            // What was seen is small, and somebody watches it: it does not wait for a snapshot, but for the first one, which makes the host known.
            bool more = _greeted && await _events.DeliverAsync(calls);
            IReadOnlyList<JournalEntry> entries = NextEntries();
            if (entries.Count > 0)
            {
                await DeliverAsync(entries, calls);
            }

            bool idle = entries.Count == 0;
            more |= idle && !_greeted && await _events.DeliverAsync(calls);
            if (HeartbeatLeft() <= TimeSpan.Zero || (idle && !_greeted))
            {
                await HeartbeatAsync(idle, calls);
            }
            else if (idle && !more)
            {
                eventsHold = _events.HoldLeft is var left && left > TimeSpan.Zero ? left : eventsHold;
                await _context.Wake.WaitAsync(Shorter(Shorter(HeartbeatLeft(), hold), eventsHold), _context.Time, cancellation);
            }
        }
    }

    private IReadOnlyList<JournalEntry> NextEntries()
    {
        bool held = HoldLeft() > TimeSpan.Zero;
        if (held && _putOffInARow >= MaxPutOffInARow)
        {
            return [];
        }

        // While some are put off each tells whether the next one is worth sending.
        int most = _takesBatches && _putOffInARow == 0 ? SnapshotBatch.MaxSnapshots : 1;
        if (_context.Journal.NextPending(_passed, most, SnapshotBatch.MaxBytes) is { Count: > 0 } next)
        {
            return next;
        }

        if (held || _passed == 0)
        {
            return [];
        }

        _passed = 0;
        return _context.Journal.NextPending(0, most, SnapshotBatch.MaxBytes);
    }

    private async Task DeliverAsync(IReadOnlyList<JournalEntry> entries, CancellationToken calls)
    {
        var whole = new List<JournalEntry>(entries.Count);
        foreach (JournalEntry entry in entries)
        {
            if ((Excess(entry) ?? Damage(entry)) is string fault)
            {
                Reject(entry, fault);
            }
            else
            {
                whole.Add(entry);
            }
        }

        if (whole.Count > 0)
        {
            IReadOnlyList<DeliveryReply> replies = await SendAsync(whole, calls);
            TakeAll(whole, replies);
        }
    }

    // The last ones of several that are all put off: the dashboard has no time, and they come again in their order. Sent one by one, each that is put off for its own sake lets the next pass.
    private void TakeAll(List<JournalEntry> entries, IReadOnlyList<DeliveryReply> replies)
    {
        int taken = replies.Count;
        while (replies.Count > 1 && taken > 0 && replies[taken - 1].Outcome == DeliveryOutcome.RetryLater)
        {
            taken--;
        }

        long passed = _passed;
        for (int i = 0; i < replies.Count; i++)
        {
            Take(entries[i], replies[i]);
            passed = i < taken ? _passed : passed;
        }

        _passed = passed;
    }

    /// <returns>The answers to the first ones, of which there is at least one.</returns>
    private async Task<IReadOnlyList<DeliveryReply>> SendAsync(List<JournalEntry> entries, CancellationToken calls)
    {
        if (entries.Count > 1 && _takesBatches)
        {
            try
            {
                BatchReply reply = await _connection.DeliverAsync(new SnapshotBatch([.. entries.Select(Envelope)]), calls);
                return reply.Replies.Count == entries.Count ? reply.Replies
                    : throw new InvalidDataException($"The dashboard gave {reply.Replies.Count} answers to {entries.Count} snapshots; update it to the version of this probe.");
            }
            catch (HubException e)
            {
                // A dashboard that does not know batches, or has trouble with one, is asked one by one.
                _takesBatches = false;
                _context.Log.WriteState($"The dashboard does not take several snapshots together; they are sent one by one: {e.Message}");
            }
        }

        try
        {
            return [await _connection.DeliverAsync(Envelope(entries[0]), calls)];
        }
        catch (HubException e)
        {
            return [new DeliveryReply(DeliveryOutcome.RetryLater, e.Message)];
        }
    }

    private void Take(JournalEntry entry, DeliveryReply reply)
    {
        switch (reply.Outcome)
        {
            case DeliveryOutcome.Stored or DeliveryOutcome.Duplicate:
                _context.Journal.MarkDelivered(entry.Sequence, _context.Time.GetUtcNow());
                _context.Log.Write($"Snapshot {entry.Sequence} is delivered ({reply.Outcome}).");
                break;
            case DeliveryOutcome.Rejected:
                Reject(entry, reply.Reason);
                break;
            case DeliveryOutcome.RetryLater:
                PutOff(entry, reply);
                return;
            default:
                throw new InvalidDataException($"The dashboard answered snapshot {entry.Sequence} with outcome {reply.Outcome}, which this probe does not know.");
        }

        _putOffInARow = 0;
        _retries.Reset();
        _onProgress();
    }

    private void PutOff(JournalEntry entry, DeliveryReply reply)
    {
        _passed = entry.Sequence;
        if (HoldLeft() <= TimeSpan.Zero)
        {
            _putOffInARow = 0;
            _heldSince = _context.Time.GetTimestamp();
            _heldFor = _retries.Next();
            TimeSpan asked = RetryDelays.After(reply.RetryAfterMilliseconds, _context.Timing);
            _heldFor = asked > _heldFor ? asked : _heldFor;
        }

        _putOffInARow++;
        // Without the sequence: two that are put off in turn would each be news again.
        _context.Log.WriteState($"The dashboard does not accept some snapshots now; they wait in the journal and are sent again: {reply.Reason}");
    }

    private async Task HeartbeatAsync(bool idle, CancellationToken calls)
    {
        DeliveryReply reply = await _connection.HeartbeatAsync(new ProbeHeartbeat(_context.Identity.BootId, _context.Journal.Latest(), _context.Thinning.Dropped()), calls);
        _heartbeatAt = _context.Time.GetTimestamp();
        _greeted = true;
        if (reply.Outcome == DeliveryOutcome.Rejected && !_reopened && _context.Journal.ReopenLatest() is long sequence)
        {
            // The dashboard does not hold what it acknowledged, for instance after a restore. Once a connection, so that two cannot quarrel for ever.
            _reopened = true;
            _context.Log.Write($"Snapshot {sequence} is sent again, as the dashboard asks: {reply.Reason}");
        }

        if (idle && HoldLeft() <= TimeSpan.Zero)
        {
            _onProgress();
        }
    }

    private void Reject(JournalEntry entry, string reason)
    {
        _context.Journal.MarkRejected(entry.Sequence, reason, _context.Time.GetUtcNow());
        _context.Log.Write($"Snapshot {entry.Sequence} was rejected and is not sent again: {reason}");
    }

    private static SnapshotEnvelope Envelope(JournalEntry entry) => new(entry.BootId, entry.Sequence, entry.TakenAtMicroseconds, entry.Hash, entry.Body);

    private static string? Excess(JournalEntry entry) => entry.Body.Length <= ProbeContract.MaxBodyBytes ? null
        : $"its compressed body has {entry.Body.Length} bytes and the dashboard accepts at most {ProbeContract.MaxBodyBytes}. "
            + "Find out with tdxprobe capture what has grown on this host, such as its memory map; the next snapshot that fits is delivered.";

    private static string? Damage(JournalEntry entry) => BodyCodec.TryExpand(entry.Body, out byte[] canonical)
        ?? (SnapshotHash.Of(canonical).ToString() == entry.Hash ? null : "its bytes in the journal are not those that were written; check the disk.");

    private TimeSpan HeartbeatLeft() => _context.Timing.Heartbeat - _context.Time.GetElapsedTime(_heartbeatAt);

    private TimeSpan HoldLeft() => _heldFor == TimeSpan.Zero ? TimeSpan.Zero : _heldFor - _context.Time.GetElapsedTime(_heldSince);

    private static TimeSpan Shorter(TimeSpan heartbeat, TimeSpan hold) => hold > TimeSpan.Zero && hold < heartbeat ? hold : heartbeat;
}
