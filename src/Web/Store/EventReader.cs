using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Reinit;
using TdxDash.Wire;

namespace TdxDash.Web.Store;

/// <summary>A stored observation.</summary>
/// <param name="HostId">The host.</param>
/// <param name="BootId">The boot.</param>
/// <param name="Sequence">The probe's number.</param>
/// <param name="ReceivedAt">When it was received, in microseconds since 1970.</param>
/// <param name="Seen">The observation.</param>
internal sealed record StoredEvent(string HostId, string BootId, long Sequence, long ReceivedAt, ReinitObservation Seen);

/// <summary>Reads observations. One that cannot be read any more is left out.</summary>
internal sealed class EventReader(StorePath path)
{
    private const string Columns = "SELECT h.host_id AS HostId, e.boot_id AS BootId, e.sequence AS Sequence, e.received_at_us AS ReceivedAt, e.body AS Body FROM events e JOIN hosts h ON h.id = e.host";

    // The latest boot is that of the highest sequence, which rises over boots.
    private const string LatestBootSql = $"""
        {Columns} WHERE e.boot_id = (SELECT l.boot_id FROM events l WHERE l.host = e.host ORDER BY l.sequence DESC LIMIT 1) ORDER BY e.host, e.sequence
        """;

    private const string NewestSql = $"{Columns} WHERE h.host_id = @hostId ORDER BY e.sequence DESC LIMIT @most";

    /// <summary>All observations of the latest boot of every host, in order.</summary>
    public IEnumerable<StoredEvent> LatestBoots()
    {
        using SqliteConnection connection = path.OpenReader();
        foreach (Row row in connection.Query<Row>(LatestBootSql, buffered: false))
        {
            if (row.ToEvent() is { } known)
            {
                yield return known;
            }
        }
    }

    /// <summary>The newest observations of a host, newest first.</summary>
    public IReadOnlyList<StoredEvent> Newest(string hostId, int most)
    {
        using SqliteConnection connection = path.OpenReader();
        return [.. connection.Query<Row>(NewestSql, new { hostId, most }).Select(row => row.ToEvent()).OfType<StoredEvent>()];
    }

    private sealed record Row(string HostId, string BootId, long Sequence, long ReceivedAt, byte[] Body)
    {
        public StoredEvent? ToEvent() => ObservationBatch.Read(Body) is { } seen ? new StoredEvent(HostId, BootId, Sequence, ReceivedAt, seen) : null;
    }
}
