using System.Buffers;

namespace TdxDash.Tdx.Layout;

/// <summary>The memory that PAMTs can come from: a model of <c>alloc_contig_pages</c> on a machine where nothing else is in
/// use. All numbers are page frames. Per node one list of free extents, ascending, in which every placed PAMT leaves a gap.</summary>
internal sealed class PamtPool : IDisposable
{
    private const int End = FreeExtent.EndOfList;
    private const ulong Dma32Start = 0x1000;
    private const ulong NormalStart = 0x10_0000;

    private readonly FreeExtent[] _extents;
    private readonly SearchMark[]? _marks;
    private readonly MemoryNodes _nodes = new();
    private int _extentCount;

    /// <summary>Makes an empty pool.</summary>
    /// <param name="blocks">The most blocks that will be added.</param>
    /// <param name="pamts">The most PAMTs that will be placed.</param>
    public PamtPool(int blocks, int pamts)
    {
        _extents = ArrayPool<FreeExtent>.Shared.Rent(blocks + pamts);
        if (blocks + pamts > SearchMark.Worthwhile)
        {
            _marks = ArrayPool<SearchMark>.Shared.Rent(SearchMark.Slots);
            Array.Clear(_marks, 0, SearchMark.Slots);
        }
    }

    public void Dispose()
    {
        ArrayPool<FreeExtent>.Shared.Return(_extents);
        _nodes.Dispose();
        if (_marks is not null)
        {
            ArrayPool<SearchMark>.Shared.Return(_marks);
        }
    }

    /// <summary>Adds one range of a node, in ascending order: all of it counts for the node's span, the part from
    /// <paramref name="usableStart"/> on can hold PAMTs.</summary>
    public void Add(int nodeId, ulong start, ulong end, ulong usableStart)
    {
        ref MemoryNode node = ref _nodes.FindOrAdd(nodeId);
        node.Start = Math.Min(node.Start, start);
        node.End = Math.Max(node.End, end);
        if (usableStart >= end)
        {
            return;
        }

        if (node.Tail != End && _extents[node.Tail].End == usableStart)
        {
            _extents[node.Tail].End = end;
            return;
        }

        int added = _extentCount++;
        _extents[added] = new FreeExtent { Start = usableStart, End = end, Next = End };
        if (node.Tail == End)
        {
            node.Head = added;
        }
        else
        {
            _extents[node.Tail].Next = added;
        }

        node.Tail = added;
    }

    /// <summary>Finds room: the asked node first, then higher ids ascending, then lower ids ascending; within a node zone
    /// NORMAL, DMA32, DMA.</summary>
    /// <returns>Whether room was found; it is taken then.</returns>
    public bool TryPlace(int nodeId, ulong pages, out ulong frame)
    {
        frame = 0;
        if (pages == 0)
        {
            return false;
        }

        int first = _nodes.FirstNotBelow(nodeId);
        for (int i = 0; i < _nodes.Count; i++)
        {
            int node = first + i < _nodes.Count ? first + i : first + i - _nodes.Count;
            if (TryZone(node, 0, NormalStart, ulong.MaxValue, pages, out frame)
                || TryZone(node, 1, Dma32Start, NormalStart, pages, out frame)
                || TryZone(node, 2, 0, Dma32Start, pages, out frame))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes a given place out of the pool.</summary>
    /// <returns>Whether all of it was free memory of one node.</returns>
    public bool TryTake(ulong frame, ulong pages)
    {
        for (int n = 0; n < _nodes.Count; n++)
        {
            for (int i = _nodes[n].Head; i != End; i = _extents[i].Next)
            {
                if (frame >= _extents[i].Start && frame < _extents[i].End && pages <= _extents[i].End - frame)
                {
                    Take(i, frame, frame + pages);
                    return true;
                }
            }
        }

        return false;
    }

    private bool TryZone(int nodeIndex, int zone, ulong low, ulong high, ulong pages, out ulong frame)
    {
        frame = 0;
        ref MemoryNode node = ref _nodes[nodeIndex];
        ulong zoneStart = Math.Max(node.Start, low);
        ulong zoneEnd = Math.Min(node.End, high);
        if (zoneStart >= zoneEnd)
        {
            return false;
        }

        // The kernel's ALIGN with its mask, also where the page count is no power of two.
        ulong first = unchecked((zoneStart + (pages - 1)) & ~(pages - 1));
        int slot = SearchMark.Slot(nodeIndex, zone, pages);
        int i = _marks is not null && _marks[slot].IsOf(nodeIndex, zone, pages) ? _marks[slot].Extent : node.Head;
        int reached = i;
        for (; i != End; i = _extents[i].Next)
        {
            ref FreeExtent extent = ref _extents[i];
            if (extent.Start >= zoneEnd)
            {
                break;
            }

            reached = i;
            ulong from = Math.Max(extent.Start, first);
            ulong to = Math.Min(extent.End, zoneEnd);
            if (from < to && to - from >= pages && Candidate(first, from, to, pages, out frame))
            {
                Take(i, frame, frame + pages);
                break;
            }
        }

        if (_marks is not null)
        {
            _marks[slot] = new SearchMark(nodeIndex, zone, pages, reached);
        }

        return frame != 0;
    }

    // The kernel steps by the page count from the first candidate; this is the first step that lands inside.
    private static bool Candidate(ulong first, ulong from, ulong to, ulong pages, out ulong frame)
    {
        ulong steps = (from - first + pages - 1) / pages;
        frame = first + (steps * pages);
        if (frame < to && to - frame >= pages)
        {
            return true;
        }

        frame = 0;
        return false;
    }

    private void Take(int index, ulong start, ulong end)
    {
        ref FreeExtent extent = ref _extents[index];
        if (start == extent.Start)
        {
            extent.Start = end;
        }
        else if (end == extent.End)
        {
            extent.End = start;
        }
        else
        {
            int rest = _extentCount++;
            _extents[rest] = new FreeExtent { Start = end, End = extent.End, Next = extent.Next };
            extent.End = start;
            extent.Next = rest;
        }
    }
}
