using System.Buffers;

namespace TdxDash.Tdx.Layout;

/// <summary>Linux's <c>tdmr_populate_rsvd_areas</c>: holes between regions and PAMTs, sorted, never merged.</summary>
internal static class ReservedAreas
{
    private const int FewTdmrs = 64;

    /// <summary>The most areas that there can be: each hole but one per TDMR ends at the start of a region, and two families
    /// of disjoint ranges (PAMTs and TDMRs) meet at most as often as both have members.</summary>
    public static int MostOf(int regions, int tdmrs) => regions + (3 * tdmrs);

    /// <summary>Fills in the areas of every TDMR, whether or not they fit a limit.</summary>
    /// <param name="tdmrs">With placed PAMTs; gain their areas.</param>
    /// <param name="blocks">The memory list.</param>
    /// <param name="other">The regions whose gaps are the holes, when they are not the memory list's.</param>
    /// <param name="areas">Where the areas go.</param>
    public static void Fill(Span<RawTdmr> tdmrs, ReadOnlySpan<TdxMemoryBlock> blocks, ReadOnlySpan<RawRange> other, Span<RawReserved> areas)
    {
        int count = tdmrs.Length;
        if (count <= FewTdmrs)
        {
            Span<int> order = stackalloc int[FewTdmrs];
            InsertByPamt(tdmrs, order);
            new Filler(tdmrs, new Regions(blocks, other), order[..count], areas).FillAll();
            return;
        }

        int[] sorted = ArrayPool<int>.Shared.Rent(count);
        ulong[] starts = ArrayPool<ulong>.Shared.Rent(count);
        for (int i = 0; i < count; i++)
        {
            sorted[i] = i;
            starts[i] = tdmrs[i].PamtStart;
        }

        starts.AsSpan(0, count).Sort(sorted.AsSpan(0, count));
        new Filler(tdmrs, new Regions(blocks, other), sorted.AsSpan(0, count), areas).FillAll();
        ArrayPool<int>.Shared.Return(sorted);
        ArrayPool<ulong>.Shared.Return(starts);
    }

    // For a handful an insertion costs less than a general sort takes to begin.
    private static void InsertByPamt(ReadOnlySpan<RawTdmr> tdmrs, Span<int> order)
    {
        for (int i = 0; i < tdmrs.Length; i++)
        {
            int at = i;
            for (; at > 0 && tdmrs[order[at - 1]].PamtStart > tdmrs[i].PamtStart; at--)
            {
                order[at] = order[at - 1];
            }

            order[at] = i;
        }
    }

    /// <summary>The regions between which holes lie: the memory list or, where a kernel takes them from there, the CMRs.</summary>
    private readonly ref struct Regions(ReadOnlySpan<TdxMemoryBlock> blocks, ReadOnlySpan<RawRange> other)
    {
        private readonly ReadOnlySpan<TdxMemoryBlock> _blocks = blocks;
        private readonly ReadOnlySpan<RawRange> _other = other;

        public int Count => _other.IsEmpty ? _blocks.Length : _other.Length;

        public ulong Start(int i) => _other.IsEmpty ? _blocks[i].Start << PamtSizes.Shift4K : _other[i].Start;

        public ulong End(int i) => _other.IsEmpty ? _blocks[i].End << PamtSizes.Shift4K : _other[i].End;

        public int Source(int i) => i < 0 || i >= Count ? RawReserved.None : _other.IsEmpty ? _blocks[i].Source : i;
    }

    // TDMRs, regions and PAMTs all ascend, so that each is walked once over all TDMRs.
    private ref struct Filler(Span<RawTdmr> tdmrs, Regions regions, ReadOnlySpan<int> pamtOrder, Span<RawReserved> areas)
    {
        private readonly Span<RawTdmr> _tdmrs = tdmrs;
        private readonly Regions _regions = regions;
        private readonly ReadOnlySpan<int> _pamtOrder = pamtOrder;
        private readonly Span<RawReserved> _areas = areas;
        private int _count;
        private int _firstRegion;
        private int _pamt;

        public void FillAll()
        {
            for (int i = 0; i < _tdmrs.Length; i++)
            {
                _tdmrs[i].FirstReserved = _count;
                FillOne(_tdmrs[i].Base, _tdmrs[i].End);
                _tdmrs[i].ReservedCount = _count - _tdmrs[i].FirstReserved;
            }
        }

        private void FillOne(ulong start, ulong end)
        {
            while (_firstRegion < _regions.Count && _regions.End(_firstRegion) < start)
            {
                _firstRegion++;
            }

            while (_pamt < _pamtOrder.Length && PamtEnd(_pamt) <= start)
            {
                _pamt++;
            }

            int pamt = _pamt;
            ulong previousEnd = start;
            int i = _firstRegion;
            for (; i < _regions.Count; i++)
            {
                ulong regionStart = _regions.Start(i);
                if (regionStart >= end)
                {
                    break;
                }

                if (regionStart > previousEnd)
                {
                    AddHole(start, end, previousEnd, regionStart, i, ref pamt);
                }

                previousEnd = _regions.End(i);
            }

            if (previousEnd < end)
            {
                AddHole(start, end, previousEnd, end, i, ref pamt);
            }

            AddPamts(start, end, end, ref pamt);
        }

        private void AddHole(ulong tdmrStart, ulong tdmrEnd, ulong holeStart, ulong holeEnd, int after, ref int pamt)
        {
            AddPamts(tdmrStart, tdmrEnd, holeStart, ref pamt);
            _areas[_count++] = new RawReserved(holeStart, holeEnd, RawReserved.None, _regions.Source(after - 1), _regions.Source(after));
        }

        private void AddPamts(ulong tdmrStart, ulong tdmrEnd, ulong below, ref int pamt)
        {
            for (; pamt < _pamtOrder.Length; pamt++)
            {
                int owner = _pamtOrder[pamt];
                ulong start = Math.Max(_tdmrs[owner].PamtStart, tdmrStart);
                if (start >= below)
                {
                    return;
                }

                _areas[_count++] = new RawReserved(start, Math.Min(PamtEnd(pamt), tdmrEnd), owner, RawReserved.None, RawReserved.None);
            }
        }

        private readonly ulong PamtEnd(int pamt)
        {
            ref readonly RawTdmr owner = ref _tdmrs[_pamtOrder[pamt]];
            return owner.PamtStart + owner.PamtSize;
        }
    }
}
