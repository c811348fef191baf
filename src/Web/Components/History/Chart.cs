using TdxDash.Web.Security;

namespace TdxDash.Web.Components.History;

/// <summary>One line of a chart.</summary>
/// <param name="Label">What it shows.</param>
/// <param name="Values">Its value at each time; null where there is none.</param>
/// <param name="Colour">A token of css/tokens.css, without its dashes.</param>
/// <param name="Dash">Lengths of strokes and gaps in pixels; empty for a whole line. Lines differ in it too, so that nothing is told by colour alone.</param>
/// <param name="Fill">Whether the area below is filled.</param>
public sealed record ChartSeries(string Label, IReadOnlyList<double?> Values, string Colour, IReadOnlyList<int> Dash, bool Fill = false);

/// <summary>A place or stretch of the lower axis that is marked by a line from top to bottom, or by a band.</summary>
/// <param name="At">The place, or its start: in percent, or in seconds since 1970 in UTC.</param>
/// <param name="Label">What is there; cut where it is long.</param>
/// <param name="To">The end of a stretch, in the same unit; null for a place.</param>
public sealed record ChartMark(double At, string Label, double? To = null)
{
    private const int MostLetters = 32;

    /// <summary>A mark of a chart over time.</summary>
    public static ChartMark Of(DateTimeOffset at, DateTimeOffset? to, string label) => new(Seconds(at), ShownText.Limit(label, MostLetters), to is { } end ? Seconds(end) : null);

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1_000.0;
}

/// <summary>A chart of values over time, or over percent.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Unit"><c>bytes</c> or <c>count</c>.</param>
/// <param name="Times">The times, ascending; empty for a chart over percent.</param>
/// <param name="Series">The lines; stacked ones from the bottom up.</param>
/// <param name="IsStacked">Whether each line stands on the one before it.</param>
public sealed record ChartData(string Title, string Unit, IReadOnlyList<DateTimeOffset> Times, IReadOnlyList<ChartSeries> Series, bool IsStacked = false)
{
    /// <summary>The percents that values stand over instead of times, ascending; null for a chart over time.</summary>
    public IReadOnlyList<double>? Percents { get; init; }

    /// <summary>What the percents are of.</summary>
    public string PercentsOf { get; init; } = "";

    /// <summary>What is marked, in no order.</summary>
    public IReadOnlyList<ChartMark> Marks { get; init; } = [];
}
