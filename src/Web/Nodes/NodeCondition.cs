namespace TdxDash.Web.Nodes;

/// <summary>How this node stands among those on the same store, as pages and metrics show it.</summary>
/// <param name="jobs">Whether it does the background jobs.</param>
/// <param name="feed">What takes in what others wrote; null where the store is for one dashboard alone.</param>
/// <param name="redis">What tells them at once; null where none is set.</param>
internal sealed class NodeCondition(JobTurn jobs, NodeFeed? feed = null, RedisSignal? redis = null)
{
    /// <summary>Whether there can be others.</summary>
    public bool IsShared => feed is not null;

    /// <summary>How many there are, at the last look; 0 where there can be none.</summary>
    public long Others => feed?.Others ?? 0;

    /// <summary>Whether this one does the background jobs.</summary>
    public bool HasJobs => jobs.IsMine;

    /// <summary>Why what others wrote cannot be read; null while it can.</summary>
    public string? Trouble => feed?.Trouble;

    /// <summary>Whether Redis is there; null where none is set.</summary>
    public bool? IsRedisConnected => redis?.IsConnected;

    /// <summary>The node's others in words.</summary>
    public string OthersText => Others switch
    {
        0 => "No other dashboard uses this database.",
        1 => "One other dashboard uses this database.",
        var count => FormattableString.Invariant($"{count} other dashboards use this database."),
    };

    /// <summary>The state of Redis in words.</summary>
    public string RedisText => IsRedisConnected switch
    {
        null => "Not set: what another dashboard stores is seen here within a second. TdxDash:Redis:ConnectionStringFile names one, by which it is at once.",
        true => "Connected: what another dashboard stores is seen here at once.",
        false => "Not connected: what another dashboard stores is seen here within a second. The log says why; it is tried again and again.",
    };
}
