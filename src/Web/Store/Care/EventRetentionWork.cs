using Dapper;

namespace TdxDash.Web.Store.Care;

/// <summary>Removes the observations that a plan names from one piece of the table, so that no commit takes long. Those of a host's latest boot stay.</summary>
/// <param name="before">The plan's time.</param>
/// <param name="after">The piece begins above this revision.</param>
internal sealed class EventRetentionWork(long before, long after)
{
    // Who resumes a stream below a host's mark is told that something is missing.
    private const string GoneSql = """
        CREATE TEMP TABLE IF NOT EXISTS gone_events (revision BIGINT PRIMARY KEY, host BIGINT NOT NULL);
        DELETE FROM gone_events;
        INSERT INTO gone_events SELECT e.revision, e.host FROM events e WHERE e.revision > @after AND e.revision <= @last AND e.received_at_us < @before
            AND e.boot_id <> (SELECT l.boot_id FROM events l WHERE l.host = e.host ORDER BY l.sequence DESC LIMIT 1);
        UPDATE hosts SET events_cut = max(hosts.events_cut, g.revision) FROM (SELECT host, max(revision) AS revision FROM gone_events GROUP BY host) g WHERE g.host = hosts.id;
        DELETE FROM events WHERE revision IN (SELECT revision FROM gone_events);
        """;

    /// <summary>Runs it.</summary>
    /// <param name="writer">The store's writer.</param>
    /// <returns>How many observations went, and where the next piece begins; null when there is none.</returns>
    /// <exception cref="IOException">Nothing of it was kept; the message says why.</exception>
    public async Task<(long Removed, long? Next)> RunAsync(StoreWriter writer)
    {
        DirectOutcome<(long, long?)> outcome = await new DirectWork<(long, long?)>(Apply).RunAsync(writer);
        return outcome.Failure is null ? outcome.Result : throw new IOException(outcome.Failure);
    }

    private (long Removed, long? Next) Apply(StoreTransaction transaction)
    {
        long last = after + RetentionWork.Piece;
        transaction.Connection.Execute(GoneSql, new { before, after, last }, transaction.Inner);
        long removed = transaction.Connection.QuerySingle<long>("SELECT count(*) FROM gone_events", transaction: transaction.Inner);
        long? next = transaction.Connection.QuerySingle<long?>("SELECT min(revision) FROM events WHERE revision > @last", new { last }, transaction.Inner);
        return (removed, next - 1);
    }
}
