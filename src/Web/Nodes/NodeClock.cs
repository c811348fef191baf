namespace TdxDash.Web.Nodes;

/// <summary>The time that all nodes share: the database server's, as it was at the last look, carried on by this machine's monotonic clock. Nobody's wall clock counts but the server's.</summary>
/// <param name="time">The monotonic clock.</param>
internal sealed class NodeClock(TimeProvider time)
{
    /// <summary>How far the time of two nodes may be apart.</summary>
    public static readonly TimeSpan MostApart = TimeSpan.FromSeconds(5);

    private volatile Look _look = new(0, time.GetTimestamp());

    /// <summary>Now, in microseconds since 1970 in UTC.</summary>
    public long Now
    {
        get
        {
            Look look = _look;
            return look.At + (long)time.GetElapsedTime(look.Ticks).TotalMicroseconds;
        }
    }

    /// <summary>Takes the server's time in. This one does not go back for that, as far as nodes may differ; the server's that was set back further, or is another server's, is followed: else nodes that
    /// looked before and after would never agree again.</summary>
    /// <param name="now">In microseconds since 1970 in UTC.</param>
    public void Set(long now)
    {
        long known = Now;
        _look = new Look(now < known && known - now <= MostApart.TotalMicroseconds ? known : now, time.GetTimestamp());
    }

    private sealed record Look(long At, long Ticks);
}
