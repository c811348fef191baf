using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>One thing that is drawn: a region, or several tiny neighbours together.</summary>
/// <param name="First">The region, or the first of them.</param>
/// <param name="Count">How many regions it stands for.</param>
/// <param name="X">Its left edge in pixels.</param>
/// <param name="Width">Its width in pixels, at least <see cref="MapShapes.MinWidth"/>.</param>
/// <param name="Title">The tooltip: type, range, size, node and reason, or how many regions these are.</param>
public sealed record MapShape(MapRegion First, int Count, double X, double Width, string Title);

/// <summary>One row of the map.</summary>
/// <param name="Name">What stands left of it.</param>
/// <param name="Kind">The kind of most of its regions.</param>
/// <param name="Shapes">What is drawn, ascending.</param>
public sealed record MapLane(string Name, RegionKind Kind, IReadOnlyList<MapShape> Shapes);

/// <summary>Turns regions into shapes: visible however small, and never more than a browser draws at once.</summary>
public static class MapShapes
{
    /// <summary>The narrowest shape in pixels.</summary>
    public const double MinWidth = 3;

    /// <summary>The most shapes of a whole map.</summary>
    public const int MaxShapes = 2_000;

    // More nodes share one lane: a map taller than a screen shows nothing.
    private const int MaxNodeLanes = 16;

    /// <summary>Makes the lanes of a map, top to bottom: firmware, CMR, RAM by node, TDMR, reserved, PAMT; empty ones are left out.</summary>
    /// <param name="regions">The regions, in any order.</param>
    /// <param name="scale">The address axis.</param>
    public static IReadOnlyList<MapLane> Lanes(IReadOnlyList<MapRegion> regions, MemoryMapScale scale)
    {
        ArgumentNullException.ThrowIfNull(regions);
        ArgumentNullException.ThrowIfNull(scale);
        List<(string Name, RegionKind Kind, List<MapRegion> Regions)> rows = Rows(regions);
        for (double tiny = MinWidth; ; tiny *= 2)
        {
            List<MapLane> lanes = [.. rows.Select(row => new MapLane(row.Name, row.Kind, Shapes(row.Regions, scale, tiny)))];
            if (lanes.Sum(lane => lane.Shapes.Count) <= MaxShapes || tiny > scale.Width)
            {
                return lanes;
            }
        }
    }

    private static List<(string Name, RegionKind Kind, List<MapRegion> Regions)> Rows(IReadOnlyList<MapRegion> regions)
    {
        ILookup<RegionKind, MapRegion> kinds = regions.OrderBy(region => region.Range.Start.Value).ToLookup(region => region.Kind);
        var rows = new List<(string Name, RegionKind Kind, List<MapRegion> Regions)>
        {
            ("firmware", RegionKind.Firmware, [.. kinds[RegionKind.Firmware]]),
            ("CMR", RegionKind.Cmr, [.. kinds[RegionKind.Cmr]]),
        };
        List<IGrouping<int, MapRegion>> nodes = [.. kinds[RegionKind.Ram].GroupBy(region => region.Node ?? 0).OrderBy(node => node.Key)];
        if (nodes.Count > MaxNodeLanes)
        {
            rows.Add(($"RAM {nodes.Count} nodes", RegionKind.Ram, [.. kinds[RegionKind.Ram]]));
        }
        else
        {
            rows.AddRange(nodes.Select(node => ($"RAM node {node.Key}", RegionKind.Ram, node.ToList())));
        }

        rows.Add(("TDMR", RegionKind.Tdmr, [.. kinds[RegionKind.Tdmr]]));
        rows.Add(("reserved", RegionKind.Hole, [.. kinds[RegionKind.Hole].Concat(kinds[RegionKind.ReservedPamt]).OrderBy(region => region.Range.Start.Value)]));
        rows.Add(("PAMT", RegionKind.Pamt, [.. kinds[RegionKind.Pamt]]));
        rows.RemoveAll(row => row.Regions.Count == 0);
        return rows;
    }

    // A region narrower than tiny joins the one before it when that one is tiny too and they would be drawn over each other.
    private static List<MapShape> Shapes(List<MapRegion> regions, MemoryMapScale scale, double tiny)
    {
        var shapes = new List<MapShape>();
        var cluster = new List<MapRegion>();
        double left = 0, right = 0;
        foreach (MapRegion region in regions)
        {
            double start = scale.ToX(region.Range.Start.Value), end = scale.ToX(region.Range.End.Value);
            bool isTiny = end - start < tiny;
            if (isTiny && cluster.Count > 0 && start < left + tiny && region.Kind == cluster[0].Kind)
            {
                cluster.Add(region);
                right = Math.Max(right, end);
                continue;
            }

            Close(shapes, cluster, left, right, scale.Width);
            if (isTiny)
            {
                cluster.Add(region);
                (left, right) = (start, end);
            }
            else
            {
                shapes.Add(Shape([region], start, end, scale.Width));
            }
        }

        Close(shapes, cluster, left, right, scale.Width);
        return shapes;
    }

    private static void Close(List<MapShape> shapes, List<MapRegion> cluster, double left, double right, double width)
    {
        if (cluster.Count > 0)
        {
            shapes.Add(Shape(cluster, left, right, width));
            cluster.Clear();
        }
    }

    private static MapShape Shape(List<MapRegion> regions, double start, double end, double width)
    {
        double own = Math.Max(MinWidth, end - start);
        string title = regions.Count == 1 ? regions[0].Describe() : Describe(regions);
        return new MapShape(regions[0], regions.Count, Math.Min(start, width - own), own, title);
    }

    private static string Describe(List<MapRegion> regions)
    {
        var extent = new AddressRange(regions[0].Range.Start, regions.Max(region => region.Range.End)!);
        var total = Wording.Together(regions.Select(region => region.Range.Size));
        return string.Create(CultureInfo.InvariantCulture, $"{regions[0].Name}: first of {regions.Count:#,0} small regions\n{extent.ToGrouped()}\n{Wording.Size(total)} together; see the table below");
    }
}
