using System.Buffers;

namespace TdxDash.Tdx.Layout;

/// <summary>A stretch of free page frames in a node's list.</summary>
internal struct FreeExtent
{
    public const int EndOfList = -1;

    public ulong Start;
    public ulong End;
    public int Next;
}

/// <summary>A NUMA node: its span in page frames and the ends of its list of free extents.</summary>
internal struct MemoryNode
{
    public int Id;
    public int Head;
    public int Tail;
    public ulong Start;
    public ulong End;
}

/// <summary>How far a search came. A list of free extents only ever loses frames, so what did not fit a page count once
/// never will, and the next search of the same zone for the same count goes on from there.</summary>
internal readonly struct SearchMark(int node, int zone, ulong pages, int extent)
{
    /// <summary>Below this many extents a search from the start costs less than the marks.</summary>
    public const int Worthwhile = 256;
    public const int Slots = 1024;

    private readonly ulong _pages = pages;
    private readonly int _nodeAndZone = NodeAndZone(node, zone);

    public int Extent { get; } = extent;

    public static int Slot(int node, int zone, ulong pages) =>
        (int)((((pages * 3) + (ulong)zone + ((ulong)node * 131)) * 0x9E37_79B9_7F4A_7C15UL) >> 54);

    public bool IsOf(int node, int zone, ulong pages) => _pages == pages && _nodeAndZone == NodeAndZone(node, zone);

    private static int NodeAndZone(int node, int zone) => (node << 2) | zone;
}

/// <summary>The nodes of a machine, ascending by id.</summary>
internal sealed class MemoryNodes : IDisposable
{
    private const int Few = 16;
    private MemoryNode[] _nodes = ArrayPool<MemoryNode>.Shared.Rent(Few);
    private int _last;

    public int Count { get; private set; }

    public ref MemoryNode this[int index] => ref _nodes[index];

    public void Dispose() => ArrayPool<MemoryNode>.Shared.Return(_nodes);

    /// <summary>The node of an id; a new one has an empty span and no extents.</summary>
    public ref MemoryNode FindOrAdd(int id)
    {
        if (_last >= Count || _nodes[_last].Id != id)
        {
            _last = FirstNotBelow(id);
            if (_last == Count || _nodes[_last].Id != id)
            {
                Insert(_last, id);
            }
        }

        return ref _nodes[_last];
    }

    /// <summary>The index of the first node whose id is not below a given one; <see cref="Count"/> when there is none.</summary>
    public int FirstNotBelow(int id)
    {
        int low = 0;
        int high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_nodes[middle].Id < id)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Insert(int at, int id)
    {
        if (Count == _nodes.Length)
        {
            MemoryNode[] larger = ArrayPool<MemoryNode>.Shared.Rent(Count * 2);
            _nodes.AsSpan(0, Count).CopyTo(larger);
            ArrayPool<MemoryNode>.Shared.Return(_nodes);
            _nodes = larger;
        }

        _nodes.AsSpan(at, Count - at).CopyTo(_nodes.AsSpan(at + 1));
        _nodes[at] = new MemoryNode { Id = id, Head = FreeExtent.EndOfList, Tail = FreeExtent.EndOfList, Start = ulong.MaxValue };
        Count++;
    }
}
