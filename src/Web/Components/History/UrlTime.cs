using System.Globalization;

namespace TdxDash.Web.Components.History;

/// <summary>Times in URLs: ISO 8601 in UTC, as exact as the store keeps them.</summary>
public static class UrlTime
{
    /// <summary>What a problem says to use instead.</summary>
    public const string Form = "2026-03-01T12:00:05Z";

    private const int MaxLength = 40;

    // Without a zone a time is UTC: where the browser is, the address does not tell.
    private static readonly string[] Forms =
    [
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK", "yyyy-MM-ddTHH:mmK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd",
    ];

    /// <summary>Parses a time: with seconds and their fraction, with minutes, or a day; with <c>Z</c>, an offset, or neither for UTC.</summary>
    /// <returns>Whether it is one between 1970 and 9998.</returns>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        return text is { Length: <= MaxLength }
            && DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)
            && time >= DateTimeOffset.UnixEpoch && time.Year < 9_999;
    }

    /// <summary>Writes a time; no more digits than it has, at most microseconds.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + "Z";

    /// <summary>The same time without what <see cref="Write"/> leaves out.</summary>
    public static DateTimeOffset Whole(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond));
}
