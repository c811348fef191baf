using System.Buffers;
using System.Globalization;

namespace TdxDash.Tdx.Layout;

/// <summary>Linux's <c>construct_tdmrs</c> (<c>arch/x86/virt/vmx/tdx/tdx.c</c>) over raw 64-bit words: memory list, TDMR
/// ranges, PAMTs, reserved areas. Works in rented memory, in time close to linear in the number of ranges.</summary>
internal sealed class TdmrEngine : IDisposable
{
    private const int FewSlotsLeft = 4;
    private const ulong GiB = 1UL << PamtSizes.Shift1G;
    private const ulong FirstUsableFrame = 0x100;

    private readonly LayoutRules _rules;
    private readonly TdxMemoryBlock[] _blocks;
    private readonly RawTdmr[] _tdmrs;
    private readonly PamtPool _pool;
    private RawReserved[] _reserved = [];
    private List<string>? _log;
    private int _blockCount;

    private TdmrEngine(ReadOnlySpan<RawRange> ranges, in LayoutRules rules)
    {
        _rules = rules;
        int room = Math.Max(1, ranges.Length);
        int tdmrRoom = Math.Max(1, Math.Min(room, rules.MaxTdmrs));
        _blocks = ArrayPool<TdxMemoryBlock>.Shared.Rent(room);
        _tdmrs = ArrayPool<RawTdmr>.Shared.Rent(tdmrRoom);
        _pool = new PamtPool(room, tdmrRoom);
        Read(ranges);
    }

    /// <summary>How it ended.</summary>
    public LayoutError Error { get; private set; }

    /// <summary>The TDMR at which it ended, for ENOMEM and exhausted reserved areas; -1 otherwise.</summary>
    public int FailedTdmr { get; private set; } = -1;

    /// <summary>TDMRs that the memory asks for.</summary>
    public int Needed { get; private set; }

    /// <summary>What was built, with the areas that each TDMR needs.</summary>
    public ReadOnlySpan<RawTdmr> Tdmrs => _tdmrs.AsSpan(0, Math.Min(Needed, Math.Max(1, _rules.MaxTdmrs)));

    /// <summary>The warnings in order.</summary>
    public IReadOnlyList<string> Log => (IReadOnlyList<string>?)_log ?? [];

    /// <summary>The sum of all PAMTs in KiB.</summary>
    public ulong PamtKiB
    {
        get
        {
            ulong sum = 0;
            foreach (ref readonly RawTdmr tdmr in Tdmrs)
            {
                sum = unchecked(sum + tdmr.PamtSize);
            }

            return Error == LayoutError.ENOMEM || Needed > Tdmrs.Length ? 0 : sum >> 10;
        }
    }

    /// <summary>Lays memory out.</summary>
    /// <param name="ranges">Ascending, without overlap.</param>
    /// <param name="rules">Limits and sizes.</param>
    /// <param name="holeSources">The regions between which the holes lie, ascending, when they are not the memory list's own.</param>
    /// <param name="knownPamts">Byte address of each TDMR's PAMT, 0 where it is for the model to choose; may be shorter.</param>
    public static TdmrEngine Run(
        ReadOnlySpan<RawRange> ranges, in LayoutRules rules, ReadOnlySpan<RawRange> holeSources = default, ReadOnlySpan<ulong> knownPamts = default)
    {
        var engine = new TdmrEngine(ranges, rules);
        if (engine.FillTdmrs() && engine.PlacePamts(knownPamts))
        {
            engine.Reserve(holeSources);
        }

        return engine;
    }

    public ReadOnlySpan<RawReserved> ReservedOf(in RawTdmr tdmr) => _reserved.AsSpan(tdmr.FirstReserved, tdmr.ReservedCount);

    public void Dispose()
    {
        ArrayPool<TdxMemoryBlock>.Shared.Return(_blocks);
        ArrayPool<RawTdmr>.Shared.Return(_tdmrs);
        _pool.Dispose();
        if (_reserved.Length > 0)
        {
            ArrayPool<RawReserved>.Shared.Return(_reserved);
        }
    }

    // build_tdx_memlist: page frames inwards, without the first MiB, which is never TDX memory though memblock holds it.
    private void Read(ReadOnlySpan<RawRange> ranges)
    {
        for (int i = 0; i < ranges.Length; i++)
        {
            ref readonly RawRange range = ref ranges[i];
            ulong start = (range.Start >> PamtSizes.Shift4K) + ((range.Start & (PamtSizes.PageSize - 1)) == 0 ? 0UL : 1UL);
            ulong end = range.End >> PamtSizes.Shift4K;
            if (start >= end)
            {
                continue;
            }

            ulong usable = Math.Max(start, FirstUsableFrame);
            _pool.Add(range.Node, start, end, usable);
            if (usable < end)
            {
                _blocks[_blockCount++] = new TdxMemoryBlock(usable, end, range.Node, i);
            }
        }
    }

    // fill_out_tdmrs.
    private bool FillTdmrs()
    {
        int limit = Math.Max(1, _rules.MaxTdmrs);
        int last = 0;
        ulong lastEnd = 0;
        _tdmrs[0] = default;
        for (int i = 0; i < _blockCount; i++)
        {
            ulong start = (_blocks[i].Start << PamtSizes.Shift4K) & ~(GiB - 1);
            ulong end = unchecked((_blocks[i].End << PamtSizes.Shift4K) + GiB - 1) & ~(GiB - 1);
            if (i > 0)
            {
                if (end <= lastEnd)
                {
                    continue;
                }

                start = Math.Max(start, lastEnd);
                last++;
            }

            lastEnd = end;
            if (last < limit)
            {
                _tdmrs[last] = new RawTdmr { Base = start, Size = unchecked(end - start) };
            }
        }

        Needed = last + 1;
        if (Needed > limit)
        {
            Error = LayoutError.ENOSPC;
            Warn("initialization failed: TDMRs exhausted.");
            return false;
        }

        if (_rules.MaxTdmrs - Needed < FewSlotsLeft)
        {
            Warn(string.Create(CultureInfo.InvariantCulture, $"consumed TDMRs reaching limit: {Needed} used out of {_rules.MaxTdmrs}"));
        }

        return true;
    }

    // tdmrs_set_up_pamt_all. Known places are taken first, so that the model does not give them away.
    private bool PlacePamts(ReadOnlySpan<ulong> known)
    {
        Span<RawTdmr> tdmrs = _tdmrs.AsSpan(0, Tdmrs.Length);
        for (int i = 0; i < tdmrs.Length; i++)
        {
            ref RawTdmr tdmr = ref tdmrs[i];
            tdmr.Size4K = _rules.Size4K(tdmr.Size);
            tdmr.Size2M = _rules.Size2M(tdmr.Size);
            tdmr.Size1G = _rules.Size1G(tdmr.Size);
            if (i < known.Length && known[i] != 0)
            {
                TakeKnown(i, ref tdmr, known[i]);
            }
        }

        int block = 0;
        for (int i = 0; i < tdmrs.Length; i++)
        {
            ref RawTdmr tdmr = ref tdmrs[i];
            tdmr.Node = NodeOf(tdmr, ref block);
            if (tdmr.PamtStart != 0)
            {
                continue;
            }

            if (!_pool.TryPlace(tdmr.Node, tdmr.PamtSize >> PamtSizes.Shift4K, out ulong frame))
            {
                Error = LayoutError.ENOMEM;
                FailedTdmr = i;
                return false;
            }

            tdmr.PamtStart = frame << PamtSizes.Shift4K;
        }

        return true;
    }

    private void TakeKnown(int index, ref RawTdmr tdmr, ulong start)
    {
        bool aligned = (start & (PamtSizes.PageSize - 1)) == 0;
        if (!aligned || !_pool.TryTake(start >> PamtSizes.Shift4K, tdmr.PamtSize >> PamtSizes.Shift4K))
        {
            throw new FormatException(
                $"The PAMT of TDMR {index} is said to lie at 0x{start:x}, but [0x{start:x}, 0x{start + tdmr.PamtSize:x}) is not page aligned, is not all memory of one node, or overlaps another PAMT. Correct the address or leave it out.");
        }

        tdmr.PamtStart = start;
    }

    // tdmr_get_nid: the first block that ends above the TDMR's base; TDMRs ascend, so the search goes on where it stopped.
    private int NodeOf(in RawTdmr tdmr, ref int block)
    {
        while (block < _blockCount && _blocks[block].End <= tdmr.Base >> PamtSizes.Shift4K)
        {
            block++;
        }

        if (block < _blockCount)
        {
            return _blocks[block].Node;
        }

        Warn($"TDMR [0x{tdmr.Base:x}, 0x{tdmr.End:x}): unable to find local NUMA node for PAMT allocation, fallback to use node 0.");
        return 0;
    }

    private void Reserve(ReadOnlySpan<RawRange> holeSources)
    {
        Span<RawTdmr> tdmrs = _tdmrs.AsSpan(0, Tdmrs.Length);
        int sources = holeSources.IsEmpty ? _blockCount : holeSources.Length;
        _reserved = ArrayPool<RawReserved>.Shared.Rent(ReservedAreas.MostOf(sources, tdmrs.Length));
        ReservedAreas.Fill(tdmrs, _blocks.AsSpan(0, _blockCount), holeSources, _reserved);
        for (int i = 0; i < tdmrs.Length; i++)
        {
            if (tdmrs[i].ReservedCount > _rules.MaxReserved)
            {
                Error = LayoutError.ENOSPC;
                FailedTdmr = i;
                Warn($"initialization failed: TDMR [0x{tdmrs[i].Base:x}, 0x{tdmrs[i].End:x}): reserved areas exhausted.");
                return;
            }
        }
    }

    private void Warn(string line) => (_log ??= []).Add(line);
}
