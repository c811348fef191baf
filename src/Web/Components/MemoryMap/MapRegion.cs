using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>What a region of the map is.</summary>
public enum RegionKind
{
    /// <summary>An entry of the firmware's map that is no usable memory.</summary>
    Firmware,

    /// <summary>Memory that Linux's TDX code sees.</summary>
    Ram,

    /// <summary>A Convertible Memory Range.</summary>
    Cmr,

    /// <summary>A Trust Domain Memory Region.</summary>
    Tdmr,

    /// <summary>A reserved area from a hole in memory.</summary>
    Hole,

    /// <summary>A reserved area because a PAMT lies there.</summary>
    ReservedPamt,

    /// <summary>A Physical Address Metadata Table.</summary>
    Pamt,
}

/// <summary>One region of a host's physical address space.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Range">Where it lies.</param>
/// <param name="Node">Its NUMA node; null where it has none.</param>
/// <param name="Tdmr">The index of the TDMR that it belongs to; null where there is none.</param>
/// <param name="Why">Why it is there: sentences joined by line feeds, the first of which says it shortly.</param>
/// <param name="Provenance">Where the knowledge of it comes from.</param>
/// <param name="IsHypothetical">Whether the machine need not have it at this address; drawn dashed. What is emulated can be hypothetical as well.</param>
public sealed record MapRegion(RegionKind Kind, AddressRange Range, int? Node, int? Tdmr, string Why, Provenance Provenance, bool IsHypothetical = false)
{
    /// <summary>Every mark that stands beside it, each once.</summary>
    public IReadOnlyList<Provenance> Marks => IsHypothetical && Provenance != Provenance.Hypothetical ? [Provenance, Provenance.Hypothetical] : [Provenance];

    /// <summary>The kind in words.</summary>
    public string Name => NameOf(Kind);

    /// <summary>The first sentence of why it is there.</summary>
    public string Reason => Why.Split('\n', 2)[0];

    /// <summary>What links call it.</summary>
    public RegionKey Key => new(Kind, Range);

    /// <summary>A kind in words.</summary>
    public static string NameOf(RegionKind kind) => kind switch
    {
        RegionKind.Firmware => "firmware",
        RegionKind.Ram => "RAM",
        RegionKind.Cmr => "CMR",
        RegionKind.Tdmr => "TDMR",
        RegionKind.Hole => "reserved, hole",
        RegionKind.ReservedPamt => "reserved, PAMT",
        _ => "PAMT",
    };
}
