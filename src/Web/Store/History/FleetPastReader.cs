using System.Data.Common;
using System.Globalization;
using Dapper;

namespace TdxDash.Web.Store.History;

/// <summary>A host as it was at a time. Times are microseconds since 1970 in UTC; <see cref="SilentFrom"/> and
/// <see cref="SilentTo"/> are of the last silence that began by then; null where there is none.</summary>
internal sealed record AsOfRow(string HostId, long Revision, string Hash, long TakenAt, byte[]? Digest, long LastSeen, long? SilentFrom, long? SilentTo);

/// <summary>A host's module from a time on.</summary>
internal sealed record ModuleRow(long Host, long Revision, string Hash, long ReceivedAt, byte[]? Digest);

/// <summary>A time in which a host was not heard of.</summary>
internal sealed record SilenceRow(long Host, long From, long To);

/// <summary>How many changes there were in a piece of time: all, boots with the same module, and those with another one.</summary>
internal sealed record ActivityRow(int Changes, int Boots, int Updates);

/// <summary>Reads the history of the whole fleet.</summary>
internal sealed class FleetPastReader(StoreEngine store)
{
    private const int MaxPauses = 1_000;

    // One seek a host for its snapshot and one for its silence. Every value is a column of a table, as the type of an expression is not
    // known before its first row.
    internal const string AsOfSql = """
        SELECT h.host_id AS HostId, s.revision AS Revision, s.hash AS Hash, s.taken_at_us AS TakenAt, s.digest AS Digest, h.last_seen_us AS LastSeen,
            q.from_us AS SilentFrom, q.to_us AS SilentTo
        FROM hosts h JOIN snapshots s ON s.revision =
            (SELECT l.revision FROM snapshots l WHERE l.host = h.id AND l.received_at_us <= @at AND l.until_us > @at ORDER BY l.received_at_us DESC LIMIT 1)
        LEFT JOIN silences q ON q.host = h.id AND q.from_us = (SELECT max(m.from_us) FROM silences m WHERE m.host = h.id AND m.from_us <= @at)
        WHERE h.first_seen_us <= @at
        """;

    internal const string AsOfHostSql = AsOfSql + " AND h.host_id = @hostId";

    internal const string ModulesAtSql = """
        SELECT h.id AS Host, s.revision AS Revision, s.hash AS Hash, s.received_at_us AS ReceivedAt, s.digest AS Digest
        FROM hosts h JOIN snapshots s ON s.revision =
            (SELECT l.revision FROM snapshots l WHERE l.host = h.id AND l.received_at_us <= @at AND l.until_us > @at ORDER BY l.received_at_us DESC LIMIT 1)
        WHERE h.first_seen_us <= @at
        """;

    // The condition on kinds is that of the index snapshots_of_modules.
    internal const string ModulesSql = """
        SELECT host AS Host, revision AS Revision, hash AS Hash, received_at_us AS ReceivedAt, digest AS Digest FROM snapshots
        WHERE kinds & 8197 <> 0 AND received_at_us > @from AND received_at_us <= @to AND until_us > received_at_us
        ORDER BY received_at_us
        """;

    internal const string SpanSql = """
        SELECT f.received_at_us AS First, l.received_at_us AS Last, l.received_at_us AS BootedAt
        FROM snapshots f JOIN snapshots l ON l.revision = (SELECT revision FROM snapshots WHERE received_at_us <= @at ORDER BY received_at_us DESC LIMIT 1)
        ORDER BY f.received_at_us LIMIT 1
        """;

    // The hosts first, as silences are found by their host.
    internal const string SilencesSql = """
        SELECT q.host AS Host, q.from_us AS "From", q.to_us AS "To"
        FROM hosts h CROSS JOIN silences q
        WHERE q.host = h.id AND q.from_us < @to AND h.first_seen_us < @to AND q.to_us > @from
        """;

    // Bits 1 and 2 of the kinds: a boot, another module. What waits to be compared has every bit, and no kind yet.
    private const string Counts = """
        count(*) || ' ' || count(CASE WHEN s.kinds <> -1 AND s.kinds & 6 = 2 THEN 1 END) || ' ' || count(CASE WHEN s.kinds <> -1 AND s.kinds & 4 <> 0 THEN 1 END)
        """;

    // One range of the index for each piece: a GROUP BY would sort all rows.
    internal const string ActivitySql = $"""
        WITH RECURSIVE pieces (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM pieces WHERE i + 1 < @most)
        SELECT (SELECT {Counts} FROM snapshots s WHERE s.received_at_us >= @from + i * @step AND s.received_at_us < min(@to, @from + (i + 1) * @step) AND (@kinds = 0 OR s.kinds & @kinds <> 0))
        FROM pieces
        """;

    internal const string NamedActivitySql = $"""
        WITH RECURSIVE pieces (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM pieces WHERE i + 1 < @most)
        SELECT (SELECT {Counts} FROM snapshots s JOIN hosts h ON h.id = s.host
            WHERE s.received_at_us >= @from + i * @step AND s.received_at_us < min(@to, @from + (i + 1) * @step) AND (@kinds = 0 OR s.kinds & @kinds <> 0)
                AND (lower(h.name) LIKE @pattern ESCAPE '\' OR lower(s.headline) LIKE @pattern ESCAPE '\'))
        FROM pieces
        """;

    /// <summary>Every host that had reported by a time.</summary>
    public IReadOnlyList<AsOfRow> AsOf(long at)
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<AsOfRow>(AsOfSql, new { at }).AsList();
    }

    /// <summary>One host, if it had reported by a time.</summary>
    public AsOfRow? AsOf(string hostId, long at)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<AsOfRow>(AsOfHostSql, new { hostId, at });
    }

    /// <summary>The modules at the start of a window, and those that began in it, ascending.</summary>
    public (IReadOnlyList<ModuleRow> AtStart, IReadOnlyList<ModuleRow> Later) Modules(long from, long to)
    {
        using DbConnection connection = store.OpenReader();
        return (connection.Query<ModuleRow>(ModulesAtSql, new { at = from }).AsList(), connection.Query<ModuleRow>(ModulesSql, new { from, to }).AsList());
    }

    /// <summary>How far the fleet's history reaches, or null.</summary>
    public SpanRow? Span(long at)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<SpanRow>(SpanSql, new { at });
    }

    /// <summary>How many changes there were in each of some equal pieces of a window.</summary>
    /// <param name="from">The start, in microseconds since 1970 in UTC.</param>
    /// <param name="to">The end.</param>
    /// <param name="step">The length of a piece.</param>
    /// <param name="most">How many pieces.</param>
    /// <param name="kinds">Any of these bits; 0 for all.</param>
    /// <param name="text">Part of the host's name or the headline; empty for all.</param>
    public IReadOnlyList<ActivityRow> Activity(long from, long to, long step, int most, int kinds, string text)
    {
        using DbConnection connection = store.OpenReader();
        string sql = text.Length == 0 ? ActivitySql : NamedActivitySql;
        return [.. connection.Query<string>(sql, new { from, to, step, most, kinds, pattern = EntriesQuery.Pattern(text) }).Select(Piece)];
    }

    /// <summary>The silences of all hosts and the pauses of the dashboard that touch a window, in no order.</summary>
    public (IReadOnlyList<SilenceRow> Silences, IReadOnlyList<(long From, long To)> Pauses) Absences(long from, long to)
    {
        using DbConnection connection = store.OpenReader();
        return (connection.Query<SilenceRow>(SilencesSql, new { from, to }).AsList(),
            connection.Query<(long From, long To)>(HistoryReader.PausesSql, new { from, to, limit = MaxPauses }).AsList());
    }

    private static ActivityRow Piece(string counts)
    {
        int[] numbers = [.. counts.Split(' ').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        return new ActivityRow(numbers[0], numbers[1], numbers[2]);
    }
}
