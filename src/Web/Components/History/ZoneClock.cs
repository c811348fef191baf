using System.Globalization;

namespace TdxDash.Web.Components.History;

/// <summary>Writes times in UTC or in the zone of the browser.</summary>
public sealed class ZoneClock
{
    private readonly TimeZoneInfo _zone;

    private ZoneClock(TimeZoneInfo zone, string name) => (_zone, Name) = (zone, name);

    /// <summary>UTC.</summary>
    public static ZoneClock Utc { get; } = new(TimeZoneInfo.Utc, "UTC");

    /// <summary>The zone's name.</summary>
    public string Name { get; }

    /// <summary>The clock of a zone.</summary>
    /// <param name="id">The name as browsers give it: <c>Europe/Berlin</c>.</param>
    /// <returns>Null when this system does not know the zone.</returns>
    public static ZoneClock? Of(string id) => TimeZoneInfo.TryFindSystemTimeZoneById(id, out TimeZoneInfo? zone) ? new ZoneClock(zone, id) : null;

    /// <summary>A time to the second, without the zone.</summary>
    public string Text(DateTimeOffset time) => In(time).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>A time with the zone.</summary>
    public string Full(DateTimeOffset time) => $"{Text(time)} {Name}";

    /// <summary>The time of a tick, as short as the step allows.</summary>
    public string Tick(DateTimeOffset time, TimeSpan step) => In(time).ToString(
        step >= TimeSpan.FromDays(1) ? "yyyy-MM-dd" : step >= TimeSpan.FromMinutes(1) ? "MM-dd HH:mm" : "HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The time in the zone.</summary>
    public DateTimeOffset In(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, _zone);
}
