using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Security;
using TdxDash.Web.Store;
using TdxDash.Wire;

namespace TdxDash.Web.Ingest;

/// <summary>Takes deliveries from probes: checked, stored, and answered only after the commit.</summary>
internal sealed class Intake(StoreWriter writer, FleetView fleet, MakeDigest makeDigest, TimeProvider time, ILogger<Intake> log, long waitingBytes = BatchTurns.MostWaitingBytes) : IDisposable
{
    // A full queue is written in less; a probe's own delays grow beyond it.
    internal const int RetryAfterMilliseconds = 1_000;

    // A body of 4 MiB expands to up to 32 MiB: only so many at once as there are cores to work on them.
    private readonly SemaphoreSlim _checks = new(Environment.ProcessorCount);

    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(5);

    private readonly BatchTurns _batches = new(waitingBytes);

    /// <summary>Stores one snapshot.</summary>
    public async Task<DeliveryReply> AcceptAsync(Caller caller, SnapshotEnvelope? envelope, CancellationToken cancellation) => await await BeginAsync(caller, envelope, cancellation);

    /// <summary>Stores some snapshots: each is checked and queued in their order, and all wait for their commit together. Where many batches come at once, all of one or its last ones are put off.</summary>
    /// <param name="caller">The probe.</param>
    /// <param name="batch">One that <see cref="SnapshotCheck.RefusalOf"/> has nothing against.</param>
    /// <param name="cancellation">Puts off what is not queued yet.</param>
    public async Task<BatchReply> AcceptAsync(Caller caller, SnapshotBatch batch, CancellationToken cancellation)
    {
        if (!await _batches.TakeAsync(batch.Snapshots.Sum(snapshot => (long)(snapshot?.Body?.Length ?? 0)), cancellation))
        {
            DeliveryReply busy = PutOff(caller, batch.Snapshots.Count, $"The dashboard takes {BatchTurns.AtOnce} batches of snapshots at a time and more are coming now; the probe sends them again by itself.");
            return new BatchReply([.. batch.Snapshots.Select(_ => busy)]);
        }

        Task<DeliveryReply>[] replies;
        try
        {
            replies = await BeginAsync(caller, batch.Snapshots, cancellation);
        }
        finally
        {
            // What is queued counts against the queue's own bound.
            _batches.Give();
        }

        return new BatchReply(await Task.WhenAll(replies));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _checks.Dispose();
        _batches.Dispose();
    }

    private async Task<Task<DeliveryReply>[]> BeginAsync(Caller caller, IReadOnlyList<SnapshotEnvelope?> envelopes, CancellationToken cancellation)
    {
        long begun = time.GetTimestamp();
        var replies = new List<Task<DeliveryReply>>(envelopes.Count);
        while (replies.Count < envelopes.Count && time.GetElapsedTime(begun) < BatchTime)
        {
            replies.Add(await BeginAsync(caller, envelopes[replies.Count], cancellation));
        }

        int left = envelopes.Count - replies.Count;
        if (left > 0)
        {
            var late = Task.FromResult(PutOff(caller, left, $"The batch has taken the dashboard {BatchTime.TotalSeconds:0} s, as much comes now; the probe sends the rest again by itself."));
            replies.AddRange(Enumerable.Repeat(late, left));
        }

        return [.. replies];
    }

    /// <returns>The answer, once there is one: it is known at once where the snapshot was not queued, and else after the commit.</returns>
    private async Task<Task<DeliveryReply>> BeginAsync(Caller caller, SnapshotEnvelope? envelope, CancellationToken cancellation)
    {
        try
        {
            (SnapshotWork? work, DeliveryReply? refusal) = await CheckAsync(caller, envelope, cancellation);
            if (work is null)
            {
                return Task.FromResult(refusal!);
            }

            if (writer.TryEnqueue(work) is string reason)
            {
                return Task.FromResult(Defer(caller, reason));
            }

            fleet.Heard(caller.HostId, caller.ProbeVersion);
            return AnswerAsync(caller, envelope!.Sequence, work);
        }
        catch (OperationCanceledException)
        {
            return Task.FromResult(new DeliveryReply(DeliveryOutcome.RetryLater, "The dashboard is stopping; send it again later."));
        }
        // The edge of a request: a fault here must cost neither the snapshot nor the connection.
        catch (Exception e)
        {
            return Task.FromResult(Fault(caller, envelope?.Sequence ?? 0, e));
        }
    }

    private async Task<DeliveryReply> AnswerAsync(Caller caller, long sequence, SnapshotWork work)
    {
        try
        {
            return Answer(caller, sequence, await work.Done);
        }
        // The same edge.
        catch (Exception e)
        {
            return Fault(caller, sequence, e);
        }
    }

    private DeliveryReply Fault(Caller caller, long sequence, Exception e)
    {
        IngestLog.Fault(log, caller.HostId, sequence, e);
        return new DeliveryReply(DeliveryOutcome.RetryLater, "The dashboard failed on this snapshot; its log says how. Send it again later.");
    }

    private async Task<(SnapshotWork? Work, DeliveryReply? Refusal)> CheckAsync(Caller caller, SnapshotEnvelope? envelope, CancellationToken cancellation)
    {
        await _checks.WaitAsync(cancellation);
        try
        {
            (CheckedEnvelope? opened, string refusal) = SnapshotCheck.Open(envelope);
            if (opened is null)
            {
                return (null, Reject(caller, envelope?.Sequence ?? 0, refusal));
            }

            // The same hash was parsed and checked when it came first.
            HostSummary? summary = fleet.Find(caller.HostId) is { } entry && entry.Hash == opened.Hash ? entry.Summary : null;
            HostDigest? digest = null;
            if (summary is null)
            {
                SnapshotParse parse = SnapshotCheck.Parse(opened.Canonical);
                if (parse.Snapshot is null)
                {
                    return (null, parse.IsNewer
                        ? Defer(caller, $"Update the dashboard to the probe's version; until then the probe keeps the snapshot. {parse.Error}")
                        : Reject(caller, opened.Sequence, parse.Error!));
                }

                digest = makeDigest(parse.Snapshot);
                summary = digest.Summary;
            }

            return summary.Origin == caller.Origin
                ? (Work(caller, opened, summary, digest), null)
                : (null, Reject(caller, opened.Sequence, $"The snapshot is of origin {summary.Origin}, the probe's hello said {caller.Origin}. "
                    + "A journal holds snapshots of one kind of machine: give each probe a state folder of its own."));
        }
        finally
        {
            _checks.Release();
        }
    }

    private SnapshotWork Work(Caller caller, CheckedEnvelope opened, HostSummary summary, HostDigest? digest)
    {
        DateTimeOffset now = time.GetUtcNow();
        var row = new SnapshotRow
        {
            HostId = caller.HostId,
            HostName = caller.HostName,
            Origin = caller.Origin,
            ProbeVersion = caller.ProbeVersion,
            BootId = opened.BootId,
            Sequence = opened.Sequence,
            Hash = opened.Hash,
            Schema = SnapshotCodec.SchemaOf(opened.Canonical) ?? Snapshot.OldestSchema,
            RawBytes = opened.Canonical.Length,
            Body = opened.Body,
            TakenAt = opened.TakenAt,
            ReceivedAt = UnixTime.ToMicroseconds(now),
            Digest = digest,
        };
        return new SnapshotWork(row, revision => fleet.Apply(opened.Sequence, new HostEntry
        {
            HostId = caller.HostId,
            Revision = revision,
            Summary = summary,
            Hash = opened.Hash,
            TakenAt = UnixTime.FromMicroseconds(opened.TakenAt),
            LastSeen = UnixTime.FromMicroseconds(row.ReceivedAt),
            HeardAt = time.GetTimestamp(),
            ProbeVersion = caller.ProbeVersion,
        }));
    }

    private DeliveryReply Answer(Caller caller, long sequence, StoreOutcome outcome) => outcome switch
    {
        StoreOutcome.Stored => new DeliveryReply(DeliveryOutcome.Stored, ""),
        StoreOutcome.Duplicate => new DeliveryReply(DeliveryOutcome.Duplicate, ""),
        StoreOutcome.Conflict conflict => Reject(caller, sequence, $"Sequence {sequence} of this boot is stored with another content, {conflict.StoredHash}. "
            + "Two probes share one identity, or a journal was put back from a copy: delete the journal of one; it gets a new identity."),
        // The writer has logged it once for the whole batch.
        StoreOutcome.Failed failed => new DeliveryReply(DeliveryOutcome.RetryLater, failed.Reason, RetryAfterMilliseconds),
        _ => throw new InvalidOperationException($"No answer to {outcome}."),
    };

    private DeliveryReply Defer(Caller caller, string reason)
    {
        IngestLog.Deferred(log, caller.HostId, ShownText.Limit(reason, ShownText.MaxSentence));
        return new DeliveryReply(DeliveryOutcome.RetryLater, reason, RetryAfterMilliseconds);
    }

    private DeliveryReply PutOff(Caller caller, int count, string reason)
    {
        IngestLog.PutOff(log, count, caller.HostId, reason);
        return new DeliveryReply(DeliveryOutcome.RetryLater, reason, RetryAfterMilliseconds);
    }

    private DeliveryReply Reject(Caller caller, long sequence, string reason)
    {
        IngestLog.Rejected(log, caller.HostId, sequence, ShownText.Limit(reason, ShownText.MaxSentence));
        return new DeliveryReply(DeliveryOutcome.Rejected, reason);
    }
}
