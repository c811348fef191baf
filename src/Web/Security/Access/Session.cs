using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Security.Access;

/// <summary>How long somebody stays signed in.</summary>
/// <param name="Idle">Without a request or a click.</param>
/// <param name="Absolute">At all.</param>
public sealed record SessionLimits(TimeSpan Idle, TimeSpan Absolute)
{
    /// <summary>The idle minutes where nothing else is set: OWASP ASVS 5.0, 7.3.1 asks for a documented limit.</summary>
    public const int DefaultIdleMinutes = 30;

    /// <summary>The shortest idle limit, in minutes.</summary>
    public const int MinIdleMinutes = 1;

    /// <summary>The longest idle limit, in minutes: a day.</summary>
    public const int MaxIdleMinutes = 1_440;

    /// <summary>The hours where nothing else is set: ASVS 7.3.2.</summary>
    public const int DefaultHours = 12;

    /// <summary>The shortest absolute limit, in hours.</summary>
    public const int MinHours = 1;

    /// <summary>The longest absolute limit, in hours: a week.</summary>
    public const int MaxHours = 168;

    /// <summary>Where nothing else is set.</summary>
    public static SessionLimits Default { get; } = new(TimeSpan.FromMinutes(DefaultIdleMinutes), TimeSpan.FromHours(DefaultHours));
}

/// <summary>One browser in which somebody is signed in. Its ages go by a clock that nobody can set: only what was before this start is known by the other.</summary>
internal sealed class Session(SessionRow row, TimeProvider time, TimeSpan ageAtLoad, TimeSpan idleAtLoad)
{
    private readonly long _loadedAt = time.GetTimestamp();
    private long _seenAt = time.GetTimestamp();
    private long _idleBefore = idleAtLoad.Ticks;
    private long _storedAt = time.GetTimestamp();
    // How long before that the use was that the store knows of.
    private long _storedBefore = idleAtLoad.Ticks;

    /// <summary>What is stored of it.</summary>
    public SessionRow Row => row;

    /// <summary>How long ago somebody signed in.</summary>
    public TimeSpan Age => ageAtLoad + time.GetElapsedTime(_loadedAt);

    /// <summary>How long ago it was used.</summary>
    public TimeSpan Idle => TimeSpan.FromTicks(Interlocked.Read(ref _idleBefore)) + time.GetElapsedTime(Interlocked.Read(ref _seenAt));

    /// <summary>Whether a limit has passed.</summary>
    public bool IsOver(SessionLimits limits) => Age >= limits.Absolute || Idle >= limits.Idle;

    /// <summary>Notes that it was used elsewhere.</summary>
    /// <param name="ago">How long ago.</param>
    public void Seen(TimeSpan ago)
    {
        if (ago < Idle)
        {
            Interlocked.Exchange(ref _seenAt, time.GetTimestamp());
            Interlocked.Exchange(ref _idleBefore, ago.Ticks);
        }
    }

    /// <summary>Notes that it is used.</summary>
    /// <param name="limits">The limits.</param>
    /// <returns>Whether that should be stored: once a minute at most, or a few times within a short limit.</returns>
    public bool Touch(SessionLimits limits)
    {
        TimeSpan storeAfter = limits.Idle / 4 < TimeSpan.FromMinutes(1) ? limits.Idle / 4 : TimeSpan.FromMinutes(1);
        long now = time.GetTimestamp();
        Interlocked.Exchange(ref _idleBefore, 0);
        Interlocked.Exchange(ref _seenAt, now);
        long stored = Interlocked.Read(ref _storedAt);
        TimeSpan since = TimeSpan.FromTicks(Interlocked.Read(ref _storedBefore)) + time.GetElapsedTime(stored, now);
        if (since < storeAfter || Interlocked.CompareExchange(ref _storedAt, now, stored) != stored)
        {
            return false;
        }

        Interlocked.Exchange(ref _storedBefore, 0);
        return true;
    }
}
