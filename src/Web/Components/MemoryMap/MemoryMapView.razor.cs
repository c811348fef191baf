using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>The memory map: a drawing with one lane for each kind of region on one address axis, its legend, and the
/// table that says the same.</summary>
public partial class MemoryMapView
{
    private const double LabelWidth = 88;
    private const double ScaleWidth = 1104;
    private const double AxisHeight = 28;
    private const double LaneHeight = 28;
    private const int OpenUpTo = 24;

    private MemoryMapScale _scale = MemoryMapScale.Create([], ScaleWidth);
    private IReadOnlyList<MapLane> _lanes = [];
    private HostMap? _drawn;
    private int _hidden;

    /// <summary>The regions.</summary>
    [Parameter, EditorRequired]
    public HostMap Map { get; set; } = null!;

    /// <summary>The module's limit of TDMRs; null when not known.</summary>
    [Parameter]
    public int? MaxTdmrs { get; set; }

    private double Height => AxisHeight + (LaneHeight * _lanes.Count) + 4;

    private string Summary => "Lanes from top to bottom: " + string.Join(", ", _lanes.Select(lane => $"{lane.Name} with {Wording.Count(lane.Shapes.Sum(shape => shape.Count), "region")}"));

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_drawn, Map))
        {
            return;
        }

        _drawn = Map;
        _scale = Map.Scale(ScaleWidth);
        IReadOnlyList<MapRegion> shown = Map.On(_scale);
        _hidden = Map.Regions.Count - shown.Count;
        _lanes = MapShapes.Lanes(shown, _scale);
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
