using Microsoft.AspNetCore.SignalR;
using TdxDash.HostProbe.Journal;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>What happens on one accepted connection: waiting entries in the order of their sequence, one at a time, and heartbeats.</summary>
internal sealed class UplinkSession
{
    private readonly UplinkConnection _connection;
    private readonly UplinkContext _context;
    private readonly Action _onProgress;
    private readonly RetryDelays _retries;
    private long _heartbeatAt;
    private long _heldSince;
    private TimeSpan _heldFor;
    private bool _greeted;
    private bool _reopened;

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
        _heartbeatAt = context.Time.GetTimestamp();
    }

    /// <summary>Runs until the connection is lost or the service ends.</summary>
    /// <param name="calls">Ends calls on their way; fires some time after <paramref name="cancellation"/>.</param>
    /// <param name="cancellation">Ends the session.</param>
    public async Task RunAsync(CancellationToken calls, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested && !_connection.IsLost)
        {
            JournalEntry? entry = HoldLeft() > TimeSpan.Zero ? null : _context.Journal.NextPending();
            if (entry is not null)
            {
                await DeliverAsync(entry, calls);
            }

            if (HeartbeatLeft() <= TimeSpan.Zero || (entry is null && !_greeted))
            {
                await HeartbeatAsync(idle: entry is null, calls);
            }
            else if (entry is null)
            {
                await _context.Wake.WaitAsync(Shorter(HeartbeatLeft(), HoldLeft()), _context.Time, cancellation);
            }
        }
    }

    private async Task DeliverAsync(JournalEntry entry, CancellationToken calls)
    {
        if (Damage(entry) is string damage)
        {
            Reject(entry, damage);
            return;
        }

        DeliveryReply reply;
        try
        {
            reply = await _connection.DeliverAsync(
                new SnapshotEnvelope(entry.BootId, entry.Sequence, entry.TakenAtMicroseconds, entry.Hash, entry.Body), calls);
        }
        catch (HubException e)
        {
            reply = new DeliveryReply(DeliveryOutcome.RetryLater, e.Message);
        }

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
                _heldSince = _context.Time.GetTimestamp();
                _heldFor = _retries.Next();
                _context.Log.WriteState($"Snapshot {entry.Sequence} was not accepted now and is sent again: {reply.Reason}");
                return;
            default:
                throw new InvalidDataException($"The dashboard answered snapshot {entry.Sequence} with outcome {reply.Outcome}, which this probe does not know.");
        }

        _retries.Reset();
        _onProgress();
    }

    private async Task HeartbeatAsync(bool idle, CancellationToken calls)
    {
        DeliveryReply reply = await _connection.HeartbeatAsync(new ProbeHeartbeat(_context.Identity.BootId, _context.Journal.Latest()), calls);
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

    private static string? Damage(JournalEntry entry) => BodyCodec.TryExpand(entry.Body, out byte[] canonical)
        ?? (SnapshotHash.Of(canonical).ToString() == entry.Hash ? null : "its bytes in the journal are not those that were written; check the disk.");

    private TimeSpan HeartbeatLeft() => _context.Timing.Heartbeat - _context.Time.GetElapsedTime(_heartbeatAt);

    private TimeSpan HoldLeft() => _heldFor == TimeSpan.Zero ? TimeSpan.Zero : _heldFor - _context.Time.GetElapsedTime(_heldSince);

    private static TimeSpan Shorter(TimeSpan heartbeat, TimeSpan hold) => hold > TimeSpan.Zero && hold < heartbeat ? hold : heartbeat;
}
