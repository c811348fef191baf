using System.Data.Common;
using Dapper;
using TdxDash.Web.Nodes;

namespace TdxDash.Web.Store.Postgres;

/// <summary>Reads what dashboards on one database tell each other through it.</summary>
internal sealed class NodeReader(PostgresStore store)
{
    private const string NewsSql = "SELECT area, CASE session WHEN @session THEN before ELSE version END FROM news";

    private const string StateSql = $"""
        SELECT (SELECT coalesce(max(revision), 0) FROM snapshots), (SELECT coalesce(max(revision), 0) FROM events), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
            (SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
                AND l.classid = {PostgresStore.LockClass} AND l.objid = {PostgresStore.DashboardLockNumber} AND l.pid <> @session)
        """;

    private const string SignsSql = """
        SELECT host_id AS HostId, greatest(0, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint - heard_us) AS Ago, dropped AS Dropped
        FROM hosts WHERE heard_us > @since AND seen_by <> @node
        """;

    private const int SignsTimeoutSeconds = 5;

    /// <summary>Looks once. What is read of an area afterwards is at least as new as its number, which this node's own changes do not raise.</summary>
    public NodeState State()
    {
        using DbConnection connection = store.OpenReader();
        Dictionary<string, long> news = connection.Query<(string Area, long Version)>(NewsSql, new { session = store.WriterSession }).ToDictionary(row => row.Area, row => row.Version, StringComparer.Ordinal);
        (long snapshots, long events, long now, long nodes) = connection.QuerySingle<(long, long, long, long)>(StateSql, new { session = store.WriterSession });
        return new NodeState(snapshots, events, now, nodes, news);
    }

    /// <summary>Hosts that other nodes heard of, and how long ago that was.</summary>
    /// <param name="since">Since when, by the server's clock, in microseconds since 1970 in UTC.</param>
    public IReadOnlyList<(string HostId, TimeSpan Ago, long? Dropped)> SignsElsewhere(long since)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<(string HostId, long Ago, long? Dropped)>(SignsSql, new { since, node = store.Node }, commandTimeout: SignsTimeoutSeconds)
            .Select(row => (row.HostId, TimeSpan.FromMicroseconds(row.Ago), row.Dropped))];
    }

    /// <summary>What challenges for probes are made with.</summary>
    public byte[] ChallengeKey()
    {
        using DbConnection connection = store.OpenReader();
        return connection.QuerySingle<byte[]>("SELECT challenge_key FROM probe_realm");
    }
}
