using System.Data.Common;
using Dapper;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Web.Store;

/// <summary>A host's latest snapshot as the database holds it. Times are microseconds since 1970 in UTC.</summary>
internal sealed record LatestRow(string HostId, string ProbeVersion, long LastSeen, long Revision, long Sequence, string Hash, long TakenAt, byte[]? Digest);

/// <summary>Reads the database through connections that cannot write.</summary>
internal sealed class SnapshotReader(StoreEngine store)
{
    // The latest is the highest sequence: it rises over boots, while clocks jump and deliveries overtake each other.
    private const string LatestSql = """
        SELECT h.host_id AS HostId, h.probe_version AS ProbeVersion, h.last_seen_us AS LastSeen,
               s.revision AS Revision, s.sequence AS Sequence, s.hash AS Hash, s.taken_at_us AS TakenAt, s.digest AS Digest
        FROM hosts h JOIN snapshots s ON s.revision =
            (SELECT l.revision FROM snapshots l WHERE l.host = h.id ORDER BY l.sequence DESC, l.revision DESC LIMIT 1)
        """;

    private const string WrittenSql = """
        SELECT h.host_id AS HostId, h.probe_version AS ProbeVersion, h.last_seen_us AS LastSeen,
               s.revision AS Revision, s.sequence AS Sequence, s.hash AS Hash, s.taken_at_us AS TakenAt, s.digest AS Digest
        FROM snapshots s JOIN hosts h ON h.id = s.host WHERE s.revision > @after ORDER BY s.revision LIMIT @most
        """;

    private const string BodySql = "SELECT body FROM bodies WHERE hash = @hash";

    /// <summary>The latest snapshot of every host.</summary>
    public IReadOnlyList<LatestRow> Latest()
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<LatestRow>(LatestSql).AsList();
    }

    /// <summary>The latest snapshot of one host, or null.</summary>
    public LatestRow? Latest(string hostId)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<LatestRow>(LatestSql + " WHERE h.host_id = @hostId", new { hostId });
    }

    /// <summary>Snapshots that were stored after a revision, whoever wrote them, ascending: whoever goes on from the last one misses none.</summary>
    /// <param name="after">The revision; 0 for the beginning.</param>
    /// <param name="most">How many.</param>
    public IReadOnlyList<LatestRow> WrittenAfter(long after, int most)
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<LatestRow>(WrittenSql, new { after, most }).AsList();
    }

    /// <summary>The snapshot of a hash.</summary>
    /// <exception cref="InvalidDataException">The body is absent or damaged; the message says what to do.</exception>
    public Snapshot Read(SnapshotHash hash)
    {
        byte[]? body;
        using (DbConnection connection = store.OpenReader())
        {
            body = connection.QueryFirstOrDefault<byte[]>(BodySql, new { hash = hash.ToString() });
        }

        if (body is null)
        {
            throw Damaged(hash, "it is absent.");
        }

        if (BodyCodec.TryExpand(body, out byte[] canonical) is string error)
        {
            throw Damaged(hash, error);
        }

        if (SnapshotHash.Of(canonical) != hash)
        {
            throw Damaged(hash, "its content has another hash.");
        }

        SnapshotParse parse = SnapshotCodec.Parse(canonical);
        return parse.Snapshot ?? throw Damaged(hash, parse.Error!);
    }

    private InvalidDataException Damaged(SnapshotHash hash, string finding) => new(
        $"The stored body {hash} in {store.Name} cannot be read: {finding} Put back a backup of the database, or let the probe deliver a new snapshot.");
}
