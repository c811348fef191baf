using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.History;

/// <summary>Makes the fleet's charts.</summary>
public static class FleetCharts
{
    // More lines than these cannot be told apart; the rest is one.
    private const int MostVersions = 6;

    private static readonly string[] Colours = ["ram", "tdmr", "cmr", "firmware", "pamt", "emulated", "muted"];
    private static readonly int[][] Dashes = [[], [8, 4], [2, 3], [10, 3, 2, 3], [5, 5], [1, 4], [12, 6]];

    /// <summary>Hosts by module version, stacked.</summary>
    public static ChartData Versions(VersionsOverTime versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        List<(string Label, IReadOnlyList<int> Hosts)> shown = [.. versions.Series.Take(MostVersions).Select(series => (series.Version ?? "not known", series.Hosts))];
        VersionSeries[] others = [.. versions.Series.Skip(MostVersions)];
        if (others.Length > 0)
        {
            shown.Add(($"{others.Length} others", [.. versions.Moments.Select((_, i) => others.Sum(series => series.Hosts[i]))]));
        }

        return new ChartData("Hosts by module version", "count", versions.Moments,
            [.. shown.Select((series, i) => new ChartSeries(series.Label, [.. series.Hosts.Select(count => (double?)count)], Colours[i], Dashes[i], Fill: true))], IsStacked: true);
    }

    /// <summary>Changes in each piece of the time, stacked by what they were.</summary>
    public static ChartData Activity(IReadOnlyList<ActivityPiece> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return new ChartData("Changes by kind", "count", [.. pieces.Select(piece => piece.From)],
        [
            new ChartSeries("module updates", [.. pieces.Select(piece => (double?)piece.Updates)], "tdmr", Dashes[0], Fill: true),
            new ChartSeries("boots", [.. pieces.Select(piece => (double?)piece.Boots)], "cmr", Dashes[1], Fill: true),
            new ChartSeries("other changes", [.. pieces.Select(piece => (double?)(piece.Changes - piece.Updates - piece.Boots))], "ram", Dashes[2], Fill: true),
        ], IsStacked: true);
    }

    /// <summary>Hosts that were not heard of.</summary>
    public static ChartData Silences(SilencesOverTime silences)
    {
        ArgumentNullException.ThrowIfNull(silences);
        return new ChartData("Hosts not heard of", "count", silences.Moments, [new ChartSeries("silent", [.. silences.Hosts.Select(count => (double?)count)], "muted", [], Fill: true)]);
    }

    /// <summary>Annotations as marks of a chart over time.</summary>
    public static IReadOnlyList<ChartMark> Marks(IEnumerable<Annotation> notes)
    {
        ArgumentNullException.ThrowIfNull(notes);
        return [.. notes.Select(note => ChartMark.Of(note.From, note.To, note.HostId is null ? note.Text : $"{note.HostName}: {note.Text}"))];
    }
}
