using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>A stretch of the address axis.</summary>
/// <param name="Start">Its first address in bytes.</param>
/// <param name="End">The address behind its last one.</param>
/// <param name="X">Where it starts, in pixels.</param>
/// <param name="Width">How wide it is, in pixels.</param>
/// <param name="IsBreak">Whether it stands for a gap that is not drawn to scale.</param>
public sealed record ScalePiece(ulong Start, ulong End, double X, double Width, bool IsBreak);

/// <summary>Maps physical addresses to pixels: one linear scale, except that the largest gaps between regions shrink to break
/// marks of fixed width. Monotonic, continuous, and total: an address outside lands on the nearest edge.</summary>
public sealed class MemoryMapScale
{
    /// <summary>The width of a break mark in pixels.</summary>
    public const double BreakWidth = 14;

    private const int MaxBreaks = 12;

    // A stretch between two breaks stays visible, however small it is.
    private const double MinPieceWidth = 6;

    // Gaps below this share of all that is drawn to scale keep their true width: a break would be wider than they are.
    private const double MinGapShare = 0.015;

    private MemoryMapScale(IReadOnlyList<ScalePiece> pieces, double width)
    {
        Pieces = pieces;
        Width = width;
    }

    /// <summary>The pieces, ascending and touching.</summary>
    public IReadOnlyList<ScalePiece> Pieces { get; }

    /// <summary>The full width in pixels.</summary>
    public double Width { get; }

    /// <summary>Makes a scale.</summary>
    /// <param name="ranges">Everything that is to be drawn, in any order, overlapping or not.</param>
    /// <param name="width">The width in pixels; at least 400.</param>
    /// <returns>The scale; without pieces when there are no ranges.</returns>
    public static MemoryMapScale Create(IEnumerable<AddressRange> ranges, double width)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 400);
        List<(ulong Start, ulong End)> occupied = Merge(ranges);
        if (occupied.Count == 0)
        {
            return new MemoryMapScale([], width);
        }

        HashSet<int> breaks = Breaks(occupied);
        return new MemoryMapScale(Place(Join(occupied, breaks), width), width);
    }

    /// <summary>Where an address lies, in pixels from the left edge.</summary>
    public double ToX(ulong address)
    {
        if (Pieces.Count == 0 || address <= Pieces[0].Start)
        {
            return 0;
        }

        int low = 0, high = Pieces.Count - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = address < Pieces[middle].End ? (low, middle) : (middle + 1, high);
        }

        ScalePiece piece = Pieces[low];
        return address >= piece.End ? Width : piece.X + (piece.Width * (address - piece.Start) / (piece.End - piece.Start));
    }

    private static List<(ulong Start, ulong End)> Merge(IEnumerable<AddressRange> ranges)
    {
        var merged = new List<(ulong Start, ulong End)>();
        foreach (AddressRange range in ranges.OrderBy(range => range.Start.Value))
        {
            if (merged.Count > 0 && range.Start.Value <= merged[^1].End)
            {
                merged[^1] = (merged[^1].Start, Math.Max(merged[^1].End, range.End.Value));
            }
            else
            {
                merged.Add((range.Start.Value, range.End.Value));
            }
        }

        return merged;
    }

    // The indexes of the extents that a break precedes. The largest gaps go first; each one taken makes the rest count for more.
    private static HashSet<int> Breaks(List<(ulong Start, ulong End)> occupied)
    {
        double drawn = occupied[^1].End - occupied[0].Start;
        var breaks = new HashSet<int>();
        foreach ((ulong gap, int index) in Enumerable.Range(1, occupied.Count - 1)
            .Select(i => (Gap: occupied[i].Start - occupied[i - 1].End, Index: i))
            .OrderByDescending(gap => gap.Gap).Take(MaxBreaks))
        {
            if (gap < (drawn - gap) * MinGapShare)
            {
                break;
            }

            drawn -= gap;
            breaks.Add(index);
        }

        return breaks;
    }

    private static List<(ulong Start, ulong End)> Join(List<(ulong Start, ulong End)> occupied, HashSet<int> breaks)
    {
        var stretches = new List<(ulong Start, ulong End)>();
        for (int i = 0; i < occupied.Count; i++)
        {
            if (i == 0 || breaks.Contains(i))
            {
                stretches.Add(occupied[i]);
            }
            else
            {
                stretches[^1] = (stretches[^1].Start, occupied[i].End);
            }
        }

        return stretches;
    }

    private static List<ScalePiece> Place(List<(ulong Start, ulong End)> stretches, double width)
    {
        double total = stretches.Sum(stretch => (double)(stretch.End - stretch.Start));
        double shared = width - (BreakWidth * (stretches.Count - 1)) - (MinPieceWidth * stretches.Count);
        var pieces = new List<ScalePiece>();
        double x = 0;
        for (int i = 0; i < stretches.Count; i++)
        {
            (ulong start, ulong end) = stretches[i];
            if (i > 0)
            {
                pieces.Add(new ScalePiece(stretches[i - 1].End, start, x, BreakWidth, IsBreak: true));
                x += BreakWidth;
            }

            double own = MinPieceWidth + (shared * (end - start) / total);
            pieces.Add(new ScalePiece(start, end, x, own, IsBreak: false));
            x += own;
        }

        return pieces;
    }
}
