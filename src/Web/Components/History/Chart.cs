namespace TdxDash.Web.Components.History;

/// <summary>One line of a chart.</summary>
/// <param name="Label">What it shows.</param>
/// <param name="Values">Its value at each time; null where there is none.</param>
/// <param name="Colour">A token of css/tokens.css, without its dashes.</param>
/// <param name="Dash">Lengths of strokes and gaps in pixels; empty for a whole line. Lines differ in it too, so that nothing is told by colour alone.</param>
/// <param name="Fill">Whether the area below is filled.</param>
public sealed record ChartSeries(string Label, IReadOnlyList<double?> Values, string Colour, IReadOnlyList<int> Dash, bool Fill = false);

/// <summary>A place on the lower axis that is marked by a line from top to bottom.</summary>
/// <param name="At">The place, in percent.</param>
/// <param name="Label">What is there.</param>
public sealed record ChartMark(double At, string Label);

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

    /// <summary>A marked place of a chart over percent; null for none.</summary>
    public ChartMark? Mark { get; init; }
}
