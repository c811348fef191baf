using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>Makes plans of what is known of real machines.</summary>
public static class PlanImports
{
    /// <summary>The plan of a machine, each range with its address, so that it can be changed, carried by a link, and computed to the same layout.</summary>
    public static PlanSpec ToSpec(PlanMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        TdmrLimits usual = machine.Module?.Limits ?? TdmrLimits.Usual;
        TdmrLimits limits = machine.Limits;
        bool sameEntries = (limits.Pamt4KEntrySize, limits.Pamt2MEntrySize, limits.Pamt1GEntrySize) == (usual.Pamt4KEntrySize, usual.Pamt2MEntrySize, usual.Pamt1GEntrySize);
        return new PlanSpec
        {
            Ram = machine.Map.Blocks,
            Cmrs = machine.CmrsAreGiven ? machine.Cmrs : [],
            Module = machine.Module?.Name,
            MaxTdmrs = limits.MaxTdmrs == usual.MaxTdmrs ? null : limits.MaxTdmrs,
            MaxReserved = limits.MaxReservedPerTdmr == usual.MaxReservedPerTdmr ? null : limits.MaxReservedPerTdmr,
            PamtEntries = sameEntries ? null : (limits.Pamt4KEntrySize, limits.Pamt2MEntrySize, limits.Pamt1GEntrySize),
            DynamicPamt = machine.DynamicPamt,
            BitmapBits = machine.BitmapBits,
            HolesFrom = machine.HolesFrom,
            KeyIds = machine.KeyIds,
            AddressBits = machine.AddressBits,
            Host = machine.Host,
            Tds = machine.Tds,
            Use = machine.Use,
            SmallPages = machine.SmallPages,
        };
    }

    /// <summary>The plan of a snapshot's machine.</summary>
    /// <returns>The plan, or why there is none: no memory map and no CMRs.</returns>
    public static Reading<PlanSpec> FromSnapshot(Snapshot snapshot) => PlanMachine.From(snapshot).Map(ToSpec);

    /// <summary>More convertible memory, on top of all that is there.</summary>
    public static PlanSpec WithMemory(this PlanSpec spec, ByteSize size, int? node = null) => With(spec, new PlanExtra(PlanExtraKind.Added, size, node));

    /// <summary>Memory that the SRAT marks hot-pluggable.</summary>
    public static PlanSpec WithHotPlug(this PlanSpec spec, ByteSize size, int? node = null) => With(spec, new PlanExtra(PlanExtraKind.HotPlug, size, node));

    /// <summary>CXL memory as system RAM.</summary>
    public static PlanSpec WithCxl(this PlanSpec spec, ByteSize size, int? node = null) => With(spec, new PlanExtra(PlanExtraKind.Cxl, size, node));

    /// <summary>With less memory, from the upper end of a node or of all memory on.</summary>
    public static PlanSpec WithoutMemory(this PlanSpec spec, ByteSize size, int? node = null) => With(spec, new PlanExtra(PlanExtraKind.Removed, size, node));

    /// <summary>Without the memory of a range.</summary>
    public static PlanSpec WithoutMemory(this PlanSpec spec, AddressRange range) => With(spec, new PlanExtra(PlanExtraKind.Removed, range.Size, At: range.Start));

    /// <summary>The same memory, by another number of DIMMs or of another size in every socket.</summary>
    /// <param name="spec">With sockets.</param>
    /// <param name="dimmsPerNode">DIMMs of each node.</param>
    /// <param name="dimmSize">Bytes of each.</param>
    public static PlanSpec WithDimms(this PlanSpec spec, int dimmsPerNode, ByteSize dimmSize)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec with { Sockets = [.. spec.Sockets.Select(sockets => sockets with { DimmsPerNode = dimmsPerNode, DimmSize = dimmSize })] };
    }

    private static PlanSpec With(PlanSpec spec, PlanExtra extra)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec with { Extras = [.. spec.Extras, extra] };
    }
}
