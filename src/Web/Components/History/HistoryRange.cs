using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.History;

/// <summary>Which time a history shows.</summary>
public enum HistoryRange
{
    /// <summary>From the first snapshot on.</summary>
    All,

    /// <summary>Around the last change.</summary>
    LastChange,

    /// <summary>The last 24 hours.</summary>
    Day,

    /// <summary>The last 7 days.</summary>
    Week,

    /// <summary>The last 30 days.</summary>
    Month,

    /// <summary>Since the last boot.</summary>
    Boot,

    /// <summary>From one time to another.</summary>
    Custom,
}

/// <summary>Turns ranges into windows.</summary>
public static class HistoryRanges
{
    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>The words of a URL, in the order in which they are offered; a custom range is written as its two ends.</summary>
    public static IReadOnlyDictionary<string, HistoryRange> Words { get; } = new Dictionary<string, HistoryRange>(StringComparer.Ordinal)
    {
        ["change"] = HistoryRange.LastChange,
        ["24h"] = HistoryRange.Day,
        ["7d"] = HistoryRange.Week,
        ["30d"] = HistoryRange.Month,
        ["boot"] = HistoryRange.Boot,
        ["all"] = HistoryRange.All,
    };

    /// <summary>What a range is called on screen.</summary>
    public static string Title(HistoryRange range) => range switch
    {
        HistoryRange.LastChange => "last change",
        HistoryRange.Day => "24 h",
        HistoryRange.Week => "7 d",
        HistoryRange.Month => "30 d",
        HistoryRange.Boot => "since boot",
        HistoryRange.Custom => "custom",
        _ => "all",
    };

    /// <summary>The window of a range.</summary>
    /// <param name="range">The range; a custom one is the page's to resolve.</param>
    /// <param name="span">How far the history reaches.</param>
    /// <param name="now">The end of what is known.</param>
    public static TimeWindow Resolve(HistoryRange range, HistorySpan span, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(span);
        DateTimeOffset from = range switch
        {
            HistoryRange.LastChange => Before(span.Last, now),
            HistoryRange.Day => now.AddDays(-1),
            HistoryRange.Week => now.AddDays(-7),
            HistoryRange.Month => now.AddDays(-30),
            HistoryRange.Boot => Before(span.BootedAt, now),
            _ => Before(span.First, now),
        };
        // The end is open, and a snapshot that was received this very moment is to be in.
        DateTimeOffset to = now.AddTicks(TimeSpan.TicksPerSecond);
        return new TimeWindow(to - from < Least ? to - Least : from, to);
    }

    // A little of what was before, so that what happened then does not stand at the very edge.
    private static DateTimeOffset Before(DateTimeOffset start, DateTimeOffset now)
    {
        TimeSpan part = (now - start) / 40;
        return start - (part > Least ? part : Least);
    }
}
