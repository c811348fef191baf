using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>One gauge for each TDMR: reserved areas against their limit, holes first, then PAMTs. Amber from 75 % on, red from one
/// below the limit.</summary>
public partial class MapGauges
{
    private const int OpenUpTo = 16;
    private const int MostShown = 64;
    private const double FullWidth = 62;

    /// <summary>The gauges.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<TdmrGauge> Gauges { get; set; } = [];

    private IReadOnlyList<TdmrGauge> Shown { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnParametersSet() => Shown = Gauges.Count <= MostShown
        ? Gauges
        : [.. Gauges.OrderByDescending(gauge => gauge.Used).Take(MostShown).OrderBy(gauge => gauge.Index)];

    // Over the limit the bar is full and the text says by how much; without a limit there is nothing to fill.
    private static double Scaled(TdmrGauge gauge, int count) => gauge.Limit is int limit and > 0 ? FullWidth * count / Math.Max(limit, gauge.Used) : 0;

    private static string Width(TdmrGauge gauge, int count) => Scaled(gauge, count).ToString("0.#", CultureInfo.InvariantCulture);

    private static string X(TdmrGauge gauge) => (1 + Scaled(gauge, gauge.Holes)).ToString("0.#", CultureInfo.InvariantCulture);
}
