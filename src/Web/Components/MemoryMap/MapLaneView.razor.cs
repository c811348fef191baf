using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>One lane of the memory map.</summary>
public partial class MapLaneView
{
    private const int RegionHeight = 18;
    private const int NodeTints = 4;
    private const double LabelRoom = 36;

    /// <summary>The lane.</summary>
    [Parameter, EditorRequired]
    public MapLane Lane { get; set; } = null!;

    /// <summary>Where the address axis starts, in pixels.</summary>
    [Parameter]
    public double Left { get; set; }

    /// <summary>Where the lane starts, in pixels.</summary>
    [Parameter]
    public double Top { get; set; }

    private int Merged => Lane.Shapes.Where(shape => shape.Count > 1).Sum(shape => shape.Count);

    private string Y => N(Top + 2);

    private string X(MapShape shape) => N(Left + shape.X);

    private static string Css(MapShape shape)
    {
        string kind = shape.First.Kind.ToString().ToLowerInvariant();
        string tint = shape.First is { Kind: RegionKind.Ram, Node: int node } ? $" tint-{node % NodeTints}" : "";
        return $"{kind}{tint}{(shape.First.Marks.Contains(Provenance.Hypothetical) ? " hypothetical" : "")}";
    }

    // [────) as the range is half-open; what is too narrow for that is a bar.
    private string Bracket(MapShape shape)
    {
        double x = Left + shape.X;
        if (shape.Width < 12)
        {
            return $"M{N(x)} {N(Top + 11)} h{N(shape.Width)} M{N(x + 0.5)} {N(Top + 3)} v16";
        }

        return $"M{N(x + 5)} {N(Top + 3)} h-4 v16 h4 M{N(x + 1)} {N(Top + 19)} H{N(x + shape.Width - 5)} q4 -8 0 -16";
    }

    // A count beside a mark that stands alone; in a crowd it would read as the count of all of them.
    private bool HasRoom(MapShape shape)
    {
        if (shape.Count == 1)
        {
            return false;
        }

        int index = IndexOf(shape);
        return (index == 0 || shape.X - Lane.Shapes[index - 1].X > LabelRoom)
            && (index == Lane.Shapes.Count - 1 || Lane.Shapes[index + 1].X - shape.X > LabelRoom);
    }

    private int IndexOf(MapShape shape)
    {
        int low = 0, high = Lane.Shapes.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = Lane.Shapes[middle].X < shape.X ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
