using TdxDash.Web.Live;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Nodes;
using TdxDash.Web.Security;
using TdxDash.Web.Store;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>Takes observations from probes: checked, stored, and answered only after the commit.</summary>
internal sealed class ObservationIntake(StoreWriter writer, FleetView fleet, ReinitView view, TimeProvider time, ILogger<ObservationIntake> log, NodeFeed? nodes = null)
{
    /// <summary>Stores one batch.</summary>
    public async Task<DeliveryReply> AcceptAsync(Caller caller, ObservationBatch? batch)
    {
        try
        {
            if (batch is null || !WireGuid.TryNormalise(batch.BootId, out string bootId))
            {
                return Reject(caller, batch, "The batch is empty, or its boot id is not a GUID of 36 characters.");
            }

            if (batch.Refusal() is string refusal)
            {
                return Reject(caller, batch, refusal);
            }

            DateTimeOffset now = time.GetUtcNow();
            var work = new EventWork(new EventSender(caller.HostId, caller.HostName, caller.Origin, caller.ProbeVersion, bootId, UnixTime.ToMicroseconds(now)),
                batch.Observations, stored => Announce(caller, bootId, stored, now));
            if (writer.TryEnqueue(work) is string reason)
            {
                return new DeliveryReply(DeliveryOutcome.RetryLater, reason, Intake.RetryAfterMilliseconds);
            }

            fleet.Heard(caller.HostId, caller.ProbeVersion);
            return await work.Done switch
            {
                StoreOutcome.Stored => new DeliveryReply(DeliveryOutcome.Stored, ""),
                StoreOutcome.Duplicate => new DeliveryReply(DeliveryOutcome.Duplicate, ""),
                StoreOutcome.Conflict conflict => Reject(caller, batch, $"Observation {conflict.StoredHash} of this boot is stored with another content. "
                    + "Two probes share one identity, or a journal was put back from a copy: delete the journal of one; it gets a new identity."),
                StoreOutcome.Failed failed => new DeliveryReply(DeliveryOutcome.RetryLater, failed.Reason, Intake.RetryAfterMilliseconds),
                var other => throw new InvalidOperationException($"No answer to {other}."),
            };
        }
        // The edge of a request: a fault here must cost neither the observations nor the connection.
        catch (Exception e)
        {
            IngestLog.Fault(log, caller.HostId, First(batch), e);
            return new DeliveryReply(DeliveryOutcome.RetryLater, "The dashboard failed on these observations; its log says how. Send them again later.");
        }
    }

    // Where other nodes write too, listeners get what all of them wrote in the order of its numbers, as the store has it.
    private void Announce(Caller caller, string bootId, IReadOnlyList<NewEvent> stored, DateTimeOffset at)
    {
        if (nodes is null)
        {
            view.Apply(caller.HostId, bootId, stored, at);
        }
        else
        {
            nodes.Call();
        }
    }

    private DeliveryReply Reject(Caller caller, ObservationBatch? batch, string reason)
    {
        IngestLog.ObservationsRejected(log, caller.HostId, First(batch), ShownText.Limit(reason, ShownText.MaxSentence));
        return new DeliveryReply(DeliveryOutcome.Rejected, reason);
    }

    private static long First(ObservationBatch? batch) => batch?.Observations is [{ } first, ..] ? first.Sequence : 0;
}
