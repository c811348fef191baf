using System.Data.Common;
using Dapper;

namespace TdxDash.Web.Store.Care;

/// <summary>How long and how much the store keeps.</summary>
/// <param name="Age">Snapshots that were overtaken longer ago go, and observations of earlier boots that were received longer ago; null keeps them for ever.</param>
/// <param name="Bytes">The most bytes of the database; null for as many as come.</param>
public sealed record RetentionRule(TimeSpan? Age, long? Bytes)
{
    /// <summary>Whether anything can go.</summary>
    public bool KeepsAll => Age is null && Bytes is null;
}

/// <summary>What the rule would remove now.</summary>
/// <param name="Before">Snapshots that gave way to a newer one before this time go, and observations of earlier boots that were received before it; in
/// microseconds since 1970 in UTC; 0 when none goes.</param>
/// <param name="Snapshots">How many snapshots.</param>
/// <param name="Events">How many observations.</param>
/// <param name="Hosts">Of how many hosts.</param>
/// <param name="Bytes">About how many bytes they take.</param>
/// <param name="UsedBytes">Bytes of the database that are in use.</param>
/// <param name="FileBytes">Bytes of its file, with pages that are free for what comes next.</param>
internal sealed record RetentionPlan(long Before, long Snapshots, long Events, long Hosts, long Bytes, long UsedBytes, long FileBytes);

/// <summary>Works out what a rule would remove. A host's latest snapshot never goes, nor what was in force at the oldest time that is kept, nor what was
/// observed in a host's latest boot.</summary>
internal sealed class RetentionReader(StoreEngine store)
{
    // A row without its blobs: identifiers, times and their places in six indexes.
    internal const int RowBytes = 400;

    // The same of an observation, with three.
    internal const int EventRowBytes = 200;

    // What is in force has no end, and what is due ended before @until. A body counts with the last snapshot that needs it.
    private const string DueSql = """
        SELECT s.until_us AS At, @row + coalesce(length(s.digest), 0) + CASE WHEN s.revision =
            (SELECT n.revision FROM snapshots n WHERE n.hash = s.hash ORDER BY n.until_us DESC, n.revision DESC LIMIT 1)
            THEN (SELECT length(b.body) FROM bodies b WHERE b.hash = s.hash) ELSE 0 END AS Bytes, s.host AS Host, 0 AS IsEvent
        FROM snapshots s WHERE s.until_us < @until
        UNION ALL
        SELECT e.received_at_us, @eventRow + length(e.body), e.host, 1
        FROM hosts h CROSS JOIN events e WHERE e.host = h.id AND e.received_at_us < @until
            AND e.boot_id <> (SELECT l.boot_id FROM events l WHERE l.host = h.id ORDER BY l.sequence DESC LIMIT 1)
        ORDER BY 1
        """;

    /// <summary>Works it out.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="now">The time, in microseconds since 1970 in UTC.</param>
    public RetentionPlan Plan(RetentionRule rule, long now)
    {
        using DbConnection connection = store.OpenReader();
        (long used, long file) = store.Size(connection, exactly: rule.Bytes is not null);
        long byAge = rule.Age is { } age ? now - (long)age.TotalMicroseconds : 0;
        long excess = rule.Bytes is { } most ? used - most : 0;
        if (rule.KeepsAll || (excess <= 0 && byAge <= 0))
        {
            return new RetentionPlan(0, 0, 0, 0, 0, used, file);
        }

        (long before, long snapshots, long events, long bytes) = (0, 0, 0, 0);
        var hosts = new HashSet<long>();
        long until = excess > 0 ? now : byAge;
        foreach ((long At, long Bytes, long Host, long IsEvent) row in connection.Query<(long, long, long, long)>(DueSql, new { until, row = RowBytes, eventRow = EventRowBytes }, buffered: false))
        {
            // Those of one time go together.
            if (row.At >= byAge && bytes >= excess && row.At >= before)
            {
                break;
            }

            (before, bytes) = (row.At + 1, bytes + row.Bytes);
            (snapshots, events) = (snapshots + 1 - row.IsEvent, events + row.IsEvent);
            hosts.Add(row.Host);
        }

        return new RetentionPlan(before, snapshots, events, hosts.Count, bytes, used, file);
    }
}

/// <summary>Removes the snapshots that a plan names from one piece of the table, so that no commit takes long.</summary>
/// <param name="before">The plan's time.</param>
/// <param name="after">The piece begins above this revision.</param>
internal sealed class RetentionWork(long before, long after)
{
    /// <summary>Revisions of one piece.</summary>
    public const int Piece = 2_000;

    private const string GoneSql = """
        CREATE TEMP TABLE IF NOT EXISTS gone (revision BIGINT PRIMARY KEY, hash TEXT NOT NULL);
        DELETE FROM gone;
        INSERT INTO gone SELECT revision, hash FROM snapshots WHERE revision > @after AND revision <= @last AND until_us < @before;
        DELETE FROM snapshots WHERE revision IN (SELECT revision FROM gone);
        DELETE FROM bodies WHERE hash IN (SELECT hash FROM gone) AND NOT EXISTS (SELECT 1 FROM snapshots s WHERE s.hash = bodies.hash);
        """;

    private const string RecordsSql = """
        DELETE FROM silences WHERE to_us < @before;
        DELETE FROM pauses WHERE to_us < @before;
        """;

    /// <summary>Runs it.</summary>
    /// <param name="writer">The store's writer.</param>
    /// <returns>How many snapshots went, and where the next piece begins; null when there is none.</returns>
    /// <exception cref="IOException">Nothing of it was kept; the message says why.</exception>
    public async Task<(long Removed, long? Next)> RunAsync(StoreWriter writer)
    {
        DirectOutcome<(long, long?)> outcome = await new DirectWork<(long, long?)>(Apply).RunAsync(writer);
        return outcome.Failure is null ? outcome.Result : throw new IOException(outcome.Failure);
    }

    private (long Removed, long? Next) Apply(StoreTransaction transaction)
    {
        long last = after + Piece;
        transaction.Connection.Execute(GoneSql, new { before, after, last }, transaction.Inner);
        long removed = transaction.Connection.QuerySingle<long>("SELECT count(*) FROM gone", transaction: transaction.Inner);
        long? next = transaction.Connection.QuerySingle<long?>("SELECT min(revision) FROM snapshots WHERE revision > @last", new { last }, transaction.Inner);
        if (next is null)
        {
            transaction.Connection.Execute(RecordsSql, new { before }, transaction.Inner);
        }

        return (removed, next - 1);
    }
}
