using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

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
/// <param name="Why">Why it is there, in a sentence.</param>
/// <param name="Provenance">Where the knowledge of it comes from.</param>
/// <param name="IsHypothetical">Whether the machine need not have it at this address; drawn dashed. What is emulated can be hypothetical as well.</param>
public sealed record MapRegion(RegionKind Kind, AddressRange Range, int? Node, int? Tdmr, string Why, Provenance Provenance, bool IsHypothetical = false)
{
    /// <summary>Every mark that stands beside it, each once.</summary>
    public IReadOnlyList<Provenance> Marks => IsHypothetical && Provenance != Provenance.Hypothetical ? [Provenance, Provenance.Hypothetical] : [Provenance];

    /// <summary>The kind in words.</summary>
    public string Name => NameOf(Kind);

    /// <summary>Everything about it in one text: type, range, size, node, TDMR, reason, provenance.</summary>
    public string Describe()
    {
        string node = Node is int n ? $", node {n}" : "";
        string tdmr = Tdmr is int t ? $", TDMR {t}" : "";
        return $"{Name} {Range.ToGrouped()}\n{Wording.WithBytes(Range.Size)}{node}{tdmr}\n{Why} ({string.Join(", ", Marks.Select(ProvenanceMark.Word))})";
    }

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
