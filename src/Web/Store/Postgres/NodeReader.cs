using System.Data.Common;
using Dapper;
using TdxDash.Web.Nodes;

namespace TdxDash.Web.Store.Postgres;

/// <summary>Reads what dashboards on one database tell each other through it.</summary>
internal sealed class NodeReader(PostgresStore store)
{
    private const string NewsSql = "SELECT area, version FROM news";

    private const string StateSql = $"""
        SELECT (SELECT coalesce(max(revision), 0) FROM snapshots), (SELECT coalesce(max(revision), 0) FROM events), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
            (SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
                AND l.classid = {PostgresStore.LockClass} AND l.objid = {PostgresStore.DashboardLockNumber})
        """;

    private const string SignsSql = "SELECT host_id AS HostId, last_seen_us AS At, dropped AS Dropped FROM hosts WHERE seen_by IS DISTINCT FROM @node";

    /// <summary>Looks once. What is read of an area afterwards is at least as new as its number.</summary>
    public NodeState State()
    {
        using DbConnection connection = store.OpenReader();
        Dictionary<string, long> news = connection.Query<(string Area, long Version)>(NewsSql).ToDictionary(row => row.Area, row => row.Version, StringComparer.Ordinal);
        (long snapshots, long events, long now, long nodes) = connection.QuerySingle<(long, long, long, long)>(StateSql);
        return new NodeState(snapshots, events, now, nodes, news);
    }

    /// <summary>When hosts were last heard of, by the clocks of the other nodes that heard of them.</summary>
    public IReadOnlyList<History.SignOfLife> SignsElsewhere()
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<(string HostId, long At, long? Dropped)>(SignsSql, new { node = store.Node }).Select(row => new History.SignOfLife(row.HostId, row.At, row.Dropped))];
    }

    /// <summary>What challenges for probes are made with.</summary>
    public byte[] ChallengeKey()
    {
        using DbConnection connection = store.OpenReader();
        return connection.QuerySingle<byte[]>("SELECT challenge_key FROM probe_realm");
    }
}
