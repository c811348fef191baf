using System.Globalization;

namespace TdxDash.Web.Store.Care;

/// <summary>Whether the dashboard's clock may say what is old enough to be removed for good. It may not after it was set, nor after a start far
/// from the time when the store was last in use, until it has run for a day without being set again. Not thread-safe.</summary>
/// <param name="time">The wall clock and the monotonic one.</param>
internal sealed class ClockTrust(TimeProvider time)
{
    /// <summary>How far the wall clock and the monotonic one may move apart between two looks.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromHours(1);

    /// <summary>How far the clock may be from the time when the store was last in use, at a start.</summary>
    public static readonly TimeSpan Away = TimeSpan.FromDays(1);

    /// <summary>How long the clock has to run undisturbed before it is believed.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromDays(1);

    private (DateTimeOffset Wall, long Ticks)? _last;
    private (string Reason, long Since)? _doubt;

    /// <summary>Begins at the dashboard's start.</summary>
    /// <param name="lastUse">When a host was last heard of, by this clock; null when none ever was.</param>
    public void Begin(DateTimeOffset? lastUse)
    {
        DateTimeOffset now = time.GetUtcNow();
        _last = (now, time.GetTimestamp());
        _doubt = lastUse is { } last && (now - last).Duration() > Away
            ? (string.Create(CultureInfo.InvariantCulture, $"at the start it said {now.UtcDateTime:u}, and hosts were last heard of at {last.UtcDateTime:u}"), _last.Value.Ticks)
            : null;
    }

    /// <summary>Looks at the clock.</summary>
    /// <returns>Why it is not believed yet; null when it is.</returns>
    public string? Look()
    {
        (DateTimeOffset Wall, long Ticks) now = (time.GetUtcNow(), time.GetTimestamp());
        if (_last is { } last && (now.Wall - last.Wall - time.GetElapsedTime(last.Ticks, now.Ticks)) is var moved && moved.Duration() > Apart)
        {
            _doubt = (string.Create(CultureInfo.InvariantCulture,
                $"it was set {(moved > TimeSpan.Zero ? "ahead" : "back")} by {moved.Duration().TotalHours:#,0} h, to {now.Wall.UtcDateTime:u}"), now.Ticks);
        }

        if (_doubt is { } doubt && time.GetElapsedTime(doubt.Since, now.Ticks) >= Steady)
        {
            _doubt = null;
        }

        _last = now;
        return _doubt?.Reason;
    }
}
