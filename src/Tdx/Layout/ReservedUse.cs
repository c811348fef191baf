using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>How many reserved areas a TDMR could need, over all places that its host's PAMTs could take.</summary>
/// <param name="Holes">Areas that follow from memory alone.</param>
/// <param name="Least">Holes and the PAMTs that have to lie in it.</param>
/// <param name="Most">Holes and the PAMTs that can lie in it.</param>
public sealed record ReservedUse(int Holes, int Least, int Most);

/// <summary>The range of reserved-area use that any PAMT position could give.</summary>
public static class ReservedUseRange
{
    private const ulong DmaEnd = 16 * ByteSize.MiB;
    private const ulong Dma32End = 4 * ByteSize.GiB;
    private const ulong FirstUsable = ByteSize.MiB;
    private static readonly (ulong Low, ulong High)[] Zones = [(0, DmaEnd), (DmaEnd, Dma32End), (Dma32End, ulong.MaxValue)];

    /// <summary>Works out the range for each TDMR. A PAMT can lie anywhere in memory of one node and one zone, without overlap.
    /// Both ends are uses that some positions do give: exact where memory has room for all PAMTs inside and outside of the
    /// TDMR, as on any host of usual shape; where it is tight, packing largest (or smallest) first stands in for trying all.</summary>
    /// <returns>One entry per TDMR; empty where the layout came to no PAMTs.</returns>
    public static IReadOnlyList<ReservedUse> Of(MemoryMap map, TdmrLayout layout)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(layout);
        if (layout.Tdmrs.Count == 0 || layout.Tdmrs.Any(tdmr => tdmr.Pamt is null))
        {
            return [];
        }

        // A module that reports entries of no size gives PAMTs of no size; they still lie somewhere.
        ulong[] sizes = [.. layout.Tdmrs.Select(tdmr => Math.Max(1, tdmr.Pamt!.Size.Bytes)).Order()];

        // Memory too small for the smallest PAMT holds none, whole or in part; fragmented maps have little else.
        var packing = new PamtPacking(Extents(map).Where(extent => extent.End - extent.Start >= sizes[0]), sizes);
        return [.. layout.Tdmrs.Select(tdmr =>
        {
            int holes = tdmr.Reserved.Count(area => area.Cause == ReservedCause.Hole);
            int least = holes + packing.MustLieIn(tdmr.Range);
            int most = holes + packing.CanLieIn(tdmr.Range);
            return new ReservedUse(holes, Math.Min(least, tdmr.Reserved.Count), Math.Max(most, tdmr.Reserved.Count));
        })];
    }

    // Memory of one node and zone, in whole pages.
    private static List<(ulong Start, ulong End)> Extents(MemoryMap map)
    {
        var extents = new List<(ulong Start, ulong End)>();
        int lastNode = -1;
        foreach (MemoryBlock block in map.Blocks)
        {
            ulong start = Math.Max(PamtSizes.AlignPage(block.Range.Start.Value), FirstUsable);
            ulong end = block.Range.End.Value & ~(PamtSizes.PageSize - 1);
            foreach ((ulong low, ulong high) in Zones)
            {
                (ulong from, ulong to) = (Math.Max(start, low), Math.Min(end, high));
                if (from >= to)
                {
                    continue;
                }

                if (extents.Count > 0 && lastNode == block.Node && extents[^1].End == from && from != low)
                {
                    extents[^1] = (extents[^1].Start, to);
                }
                else
                {
                    extents.Add((from, to));
                }

                lastNode = block.Node;
            }
        }

        return extents;
    }
}
