using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Layout;

/// <summary>The range of reserved-area use by its definition: every PAMT is offered every extent in turn.</summary>
internal static class PlainReservedUse
{
    private const ulong DmaEnd = 16 * ByteSize.MiB;
    private const ulong Dma32End = 4 * ByteSize.GiB;
    private const ulong FirstUsable = ByteSize.MiB;

    public static IReadOnlyList<ReservedUse> Of(MemoryMap map, TdmrLayout layout)
    {
        if (layout.Tdmrs.Any(tdmr => tdmr.Pamt is null))
        {
            return [];
        }

        List<(ulong Start, ulong End)> extents = Extents(map);
        ulong[] sizes = [.. layout.Tdmrs.Select(tdmr => tdmr.Pamt!.Size.Bytes).Order()];
        return [.. layout.Tdmrs.Select(tdmr =>
        {
            int holes = tdmr.Reserved.Count(area => area.Cause == ReservedCause.Hole);
            int least = holes + MustLieIn(tdmr.Range, extents, sizes);
            int most = holes + CanLieIn(tdmr.Range, extents, sizes);
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
            foreach ((ulong low, ulong high) in new[] { (0UL, DmaEnd), (DmaEnd, Dma32End), (Dma32End, ulong.MaxValue) })
            {
                (ulong from, ulong to) = (Math.Max(start, low), Math.Min(end, high));
                if (from >= to)
                {
                    continue;
                }

                bool joins = extents.Count > 0 && lastNode == block.Node && extents[^1].End == from && from != low;
                extents.Add(joins ? (extents[^1].Start, to) : (from, to));
                if (joins)
                {
                    extents.RemoveAt(extents.Count - 2);
                }

                lastNode = block.Node;
            }
        }

        return extents;
    }

    private static int MustLieIn(AddressRange tdmr, List<(ulong Start, ulong End)> extents, ulong[] ascendingSizes)
    {
        List<ulong> outside = [];
        foreach ((ulong start, ulong end) in extents)
        {
            AddRoom(outside, start, Math.Min(end, tdmr.Start.Value));
            AddRoom(outside, Math.Max(start, tdmr.End.Value), end);
        }

        return ascendingSizes.Reverse().Count(size => !TryTake(outside, size));
    }

    private static int CanLieIn(AddressRange tdmr, List<(ulong Start, ulong End)> extents, ulong[] ascendingSizes)
    {
        // A PAMT touches the TDMR already when one page of it does, so an extent that crosses its border lends the room beyond.
        List<ulong> touching = [];
        foreach ((ulong start, ulong end) in extents)
        {
            if (start < tdmr.End.Value && end > tdmr.Start.Value)
            {
                AddRoom(touching, Math.Max(start, tdmr.Start.Value), Math.Min(end, tdmr.End.Value));
            }
        }

        int inside = ascendingSizes.TakeWhile(size => TryTake(touching, size)).Count();
        bool crosses = inside < ascendingSizes.Length && extents.Any(extent => Crosses(extent, tdmr, ascendingSizes[inside]));
        return crosses ? inside + 1 : inside;
    }

    private static bool Crosses((ulong Start, ulong End) extent, AddressRange tdmr, ulong size)
    {
        bool below = extent.Start < tdmr.Start.Value && extent.End > tdmr.Start.Value;
        bool above = extent.Start < tdmr.End.Value && extent.End > tdmr.End.Value;
        return (below || above) && extent.End - extent.Start >= size;
    }

    private static void AddRoom(List<ulong> rooms, ulong start, ulong end)
    {
        if (start < end)
        {
            rooms.Add(end - start);
        }
    }

    private static bool TryTake(List<ulong> rooms, ulong size)
    {
        int room = rooms.FindIndex(free => free >= size);
        if (room >= 0)
        {
            rooms[room] -= size;
        }

        return room >= 0;
    }
}
