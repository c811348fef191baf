namespace TdxDash.Web.Components.History;

/// <summary>One line of a chart.</summary>
/// <param name="Label">What it shows.</param>
/// <param name="Values">Its value at each time; null where there is none.</param>
/// <param name="Colour">A token of css/tokens.css, without its dashes.</param>
/// <param name="Dash">Lengths of strokes and gaps in pixels; empty for a whole line. Lines differ in it too, so that nothing is told by colour alone.</param>
/// <param name="Fill">Whether the area below is filled.</param>
public sealed record ChartSeries(string Label, IReadOnlyList<double?> Values, string Colour, IReadOnlyList<int> Dash, bool Fill = false);

/// <summary>A chart of values over time.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Unit"><c>bytes</c> or <c>count</c>.</param>
/// <param name="Times">The times, ascending.</param>
/// <param name="Series">The lines; stacked ones from the bottom up.</param>
/// <param name="IsStacked">Whether each line stands on the one before it.</param>
public sealed record ChartData(string Title, string Unit, IReadOnlyList<DateTimeOffset> Times, IReadOnlyList<ChartSeries> Series, bool IsStacked = false);
