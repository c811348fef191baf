namespace TdxDash.Web.Components.MemoryMap;

/// <summary>A labelled address on the axis.</summary>
/// <param name="Address">The address in bytes.</param>
/// <param name="X">Where it stands, in pixels.</param>
/// <param name="IsLast">Whether its label ends at the mark instead of starting there.</param>
public sealed record MapTick(ulong Address, double X, bool IsLast);

/// <summary>Chooses the addresses that the axis names: where stretches start, round addresses inside wide ones, and the end.</summary>
public static class MapTicks
{
    // A label such as 0x10_8000_0000 and some air, in pixels.
    private const double LabelWidth = 112;

    /// <summary>The ticks, ascending, whose labels do not overlap.</summary>
    public static IReadOnlyList<MapTick> Of(MemoryMapScale scale)
    {
        ArgumentNullException.ThrowIfNull(scale);
        if (scale.Pieces.Count == 0)
        {
            return [];
        }

        var ticks = new List<MapTick>();
        double free = 0;
        double end = scale.Width - LabelWidth;
        foreach (ScalePiece piece in scale.Pieces.Where(piece => !piece.IsBreak))
        {
            foreach (ulong address in Candidates(piece))
            {
                double x = scale.ToX(address);
                if (x >= free && x + LabelWidth <= end)
                {
                    ticks.Add(new MapTick(address, x, IsLast: false));
                    free = x + LabelWidth;
                }
            }
        }

        ticks.Add(new MapTick(scale.Pieces[^1].End, scale.Width, IsLast: true));
        return ticks;
    }

    private static IEnumerable<ulong> Candidates(ScalePiece piece)
    {
        yield return piece.Start;
        ulong step = 1;
        while (step < 1UL << 52 && piece.Width * step / (piece.End - piece.Start) < LabelWidth)
        {
            step <<= 1;
        }

        for (ulong address = (piece.Start / step * step) + step; address < piece.End; address += step)
        {
            yield return address;
        }
    }
}
