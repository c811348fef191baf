using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>How many PAMTs fit outside and inside of a TDMR when each takes the first extent with room. Extents are sought by
/// halves and equal sizes taken at once, so that a fragmented map with many TDMRs costs little more than a usual one.</summary>
internal sealed class PamtPacking
{
    private readonly (ulong Start, ulong End)[] _extents;
    private readonly ulong[] _rooms;
    private readonly ulong[] _largestFrom;
    private readonly ulong[] _ascending;
    private readonly ulong[] _sizes;
    private readonly int[] _counts;
    private readonly int[] _left;
    private readonly int[] _next;
    private int _total;
    private int _smallest;

    /// <summary>Takes the memory and the PAMTs.</summary>
    /// <param name="extents">Ascending, without overlap.</param>
    /// <param name="ascendingSizes">The PAMT sizes in bytes, none of them zero.</param>
    public PamtPacking(IEnumerable<(ulong Start, ulong End)> extents, ulong[] ascendingSizes)
    {
        _extents = [.. extents];
        _rooms = [.. _extents.Select(extent => extent.End - extent.Start)];
        _largestFrom = new ulong[_rooms.Length + 1];
        for (int i = _rooms.Length - 1; i >= 0; i--)
        {
            _largestFrom[i] = Math.Max(_rooms[i], _largestFrom[i + 1]);
        }

        _ascending = ascendingSizes;
        _sizes = [.. ascendingSizes.Reverse().Distinct()];
        _counts = new int[_sizes.Length];
        int group = 0;
        foreach (ulong size in ascendingSizes.Reverse())
        {
            group += _sizes[group] == size ? 0 : 1;
            _counts[group]++;
        }

        _left = new int[_sizes.Length];
        _next = new int[_sizes.Length + 1];
    }

    /// <summary>PAMTs that find no room outside of a TDMR, the largest placed first.</summary>
    public int MustLieIn(AddressRange tdmr)
    {
        _counts.CopyTo(_left, 0);
        for (int i = 0; i < _next.Length; i++)
        {
            _next[i] = i;
        }

        _total = _ascending.Length;
        _smallest = _sizes.Length - 1;
        (int first, int behind) = Touching(tdmr);
        FillWhole(0, first);
        if (first < behind)
        {
            Fill(Difference(tdmr.Start.Value, _extents[first].Start));
            Fill(Difference(_extents[behind - 1].End, tdmr.End.Value));
        }

        FillWhole(behind, _rooms.Length);
        return _total;
    }

    /// <summary>PAMTs that find room inside of a TDMR, the smallest placed first.</summary>
    public int CanLieIn(AddressRange tdmr)
    {
        (int first, int behind) = Touching(tdmr);
        int inside = 0;
        for (int i = first; i < behind && inside < _ascending.Length; i++)
        {
            // Sizes ascend, so that an extent which is too small for one stays so for all that follow.
            ulong room = Math.Min(_extents[i].End, tdmr.End.Value) - Math.Max(_extents[i].Start, tdmr.Start.Value);
            for (; inside < _ascending.Length && _ascending[inside] <= room; inside++)
            {
                room -= _ascending[inside];
            }
        }

        // A PAMT touches the TDMR already when one page of it does, so an extent that crosses its border lends the room beyond.
        bool crosses = first < behind && inside < _ascending.Length
            && ((_extents[first].Start < tdmr.Start.Value && _rooms[first] >= _ascending[inside])
                || (_extents[behind - 1].End > tdmr.End.Value && _rooms[behind - 1] >= _ascending[inside]));
        return crosses ? inside + 1 : inside;
    }

    private static ulong Difference(ulong high, ulong low) => high > low ? high - low : 0;

    // Extents from the first up to, without, the second share a byte with the TDMR.
    private (int First, int Behind) Touching(AddressRange tdmr) =>
        (Least(extent => extent.End > tdmr.Start.Value), Least(extent => extent.Start >= tdmr.End.Value));

    private int Least(Func<(ulong Start, ulong End), bool> holds)
    {
        (int low, int high) = (0, _extents.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = holds(_extents[middle]) ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private void FillWhole(int from, int to)
    {
        for (int i = from; i < to && _total > 0 && _largestFrom[i] >= _sizes[_smallest]; i++)
        {
            Fill(_rooms[i]);
        }
    }

    // First fit leaves an extent only what no extent before it took: filling one after the other places the same PAMTs.
    private void Fill(ulong room)
    {
        while (_total > 0 && room >= _sizes[_smallest])
        {
            int group = FirstLeft(FirstAtMost(room));
            int taken = (int)Math.Min((ulong)_left[group], room / _sizes[group]);
            room -= (ulong)taken * _sizes[group];
            _left[group] -= taken;
            _total -= taken;
            if (_left[group] == 0)
            {
                _next[group] = group + 1;
            }

            while (_total > 0 && _left[_smallest] == 0)
            {
                _smallest--;
            }
        }
    }

    private int FirstAtMost(ulong room)
    {
        (int low, int high) = (0, _sizes.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sizes[middle] <= room ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private int FirstLeft(int group)
    {
        while (_next[group] != group)
        {
            _next[group] = _next[_next[group]];
            group = _next[group];
        }

        return group;
    }
}
