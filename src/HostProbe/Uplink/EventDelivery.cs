using Microsoft.AspNetCore.SignalR;
using TdxDash.HostProbe.Journal;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>Delivers waiting observations on one accepted connection, a batch at a time and in order. A batch that the dashboard puts off,
/// as one does that does not know observations yet, is sent again after a delay; snapshots do not wait for it.</summary>
internal sealed class EventDelivery(UplinkConnection connection, UplinkContext context)
{
    private readonly RetryDelays _retries = context.Timing.Delays();
    private long _heldSince;
    private TimeSpan _heldFor;

    /// <summary>How long nothing is sent; zero where something may be.</summary>
    public TimeSpan HoldLeft => _heldFor == TimeSpan.Zero ? TimeSpan.Zero
        : _heldFor - context.Time.GetElapsedTime(_heldSince) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <summary>Sends the next batch.</summary>
    /// <returns>Whether one was settled, so that another may wait.</returns>
    public async Task<bool> DeliverAsync(CancellationToken calls)
    {
        if (HoldLeft > TimeSpan.Zero || context.Events.NextPending() is not { } batch)
        {
            return false;
        }

        DeliveryReply reply;
        try
        {
            reply = await connection.ObserveAsync(batch, calls);
        }
        catch (HubException e)
        {
            reply = new DeliveryReply(DeliveryOutcome.RetryLater, e.Message);
        }

        if (reply.Outcome == DeliveryOutcome.RetryLater)
        {
            _heldSince = context.Time.GetTimestamp();
            _heldFor = _retries.Next();
            TimeSpan asked = RetryDelays.After(reply.RetryAfterMilliseconds, context.Timing);
            _heldFor = asked > _heldFor ? asked : _heldFor;
            context.Log.WriteState($"The dashboard does not accept what was seen of the TDX module now; it waits in the journal and is sent again: {reply.Reason}");
            return false;
        }

        _heldFor = TimeSpan.Zero;
        _retries.Reset();
        context.Events.Settle(batch, reply.Outcome == DeliveryOutcome.Rejected);
        if (reply.Outcome == DeliveryOutcome.Rejected)
        {
            context.Log.Write($"Observations {batch.Observations[0].Sequence} to {batch.Observations[^1].Sequence} were rejected and are not sent again: {reply.Reason}");
        }

        return true;
    }
}
