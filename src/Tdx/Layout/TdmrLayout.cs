using System.Text.Json.Serialization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>The module's limits that decide a layout, in the order of the module's own fields (class 17, TDMR Info).</summary>
/// <param name="MaxTdmrs">MAX_TDMRS.</param>
/// <param name="MaxReservedPerTdmr">MAX_RESERVED_PER_TDMR.</param>
/// <param name="Pamt4KEntrySize">PAMT_4K_ENTRY_SIZE in bytes.</param>
/// <param name="Pamt2MEntrySize">PAMT_2M_ENTRY_SIZE in bytes.</param>
/// <param name="Pamt1GEntrySize">PAMT_1G_ENTRY_SIZE in bytes.</param>
public sealed record TdmrLimits(ushort MaxTdmrs, ushort MaxReservedPerTdmr, ushort Pamt4KEntrySize, ushort Pamt2MEntrySize, ushort Pamt1GEntrySize)
{
    /// <summary>What every TDX 1.5 and 2.0 module seen so far reports: 64 TDMRs, 16 reserved areas, 16-byte entries.</summary>
    public static TdmrLimits Usual { get; } = new(64, 16, 16, 16, 16);
}

/// <summary>How a layout ended, in the kernel's own errno.</summary>
public enum LayoutError
{
    /// <summary>It was built.</summary>
    None,

    /// <summary>A PAMT found no contiguous memory (<c>-ENOMEM</c>).</summary>
    ENOMEM,

    /// <summary>TDMRs or reserved areas were exhausted (<c>-ENOSPC</c>).</summary>
    ENOSPC,
}

/// <summary>Where a kernel takes the holes from.</summary>
public enum HoleSource
{
    /// <summary>The gaps of the TDX memory list, as upstream does.</summary>
    MemoryList,

    /// <summary>The gaps between the module's CMRs, as Ubuntu 24.04's Intel kernels do.</summary>
    Cmrs,
}

/// <summary>The TDMRs that Linux would build from a memory map, or how far it came.</summary>
public sealed record TdmrLayout
{
    /// <summary>How it ended.</summary>
    public required LayoutError Error { get; init; }

    /// <summary>The kernel's warnings in order, without the <c>virt/tdx: </c> prefix.</summary>
    public required IReadOnlyList<string> Log { get; init; }

    /// <summary>The TDMRs, ascending. After a failure: what was built before it, and for exhausted reserved areas all the
    /// areas that each TDMR would have needed.</summary>
    public required IReadOnlyList<Tdmr> Tdmrs { get; init; }

    /// <summary>TDMRs that the memory map asks for; more than the limit when they were exhausted.</summary>
    public required int TdmrsNeeded { get; init; }

    /// <summary>The sum of all PAMT sizes in KiB, as the kernel's <c>KB allocated for PAMT</c> line counts; 0 after ENOMEM and when TDMRs were exhausted.</summary>
    public required ulong PamtKiB { get; init; }

    /// <summary>The TDMR at which it failed: the one whose PAMT found no memory (the kernel then frees those before it, so that
    /// none is left), or the first one that needs more reserved areas than there are; null otherwise.</summary>
    public int? FailedTdmr { get; init; }

    /// <summary>Between which regions the holes lie. With <see cref="HoleSource.Cmrs"/> the regions named by
    /// <see cref="ReservedArea.BlockBefore"/> and <see cref="ReservedArea.BlockAfter"/> are CMRs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public HoleSource Holes { get; init; }

    /// <summary>The most reserved areas that any TDMR needs.</summary>
    public int PeakReserved => Tdmrs.Count == 0 ? 0 : Tdmrs.Max(tdmr => tdmr.Reserved.Count);
}

/// <summary>One Trust Domain Memory Region.</summary>
/// <param name="Range">1 GiB aligned.</param>
/// <param name="Pamt">Its PAMT; null when none was allocated.</param>
/// <param name="Reserved">Its reserved areas, ascending.</param>
public sealed record Tdmr(AddressRange Range, Pamt? Pamt, IReadOnlyList<ReservedArea> Reserved);

/// <summary>The Physical Address Metadata Table of one TDMR: one contiguous chunk, 4K part first, then 2M, then 1G.
/// Sizes are computed; the address is hypothetical, as the real kernel takes whatever contiguous pages it finds.</summary>
/// <param name="Node">The NUMA node that the kernel asks for.</param>
/// <param name="Start">The hypothetical address.</param>
/// <param name="Size4K">Bytes for 4 KiB pages.</param>
/// <param name="Size2M">Bytes for 2 MiB pages.</param>
/// <param name="Size1G">Bytes for 1 GiB pages.</param>
public sealed record Pamt(int Node, PhysAddr Start, ByteSize Size4K, ByteSize Size2M, ByteSize Size1G)
{
    /// <summary>Whether the address was given as an input; otherwise it is hypothetical.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsAddressKnown { get; init; }

    /// <summary>All three parts.</summary>
    public ByteSize Size => Size4K + Size2M + Size1G;

    /// <summary>Where the whole chunk lies, hypothetically.</summary>
    public AddressRange Range => new(Start.Value, Start.Value + Size.Bytes);
}

/// <summary>Why an area is reserved.</summary>
public enum ReservedCause
{
    /// <summary>No memory block covers it.</summary>
    Hole,

    /// <summary>A PAMT lies there.</summary>
    Pamt,
}

/// <summary>A reserved area of a TDMR.</summary>
/// <param name="Range">Absolute addresses (the module's structure holds the offset from the TDMR base).</param>
/// <param name="Cause">Why it is reserved.</param>
/// <param name="PamtOfTdmr">The index of the TDMR whose PAMT lies here; null for a hole.</param>
/// <param name="BlockBefore">For a hole: the index, in the memory map, of the block of the TDX memory list next below it; null where there is none.</param>
/// <param name="BlockAfter">For a hole: the index of the block next above it; null where there is none.</param>
public sealed record ReservedArea(
    AddressRange Range, ReservedCause Cause, int? PamtOfTdmr = null, int? BlockBefore = null, int? BlockAfter = null);
