using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>One thing for the writer to do inside a shared transaction.</summary>
internal interface IStoreWork
{
    /// <summary>Memory that it holds while it waits, in bytes.</summary>
    int Bytes { get; }

    /// <summary>Runs its statements. May run again after a failed transaction was rolled back.</summary>
    void Apply(StoreTransaction transaction);

    /// <summary>The transaction is on the disk.</summary>
    void Committed();

    /// <summary>Nothing of it was kept.</summary>
    void Failed(string reason);
}

/// <summary>One snapshot that was checked and waits to be stored. Times are microseconds since 1970 in UTC.</summary>
internal sealed record SnapshotRow
{
    public required string HostId { get; init; }

    public required string HostName { get; init; }

    public required Origin Origin { get; init; }

    public required string ProbeVersion { get; init; }

    public required string BootId { get; init; }

    public required long Sequence { get; init; }

    public required SnapshotHash Hash { get; init; }

    public required int Schema { get; init; }

    public required int RawBytes { get; init; }

    public required byte[] Body { get; init; }

    public required long TakenAt { get; init; }

    public required long ReceivedAt { get; init; }

    /// <summary>What lists need of it; null when the same body was stored before and was not parsed again.</summary>
    public required HostDigest? Digest { get; init; }
}

/// <summary>What became of a row.</summary>
internal abstract record StoreOutcome
{
    private StoreOutcome()
    {
    }

    /// <summary>It is committed.</summary>
    public sealed record Stored(long Revision) : StoreOutcome;

    /// <summary>The same row was committed before.</summary>
    public sealed record Duplicate(long Revision) : StoreOutcome;

    /// <summary>Another content was committed before under the same host, boot and sequence.</summary>
    public sealed record Conflict(string StoredHash) : StoreOutcome;

    /// <summary>Nothing was kept; it may be tried again.</summary>
    public sealed record Failed(string Reason) : StoreOutcome;
}

/// <summary>Stores one snapshot.</summary>
/// <param name="row">The snapshot.</param>
/// <param name="onHeld">Called after the commit with the revision, new or that of the same row before, and before the outcome is known to anyone else.</param>
internal sealed class SnapshotWork(SnapshotRow row, Action<long> onHeld) : IStoreWork
{
    private const string FindSql = """
        SELECT s.hash, s.revision FROM snapshots s JOIN hosts h ON h.id = s.host
        WHERE h.host_id = @HostId AND s.boot_id = @BootId AND s.sequence = @Sequence
        """;

    private const string HostSql = """
        INSERT INTO hosts (host_id, name, origin, probe_version, first_seen_us, last_seen_us)
        VALUES (@HostId, @HostName, @Origin, @ProbeVersion, @ReceivedAt, @ReceivedAt)
        ON CONFLICT (host_id) DO UPDATE SET name = excluded.name, origin = excluded.origin, probe_version = excluded.probe_version,
            first_seen_us = min(hosts.first_seen_us, excluded.first_seen_us), last_seen_us = max(hosts.last_seen_us, excluded.last_seen_us)
        RETURNING id
        """;

    // The body at hand was checked against its hash: a stored one that was damaged heals. One that is whole is only read, not written again.
    private const string BodySql = """
        INSERT INTO bodies (hash, schema, raw_bytes, body) VALUES (@Hash, @Schema, @RawBytes, @Body)
        ON CONFLICT (hash) DO UPDATE SET schema = excluded.schema, raw_bytes = excluded.raw_bytes, body = excluded.body
        WHERE bodies.body <> excluded.body OR bodies.raw_bytes <> excluded.raw_bytes OR bodies.schema <> excluded.schema
        """;

    private const string SnapshotSql = """
        INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us, digest, until_us)
        VALUES (@Host, @BootId, @Sequence, @Hash, @TakenAt, @ReceivedAt,
            coalesce(@Digest, (SELECT d.digest FROM snapshots d WHERE d.hash = @Hash AND d.digest IS NOT NULL ORDER BY d.revision DESC LIMIT 1)),
            coalesce((SELECT min(h.received_at_us) FROM snapshots h WHERE h.host = @Host AND h.sequence > @Sequence), 9223372036854775807))
        RETURNING revision
        """;

    // The one that was in force gives way. Those received later, which there are when the dashboard's clock was set back, give way too
    // where they are of lower order; all of them may have another neighbour now.
    private const string OvertakeSql = """
        UPDATE snapshots SET until_us = @ReceivedAt WHERE sequence <= @Sequence AND revision =
            (SELECT f.revision FROM snapshots f WHERE f.host = @Host AND f.received_at_us <= @ReceivedAt AND f.until_us > @ReceivedAt AND f.revision <> @Revision
             ORDER BY f.received_at_us DESC LIMIT 1);
        UPDATE snapshots SET until_us = min(until_us, @ReceivedAt) WHERE host = @Host AND received_at_us > @ReceivedAt AND sequence <= @Sequence;
        UPDATE snapshots SET compared = 0, kinds = -1 WHERE host = @Host AND received_at_us >= @ReceivedAt AND revision <> @Revision AND compared <> 0;
        """;

    // A body that could not be read has healed.
    private const string HealedSql = "UPDATE snapshots SET compared = 0, kinds = -1 WHERE hash = @Hash AND compared <> 0 AND kinds & @Unreadable <> 0";

    // Continuations must not run on the writer's thread.
    private readonly TaskCompletionSource<StoreOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StoreOutcome _outcome = new StoreOutcome.Failed("It was never tried.");

    /// <summary>The outcome, after the commit.</summary>
    public Task<StoreOutcome> Done => _done.Task;

    /// <summary>The snapshot.</summary>
    public SnapshotRow Row => row;

    /// <inheritdoc/>
    public int Bytes => row.Body.Length;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        string hash = row.Hash.ToString();
        KnownRow? known = transaction.First(FindSql, static reader => new KnownRow(reader.GetString(0), reader.GetInt64(1)),
            ("@HostId", row.HostId), ("@BootId", row.BootId), ("@Sequence", row.Sequence));
        if (known is not null && known.Hash != hash)
        {
            _outcome = new StoreOutcome.Conflict(known.Hash);
            return;
        }

        transaction.Execute(BodySql, ("@Hash", hash), ("@Schema", row.Schema), ("@RawBytes", row.RawBytes), ("@Body", row.Body));
        if (known is not null)
        {
            transaction.Execute(HealedSql, ("@Hash", hash), ("@Unreadable", (int)ChangeKinds.Unreadable));
            _outcome = new StoreOutcome.Duplicate(known.Revision);
            return;
        }

        _outcome = new StoreOutcome.Stored(Insert(transaction, hash));
    }

    /// <summary>Takes what an engine did that stores several at once.</summary>
    /// <param name="hash">The hash of what is stored now under its host, boot and sequence.</param>
    /// <param name="revision">Its revision.</param>
    /// <param name="isNew">Whether that was not there before.</param>
    public void Settle(string hash, long revision, bool isNew) => _outcome = isNew ? new StoreOutcome.Stored(revision)
        : hash == row.Hash.ToString() ? new StoreOutcome.Duplicate(revision)
        : new StoreOutcome.Conflict(hash);

    /// <inheritdoc/>
    public void Committed()
    {
        try
        {
            switch (_outcome)
            {
                case StoreOutcome.Stored stored:
                    onHeld(stored.Revision);
                    break;
                case StoreOutcome.Duplicate duplicate:
                    onHeld(duplicate.Revision);
                    break;
                default:
                    break;
            }
        }
        finally
        {
            _done.SetResult(_outcome);
        }
    }

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(new StoreOutcome.Failed(reason));

    private long Insert(StoreTransaction transaction, string hash)
    {
        long host = transaction.Number(HostSql, ("@HostId", row.HostId), ("@HostName", row.HostName), ("@Origin", row.Origin.ToString()),
            ("@ProbeVersion", row.ProbeVersion), ("@ReceivedAt", row.ReceivedAt));
        byte[]? digest = row.Digest is null ? null : DigestCodec.Write(row.Digest, transaction.IdOf);
        long revision = transaction.Number(SnapshotSql, ("@Host", host), ("@BootId", row.BootId), ("@Sequence", row.Sequence), ("@Hash", hash),
            ("@TakenAt", row.TakenAt), ("@ReceivedAt", row.ReceivedAt), ("@Digest", digest));
        transaction.Execute(OvertakeSql, ("@Host", host), ("@Sequence", row.Sequence), ("@ReceivedAt", row.ReceivedAt), ("@Revision", revision));
        return revision;
    }

    private sealed record KnownRow(string Hash, long Revision);
}
