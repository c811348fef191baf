namespace TdxDash.Web.Nodes;

/// <summary>The time that all nodes share: the database server's, as it was at the last look, carried on by this machine's monotonic clock. Nobody's wall clock counts but the server's.</summary>
/// <param name="time">The monotonic clock.</param>
internal sealed class NodeClock(TimeProvider time)
{
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

    /// <summary>Takes the server's time in.</summary>
    /// <param name="now">In microseconds since 1970 in UTC.</param>
    public void Set(long now) => _look = new Look(now, time.GetTimestamp());

    private sealed record Look(long At, long Ticks);
}
