using System.Data.Common;
using Dapper;

namespace TdxDash.Web.Store.History;

/// <summary>A snapshot's row. Times are microseconds since 1970 in UTC; <see cref="Until"/> is <see cref="HistoryReader.Forever"/> while it is in force.</summary>
internal sealed record PastRow(string HostId, string HostName, long Revision, string BootId, long Sequence, string Hash, long TakenAt, long ReceivedAt, long Until);

/// <summary>A snapshot's row with what it changed.</summary>
internal sealed record ChangeRow(string HostId, string HostName, long Revision, string BootId, long Sequence, string Hash, long TakenAt, long ReceivedAt, long Until,
    long Compared, long? Base, long Changed, long Kinds, string Headline, long? KeptBase);

/// <summary>A snapshot's row with its digest.</summary>
internal sealed record DigestRow(string HostId, string HostName, long Revision, string BootId, long Sequence, string Hash, long TakenAt, long ReceivedAt, long Until, byte[]? Digest);

/// <summary>How far a history reaches.</summary>
internal sealed record SpanRow(long First, long Last, long BootedAt);

/// <summary>A change as marks need it.</summary>
internal sealed record MarkRow(long ReceivedAt, long Revision, long Compared, long Changed, long Kinds);

/// <summary>Reads the history of one host.</summary>
internal sealed class HistoryReader(StoreEngine store)
{
    /// <summary>The end of what still is in force.</summary>
    public const long Forever = long.MaxValue;

    private const string Columns = """
        h.host_id AS HostId, h.name AS HostName, s.revision AS Revision, s.boot_id AS BootId, s.sequence AS Sequence, s.hash AS Hash,
        s.taken_at_us AS TakenAt, s.received_at_us AS ReceivedAt, s.until_us AS Until
        """;

    // The interval that holds a time is the last non-empty one that began by then.
    internal const string InForceSql = $"""
        SELECT {Columns} FROM snapshots s JOIN hosts h ON h.id = s.host
        WHERE s.host = (SELECT id FROM hosts WHERE host_id = @hostId) AND s.received_at_us <= @at AND s.until_us > @at
        ORDER BY s.received_at_us DESC LIMIT 1
        """;

    // Numbers are given once, and no gap stays but where a row was removed.
    internal const string WasRemovedSql = """
        SELECT @revision >= 1 AND @revision <= coalesce((SELECT max(revision) FROM snapshots), 0) AND NOT EXISTS (SELECT 1 FROM snapshots WHERE revision = @revision)
        """;

    internal const string FindSql = $"""
        SELECT {Columns} FROM snapshots s JOIN hosts h ON h.id = s.host WHERE s.revision = @revision AND h.host_id = @hostId
        """;

    // Few hosts share a hash, and it seldom comes twice on one: the plus sign keeps SQLite from beginning with the host.
    internal const string OfHashSql = $"""
        SELECT {Columns} FROM snapshots s JOIN hosts h ON h.id = +s.host WHERE s.hash = @hash AND h.host_id = @hostId ORDER BY s.revision DESC LIMIT 1
        """;

    // The latest boot begins with the first snapshot of it in the probe's order, wherever boots interleave in the order of receipt.
    internal const string SpanSql = """
        SELECT h.first_seen_us AS First, l.received_at_us AS Last, b.received_at_us AS BootedAt
        FROM hosts h JOIN snapshots l ON l.revision =
            (SELECT s.revision FROM snapshots s WHERE s.host = h.id ORDER BY s.sequence DESC, s.revision DESC LIMIT 1)
        JOIN snapshots b ON b.revision =
            (SELECT s.revision FROM snapshots s WHERE s.host = h.id AND s.boot_id = l.boot_id ORDER BY s.sequence LIMIT 1)
        WHERE h.host_id = @hostId
        """;

    internal const string SpanAtSql = """
        SELECT h.first_seen_us AS First, l.received_at_us AS Last, b.received_at_us AS BootedAt
        FROM hosts h JOIN snapshots l ON l.revision =
            (SELECT s.revision FROM snapshots s WHERE s.host = h.id AND s.received_at_us <= @at AND s.until_us > @at ORDER BY s.received_at_us DESC LIMIT 1)
        JOIN snapshots b ON b.revision =
            (SELECT s.revision FROM snapshots s WHERE s.host = h.id AND s.boot_id = l.boot_id ORDER BY s.sequence LIMIT 1)
        WHERE h.host_id = @hostId
        """;

    internal const string StatesSql = $"""
        SELECT {Columns}, s.digest AS Digest FROM snapshots s JOIN hosts h ON h.id = s.host
        WHERE s.host = (SELECT id FROM hosts WHERE host_id = @hostId) AND s.received_at_us > @from AND s.received_at_us < @to
            AND s.until_us > s.received_at_us AND s.kinds & @kinds <> 0
        ORDER BY s.received_at_us LIMIT @limit
        """;

    internal const string StateAtSql = $"""
        SELECT {Columns}, s.digest AS Digest FROM snapshots s JOIN hosts h ON h.id = s.host
        WHERE s.host = (SELECT id FROM hosts WHERE host_id = @hostId) AND s.received_at_us <= @at AND s.until_us > @at
        ORDER BY s.received_at_us DESC LIMIT 1
        """;

    internal const string MarksSql = """
        SELECT received_at_us AS ReceivedAt, revision AS Revision, compared AS Compared, changed AS Changed, kinds AS Kinds FROM snapshots
        WHERE host = (SELECT id FROM hosts WHERE host_id = @hostId) AND received_at_us >= @from AND received_at_us < @to
        ORDER BY received_at_us
        """;

    internal const string SilencesSql = """
        SELECT from_us AS "From", to_us AS "To" FROM silences WHERE host = (SELECT id FROM hosts WHERE host_id = @hostId)
            AND from_us < @to AND to_us > @from ORDER BY from_us DESC LIMIT @limit
        """;

    internal const string PausesSql = """
        SELECT from_us AS "From", to_us AS "To" FROM pauses WHERE from_us < @to AND to_us > @from ORDER BY from_us DESC LIMIT @limit
        """;

    /// <summary>The snapshot that was in force at a time, or null.</summary>
    public PastRow? InForce(string hostId, long at)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<PastRow>(InForceSql, new { hostId, at });
    }

    /// <summary>A snapshot by its revision, or null.</summary>
    public PastRow? Find(string hostId, long revision)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<PastRow>(FindSql, new { hostId, revision });
    }

    /// <summary>The latest snapshot of a host with a hash, or null.</summary>
    public PastRow? Find(string hostId, string hash)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<PastRow>(OfHashSql, new { hostId, hash });
    }

    /// <summary>Whether there was a snapshot of a revision, of whichever host, that is no longer there.</summary>
    public bool WasRemoved(long revision)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QuerySingle<bool>(WasRemovedSql, new { revision });
    }

    /// <summary>How far a host's history reaches, or null.</summary>
    public SpanRow? Span(string hostId, long? at)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<SpanRow>(at is null ? SpanSql : SpanAtSql, new { hostId, at });
    }

    /// <summary>The state in force at the start of a window and those that began in it and touch some kinds, ascending.</summary>
    public IReadOnlyList<DigestRow> States(string hostId, long from, long to, int kinds, int limit)
    {
        using DbConnection connection = store.OpenReader();
        DigestRow? first = connection.QueryFirstOrDefault<DigestRow>(StateAtSql, new { hostId, at = from });
        IEnumerable<DigestRow> others = connection.Query<DigestRow>(StatesSql, new { hostId, from, to, kinds, limit });
        return first is null ? [.. others] : [first, .. others];
    }

    /// <summary>All changes of a window, ascending; read one by one.</summary>
    public void ForEachMark(string hostId, long from, long to, Action<MarkRow> take)
    {
        using DbConnection connection = store.OpenReader();
        foreach (MarkRow row in connection.Query<MarkRow>(MarksSql, new { hostId, from, to }, buffered: false))
        {
            take(row);
        }
    }

    /// <summary>The latest silences of a host and pauses of the dashboard that touch a window.</summary>
    public (IReadOnlyList<(long From, long To)> Silences, IReadOnlyList<(long From, long To)> Pauses) Absences(string hostId, long from, long to, int limit)
    {
        using DbConnection connection = store.OpenReader();
        return (connection.Query<(long From, long To)>(SilencesSql, new { hostId, from, to, limit }).AsList(),
            connection.Query<(long From, long To)>(PausesSql, new { from, to, limit }).AsList());
    }
}
