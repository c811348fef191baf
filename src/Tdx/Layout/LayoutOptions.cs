using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>What a layout depends on beside memory and limits. The default is upstream Linux with modelled PAMT places.</summary>
public sealed record LayoutOptions
{
    /// <summary>Upstream Linux with modelled PAMT places.</summary>
    public static LayoutOptions Upstream { get; } = new();

    /// <summary>The kernel's ways.</summary>
    public LinuxBehavior Behavior { get; init; } = LinuxBehavior.Upstream;

    /// <summary>The module's CMRs, ascending; null or empty where they are not known. A behaviour that takes holes from
    /// CMRs falls back to the memory list without them, and the layout says so by <see cref="TdmrLayout.Holes"/>.</summary>
    public IReadOnlyList<AddressRange>? Cmrs { get; init; }

    /// <summary>Where PAMTs lie.</summary>
    public PamtPlacement Placement { get; init; } = PamtPlacement.Modelled;

    /// <summary>PAMT_PAGE_BITMAP_ENTRY_BITS, for a behaviour with Dynamic PAMT; 1 in every module seen so far.</summary>
    public byte PamtPageBitmapEntryBits { get; init; } = 1;
}

/// <summary>Where PAMTs lie.</summary>
public abstract record PamtPlacement
{
    private protected PamtPlacement()
    {
    }

    /// <summary>By the model of the kernel's allocator on an otherwise empty machine: every address is hypothetical.</summary>
    public static PamtPlacement Modelled { get; } = new ModelledPamtPlacement();
}

/// <summary>By the model of <c>alloc_contig_pages</c>.</summary>
public sealed record ModelledPamtPlacement : PamtPlacement;

/// <summary>At addresses that are known for some or all TDMRs, by the model for the others.</summary>
/// <param name="ByTdmr">TDMR index to the first byte of its PAMT chunk; page aligned, all in memory of one node, without overlap.</param>
public sealed record KnownPamtPlacement(IReadOnlyDictionary<int, PhysAddr> ByTdmr) : PamtPlacement;
