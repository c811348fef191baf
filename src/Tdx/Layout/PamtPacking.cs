using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>How many PAMTs fit outside and inside of a TDMR when each takes the first extent with room. First fit leaves an extent
/// only what no extent before it took, so that filling one extent after the other places the same PAMTs, and what lies below a TDMR
/// is filled once for all TDMRs above it.</summary>
internal sealed class PamtPacking
{
    private readonly (ulong Start, ulong End)[] _extents;
    private readonly ulong[] _rooms;
    private readonly ulong[] _ascending;
    private readonly UnplacedPamts _below;
    private readonly UnplacedPamts _unplaced;
    private int _filled;

    /// <summary>Takes the memory and the PAMTs.</summary>
    /// <param name="extents">Ascending, without overlap.</param>
    /// <param name="ascendingSizes">The PAMT sizes in bytes; at least one, none of them zero.</param>
    public PamtPacking(IEnumerable<(ulong Start, ulong End)> extents, ulong[] ascendingSizes)
    {
        _extents = [.. extents];
        _rooms = [.. _extents.Select(extent => extent.End - extent.Start)];
        _ascending = ascendingSizes;
        _below = new UnplacedPamts(ascendingSizes);
        _unplaced = new UnplacedPamts(ascendingSizes);
    }

    /// <summary>PAMTs that find no room outside of a TDMR, the largest placed first.</summary>
    /// <param name="tdmr">At or above the one that was asked for before.</param>
    public int MustLieIn(AddressRange tdmr)
    {
        (int first, int behind) = Touching(tdmr);
        Fill(_below, _filled, first);
        _filled = first;
        _unplaced.CopyFrom(_below);
        if (first < behind)
        {
            _unplaced.Place(Difference(tdmr.Start.Value, _extents[first].Start));
            _unplaced.Place(Difference(_extents[behind - 1].End, tdmr.End.Value));
        }

        Fill(_unplaced, behind, _rooms.Length);
        return _unplaced.Count;
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

    private void Fill(UnplacedPamts pamts, int from, int to)
    {
        while (from < to && pamts.Count > 0)
        {
            int skipped = _rooms.AsSpan(from, to - from).IndexOfAnyExceptInRange(0UL, pamts.Smallest - 1);
            if (skipped < 0)
            {
                return;
            }

            pamts.Place(_rooms[from + skipped]);
            from += skipped + 1;
        }
    }
}
