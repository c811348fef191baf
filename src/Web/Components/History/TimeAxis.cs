using System.Globalization;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.History;

/// <summary>Places of times on a line as wide as its window, in per cent.</summary>
/// <param name="Window">The window.</param>
public sealed record TimeAxis(TimeWindow Window)
{
    private const int MostTicks = 7;

    private static readonly TimeSpan[] Steps =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15),
        TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(7),
        TimeSpan.FromDays(14), TimeSpan.FromDays(30), TimeSpan.FromDays(91), TimeSpan.FromDays(365), TimeSpan.FromDays(3_650),
    ];

    /// <summary>The time between two ticks.</summary>
    public TimeSpan Step { get; } = Steps.FirstOrDefault(step => Window.Length / step <= MostTicks, TimeSpan.FromDays(36_500));

    /// <summary>Ticks at whole steps of UTC.</summary>
    public IEnumerable<DateTimeOffset> Ticks
    {
        get
        {
            long first = (Window.From.UtcTicks + Step.Ticks - 1) / Step.Ticks * Step.Ticks;
            for (long tick = first; tick < Window.To.UtcTicks; tick += Step.Ticks)
            {
                yield return new DateTimeOffset(tick, TimeSpan.Zero);
            }
        }
    }

    /// <summary>The place of a time; one outside of the window stands at its edge.</summary>
    public double Percent(DateTimeOffset time) => Math.Clamp(100.0 * (time - Window.From).Ticks / Window.Length.Ticks, 0, 100);

    /// <summary>The place as an SVG attribute.</summary>
    public string X(DateTimeOffset time) => Written(Percent(time));

    /// <summary>The width from one time to another as an SVG attribute, never nothing.</summary>
    public string Width(DateTimeOffset from, DateTimeOffset to) => Written(Math.Max(Percent(to) - Percent(from), 0.1));

    private static string Written(double percent) => percent.ToString("0.###", CultureInfo.InvariantCulture) + "%";
}
