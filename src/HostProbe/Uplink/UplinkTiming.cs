using TdxDash.Wire;

namespace TdxDash.HostProbe.Uplink;

/// <summary>The uplink's times.</summary>
internal sealed record UplinkTiming
{
    /// <summary>Between two heartbeats.</summary>
    public TimeSpan Heartbeat { get; init; } = ProbeContract.HeartbeatInterval;

    /// <summary>The bound of the first delay before another try.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>The bound that delays grow to.</summary>
    public TimeSpan RetryCap { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Before another try after the dashboard refused this probe: somebody has to act first.</summary>
    public TimeSpan Refused { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Between two looks for another identity while a pause lasts.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most that one call may take. A delivery waits for a commit on the dashboard's disk.</summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that one way of connecting may take, of which there are two: the dashboard lets probes in one after the other, and after its restart all of them come.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A connection without a byte from the dashboard for this long, or up to a quarter longer, is dead. Heartbeats are answered, so an idle one is not silent.</summary>
    public TimeSpan Silence { get; init; } = ProbeContract.HeartbeatInterval * 4;

    /// <summary>The most that a delivery on its way may hold up the end of the service.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Gives a number from 0 to below 1, for the jitter.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>Delays for one kind of retry.</summary>
    public RetryDelays Delays() => new(FirstRetry, RetryCap, Random);
}
