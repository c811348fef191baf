using TdxDash.Tdx.Layout;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Components.Pages;

/// <summary>The rules behind the regions of a memory map, one part for each kind; the map's details link here.</summary>
public sealed partial class LayoutRulesPage
{
    private static readonly Rule[] Rules =
    [
        new(RegionKey.WordOf(RegionKind.Firmware), "Firmware map",
            "arch/x86/kernel/e820.c; /sys/firmware/memmap, /proc/iomem",
            "What the firmware says about the physical address space before Linux changes any of it. The map shows what is no usable memory: tables, device windows, ranges that the firmware keeps.",
            "Windows far beyond memory are shown in a compressed part of the axis, so that they do not squeeze everything else."),
        new(RegionKey.WordOf(RegionKind.Ram), "RAM",
            "build_tdx_memlist in arch/x86/virt/vmx/tdx/tdx.c",
            "The blocks of memory that Linux holds, each with its NUMA node. Linux copies them to its list of TDX memory inwards to whole pages, without the first MiB, and never merges them."),
        new(RegionKey.WordOf(RegionKind.Cmr), "Convertible Memory Ranges (CMR)",
            "TDX module specification, CMR_BASE and CMR_SIZE; check of TDH.SYS.CONFIG",
            "Memory that the firmware checked at boot and that can be private memory of trust domains. The module reports them, and refuses a TDMR that holds memory outside of them which is not reserved."),
        new(RegionKey.WordOf(RegionKind.Tdmr), "Trust Domain Memory Regions (TDMR)",
            "fill_out_tdmrs in arch/x86/virt/vmx/tdx/tdx.c",
            "Linux goes through its list of memory and makes one TDMR after another: each for the first block that reaches past the TDMR before it, from the border of a GiB at or below the block's start (or from the end of the TDMR before) to the border of a GiB at or above its end.",
            "The module takes a limited number of TDMRs, MAX_TDMRS. More blocks than that, and initialisation fails with ENOSPC."),
        new(RegionKey.WordOf(RegionKind.Hole), "Reserved areas from holes",
            "tdmr_populate_rsvd_holes in arch/x86/virt/vmx/tdx/tdx.c",
            LayoutExplanation.RuleOfHoles,
            "Each TDMR takes a limited number of reserved areas, MAX_RESERVED_PER_TDMR, holes and PAMTs together. Many small holes in one TDMR exhaust them; the gauges below the map say how near each TDMR is."),
        new(RegionKey.WordOf(RegionKind.ReservedPamt), "Reserved areas from PAMTs",
            "tdmr_populate_rsvd_pamts in arch/x86/virt/vmx/tdx/tdx.c",
            LayoutExplanation.RuleOfPamts,
            "A PAMT need not lie in its own TDMR, so that one TDMR can hold the PAMTs of many. Where the kernel places them is its own choice; the number of areas that follows from them is therefore hypothetical."),
        new(RegionKey.WordOf(RegionKind.Pamt), "Physical Address Metadata Tables (PAMT)",
            "tdmr_get_pamt_sz, tdmr_get_nid and alloc_contig_pages",
            "The module keeps the state of every page of a TDMR in its PAMT: one entry for each 4 KiB, 2 MiB and 1 GiB page. Its size is computed from the TDMR's size and the module's entry sizes, each part rounded up to whole pages. With Dynamic PAMT the 4 KiB part is a bitmap.",
            "Sizes are exact. Addresses are hypothetical and drawn dashed: Linux asks for contiguous pages on the TDMR's node, and takes what is free at that moment."),
    ];

    private sealed record Rule(string Anchor, string Title, string Source, params string[] Paragraphs);
}
