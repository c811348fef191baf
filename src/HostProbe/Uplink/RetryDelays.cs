namespace TdxDash.HostProbe.Uplink;

/// <summary>Delays between tries: exponential with full jitter, so that a thousand probes that lost the same dashboard do not return in step.</summary>
/// <param name="first">The bound of the first delay.</param>
/// <param name="cap">The bound that delays grow to.</param>
/// <param name="random">Gives a number from 0 to below 1.</param>
internal sealed class RetryDelays(TimeSpan first, TimeSpan cap, Func<double> random)
{
    private const int MaxAskedMilliseconds = 300_000;

    private static readonly TimeSpan MostSpread = TimeSpan.FromSeconds(2);

    private TimeSpan? _bound;

    /// <summary>The next delay: anywhere between zero and a bound that doubles up to the cap.</summary>
    public TimeSpan Next()
    {
        TimeSpan bound = _bound ?? first;
        _bound = bound < cap / 2 ? bound * 2 : cap;
        return bound * random();
    }

    /// <summary>A delay that the dashboard asked for, at most five minutes, and up to two seconds more, so that those it asked do not return in step.</summary>
    public static TimeSpan After(int milliseconds, UplinkTiming timing)
    {
        TimeSpan asked = TimeSpan.FromMilliseconds(Math.Clamp(milliseconds, 0, MaxAskedMilliseconds));
        return asked + ((asked < MostSpread ? asked : MostSpread) * timing.Random());
    }

    /// <summary>Starts over: a try has succeeded.</summary>
    public void Reset() => _bound = null;
}
