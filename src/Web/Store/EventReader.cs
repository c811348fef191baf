using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Live.Hubs;
using TdxDash.Wire;

namespace TdxDash.Web.Store;

/// <summary>A stored observation.</summary>
/// <param name="Revision">The store's number for it.</param>
/// <param name="HostId">The host.</param>
/// <param name="BootId">The boot.</param>
/// <param name="Sequence">The probe's number.</param>
/// <param name="ReceivedAt">When it was received, in microseconds since 1970.</param>
/// <param name="Seen">The observation.</param>
internal sealed record StoredEvent(long Revision, string HostId, string BootId, long Sequence, long ReceivedAt, ReinitObservation Seen);

/// <summary>Reads observations. One that cannot be read any more is left out, and logged once.</summary>
internal sealed partial class EventReader(StoreEngine store, ILogger<EventReader> log)
{
    private const int MaxTold = 1_000;

    private readonly ConcurrentDictionary<long, bool> _told = new();

    private const string Values = "SELECT e.revision AS Revision, h.host_id AS HostId, e.boot_id AS BootId, e.sequence AS Sequence, e.received_at_us AS ReceivedAt, e.body AS Body";

    private const string Columns = $"{Values} FROM events e JOIN hosts h ON h.id = e.host";

    // The latest boot is that of the highest sequence, which rises over boots; looked up once for each host.
    internal const string LatestBootSql = $"""
        WITH latest AS (SELECT h.id AS id, h.host_id AS host_id, (SELECT l.boot_id FROM events l WHERE l.host = h.id ORDER BY l.sequence DESC LIMIT 1) AS boot_id FROM hosts h)
        {Values} FROM latest h CROSS JOIN events e WHERE e.host = h.id AND e.boot_id = h.boot_id ORDER BY h.id, e.sequence
        """;

    internal const string NewestSql = $"{Columns} WHERE h.host_id = @hostId ORDER BY e.sequence DESC LIMIT @most";

    internal const string RecentSql = $"{Columns} ORDER BY e.revision DESC LIMIT @most";

    internal const string WrittenSql = $"{Columns} WHERE e.revision > @after ORDER BY e.revision LIMIT @most";

    private const string BootsAfterSql = $"""
        {Columns} WHERE e.revision > @place AND (@hostId IS NULL OR h.host_id = @hostId)
            AND EXISTS (SELECT 1 FROM events n WHERE n.host = e.host AND n.revision > @after AND n.boot_id = e.boot_id)
        ORDER BY e.revision LIMIT @most
        """;

    // A host of which as many are kept as there can be may have lost older ones, and one of which retention removed some has.
    private const string CutSql = """
        SELECT h.host_id AS HostId, k.oldest AS Oldest
        FROM (SELECT host, min(revision) AS oldest, count(*) AS kept FROM events GROUP BY host) k JOIN hosts h ON h.id = k.host
        WHERE h.events_cut > @after OR (k.kept >= @Most AND k.oldest - 1 > @after)
        """;

    /// <summary>All observations of the latest boot of every host, in order.</summary>
    public IEnumerable<StoredEvent> LatestBoots()
    {
        using DbConnection connection = store.OpenReader();
        foreach (Row row in connection.Query<Row>(LatestBootSql, buffered: false))
        {
            if (ToEvent(row) is { } known)
            {
                yield return known;
            }
        }
    }

    /// <summary>The newest observations of a host, newest first.</summary>
    public IReadOnlyList<StoredEvent> Newest(string hostId, int most)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<Row>(NewestSql, new { hostId, most }).Select(ToEvent).OfType<StoredEvent>()];
    }

    /// <summary>The newest observations of all hosts, newest first.</summary>
    public IReadOnlyList<StoredEvent> Recent(int most)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<Row>(RecentSql, new { most }).Select(ToEvent).OfType<StoredEvent>()];
    }

    /// <summary>Observations that were stored after a revision, whoever wrote them, ascending: whoever goes on from the last one misses none.</summary>
    /// <param name="after">The revision; 0 for the beginning.</param>
    /// <param name="most">How many.</param>
    /// <param name="last">The revision of the last one, also where that cannot be read; null where there is none.</param>
    public IReadOnlyList<StoredEvent> WrittenAfter(long after, int most, out long? last)
    {
        using DbConnection connection = store.OpenReader();
        Row[] rows = [.. connection.Query<Row>(WrittenSql, new { after, most })];
        last = rows.Length > 0 ? rows[^1].Revision : null;
        return [.. rows.Select(ToEvent).OfType<StoredEvent>()];
    }

    /// <summary>The lowest and the highest revision that are kept.</summary>
    public LiveRevisions Bounds()
    {
        using DbConnection connection = store.OpenReader();
        return connection.QuerySingle<LiveRevisions>("SELECT coalesce((SELECT min(revision) FROM events), 0) AS Oldest, coalesce((SELECT max(revision) FROM events), 0) AS Newest");
    }

    /// <summary>Hosts that have or may have lost observations after a revision, with the oldest that is kept of each.</summary>
    public IReadOnlyList<(string HostId, long Oldest)> CutAfter(long after)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<(string, long)>(CutSql, new { after, Most = EventWork.MostPerHost })];
    }

    /// <summary>One page of the boots that have an observation after a revision, from their beginnings, in the order of revisions.</summary>
    /// <param name="after">The revision.</param>
    /// <param name="place">Where the page begins; 0 for the first.</param>
    /// <param name="hostId">Only this host; null for all.</param>
    /// <param name="most">The length of a page.</param>
    /// <param name="next">Where the next page begins; null when this is the last one.</param>
    public IReadOnlyList<StoredEvent> BootsAfter(long after, long place, string? hostId, int most, out long? next)
    {
        using DbConnection connection = store.OpenReader();
        Row[] rows = [.. connection.Query<Row>(BootsAfterSql, new { after, place, hostId, most })];
        next = rows.Length == most ? rows[^1].Revision : null;
        return [.. rows.Select(ToEvent).OfType<StoredEvent>()];
    }

    private StoredEvent? ToEvent(Row row)
    {
        if (ObservationBatch.Read(row.Body) is { } seen)
        {
            return new StoredEvent(row.Revision, row.HostId, row.BootId, row.Sequence, row.ReceivedAt, seen);
        }

        if (_told.Count < MaxTold && _told.TryAdd(row.Revision, true))
        {
            Unreadable(log, row.Sequence, row.HostId, row.Revision);
        }

        return null;
    }

    [LoggerMessage(EventId = 130, Level = LogLevel.Error, Message = "Event {Sequence} of host {HostId} (revision {Revision}) cannot be read and is left out: its bytes in the database are not those that were stored, or a newer version wrote them.")]
    private static partial void Unreadable(ILogger log, long sequence, string hostId, long revision);

    private sealed record Row(long Revision, string HostId, string BootId, long Sequence, long ReceivedAt, byte[] Body);
}
