using System.Buffers;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>Builds the TDMRs that Linux would build (<c>arch/x86/virt/vmx/tdx/tdx.c</c>, <c>construct_tdmrs</c>).</summary>
public static class TdmrBuilder
{
    /// <summary>Builds a layout as upstream Linux would, with modelled PAMT places.</summary>
    /// <param name="map">Memory as memblock holds it.</param>
    /// <param name="limits">The module's limits.</param>
    /// <returns>The layout, or how far it came and why it failed.</returns>
    public static TdmrLayout Build(MemoryMap map, TdmrLimits limits) => Build(map, limits, LayoutOptions.Upstream);

    /// <summary>Builds a layout.</summary>
    /// <param name="map">Memory as memblock holds it.</param>
    /// <param name="limits">The module's limits.</param>
    /// <param name="options">The kernel's ways, the CMRs, and where PAMTs lie.</param>
    /// <returns>The layout, or how far it came and why it failed.</returns>
    /// <exception cref="FormatException">A known PAMT place is none: the message names TDMR, address and remedy.</exception>
    public static TdmrLayout Build(MemoryMap map, TdmrLimits limits, LayoutOptions options)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<MemoryBlock> blocks = map.Blocks;
        RawRange[] rented = ArrayPool<RawRange>.Shared.Rent(blocks.Count);
        try
        {
            for (int i = 0; i < blocks.Count; i++)
            {
                MemoryBlock block = blocks[i];
                rented[i] = new RawRange(block.Range.Start.Value, block.Range.End.Value, block.Node);
            }

            return Build(rented.AsSpan(0, blocks.Count), limits, options);
        }
        finally
        {
            ArrayPool<RawRange>.Shared.Return(rented);
        }
    }

    private static TdmrLayout Build(ReadOnlySpan<RawRange> ranges, TdmrLimits limits, LayoutOptions options)
    {
        bool fromCmrs = options.Behavior.Holes == HoleSource.Cmrs && options.Cmrs is { Count: > 0 };
        RawRange[] cmrs = fromCmrs ? [.. options.Cmrs!.Select(cmr => new RawRange(cmr.Start.Value, cmr.End.Value, 0))] : [];
        var rules = new LayoutRules(limits, options.Behavior.DynamicPamt ? options.PamtPageBitmapEntryBits : 0);
        ulong[] known = KnownPamts(options.Placement);
        using TdmrEngine engine = TdmrEngine.Run(ranges, rules, cmrs, known);
        return new TdmrLayout
        {
            Error = engine.Error,
            Log = engine.Log,
            Tdmrs = Convert(engine, known),
            TdmrsNeeded = engine.Tdmrs[0].Size == 0 ? 0 : engine.Needed,
            PamtKiB = engine.PamtKiB,
            FailedTdmr = engine.FailedTdmr < 0 || engine.Tdmrs[0].Size == 0 ? null : engine.FailedTdmr,
            Holes = fromCmrs ? HoleSource.Cmrs : HoleSource.MemoryList,
        };
    }

    private static ulong[] KnownPamts(PamtPlacement placement)
    {
        if (placement is not KnownPamtPlacement { ByTdmr: { Count: > 0 } byTdmr })
        {
            return [];
        }

        int last = byTdmr.Keys.Max();
        if (byTdmr.Keys.Any(index => index < 0) || last > ushort.MaxValue)
        {
            throw new FormatException($"A PAMT place is given for a TDMR that no layout has; TDMRs are numbered from 0 to at most {ushort.MaxValue}.");
        }

        ulong[] known = new ulong[last + 1];
        foreach ((int index, PhysAddr start) in byTdmr)
        {
            known[index] = start.Value;
        }

        return known;
    }

    private static Tdmr[] Convert(TdmrEngine engine, ulong[] known)
    {
        ReadOnlySpan<RawTdmr> raw = engine.Tdmrs;
        if (raw[0].Size == 0)
        {
            return [];
        }

        // After ENOMEM the kernel frees the PAMTs that it had got; when TDMRs were exhausted it never asked for one.
        bool hasPamts = engine.Error != LayoutError.ENOMEM && engine.Needed <= raw.Length;
        var tdmrs = new Tdmr[raw.Length];
        for (int i = 0; i < raw.Length; i++)
        {
            ref readonly RawTdmr tdmr = ref raw[i];
            Pamt? pamt = hasPamts
                ? new Pamt(tdmr.Node, new PhysAddr(tdmr.PamtStart), new ByteSize(tdmr.Size4K), new ByteSize(tdmr.Size2M), new ByteSize(tdmr.Size1G))
                {
                    IsAddressKnown = i < known.Length && known[i] != 0,
                }
                : null;
            tdmrs[i] = new Tdmr(new AddressRange(tdmr.Base, tdmr.End), pamt, hasPamts ? Convert(engine.ReservedOf(tdmr)) : []);
        }

        return tdmrs;
    }

    private static ReservedArea[] Convert(ReadOnlySpan<RawReserved> raw)
    {
        ReservedArea[] areas = raw.IsEmpty ? [] : new ReservedArea[raw.Length];
        for (int i = 0; i < raw.Length; i++)
        {
            ref readonly RawReserved area = ref raw[i];
            var range = new AddressRange(area.Start, area.End);
            areas[i] = area.PamtOf >= 0
                ? new ReservedArea(range, ReservedCause.Pamt, area.PamtOf)
                : new ReservedArea(range, ReservedCause.Hole, null, OrNull(area.Before), OrNull(area.After));
        }

        return areas;
    }

    private static int? OrNull(int index) => index < 0 ? null : index;
}
