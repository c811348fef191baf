using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>What became of a place from one snapshot to the other.</summary>
public enum DiffSign
{
    /// <summary>Only the target has it.</summary>
    Added,

    /// <summary>Only the base has it.</summary>
    Removed,

    /// <summary>Both have it, and it differs.</summary>
    Changed,
}

/// <summary>What about a place differs.</summary>
public enum DiffAspect
{
    /// <summary>The value itself.</summary>
    Value,

    /// <summary>Where the value comes from; the value need not differ.</summary>
    Provenance,

    /// <summary>The file, call or rule that was asked.</summary>
    Source,

    /// <summary>Known, not offered or unreadable.</summary>
    State,

    /// <summary>Why there is no value, in both snapshots for the same kind of reason.</summary>
    Reason,

    /// <summary>What to do about a missing value.</summary>
    Remedy,

    /// <summary>The order of elements that are themselves equal.</summary>
    Order,
}

/// <summary>The unit of a number and of its delta.</summary>
public enum DiffUnit
{
    /// <summary>A plain number, such as part of a version.</summary>
    Number,

    /// <summary>How many of something.</summary>
    Count,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>KiB, as the kernel counts PAMT.</summary>
    KiB,

    /// <summary>Bits.</summary>
    Bits,

    /// <summary>Days.</summary>
    Days,
}

/// <summary>What became of a region.</summary>
public enum RegionChangeKind
{
    /// <summary>Only the target has it.</summary>
    Added,

    /// <summary>Only the base has it.</summary>
    Removed,

    /// <summary>The same size elsewhere.</summary>
    Moved,

    /// <summary>Larger than before.</summary>
    Grown,

    /// <summary>Smaller than before.</summary>
    Shrunk,
}

/// <summary>The typed part of an entry; absent for texts, words and everything without a measure.</summary>
public abstract record DiffDetail;

/// <summary>A number that changed.</summary>
/// <param name="Before">In the base, in <paramref name="Unit"/>; a date as its day number.</param>
/// <param name="After">In the target.</param>
/// <param name="Unit">The unit of both and of the delta.</param>
public sealed record NumberChange(Int128 Before, Int128 After, DiffUnit Unit) : DiffDetail
{
    /// <summary>After minus before.</summary>
    public Int128 Delta => After - Before;
}

/// <summary>A bit field that changed.</summary>
/// <param name="Before">In the base.</param>
/// <param name="After">In the target.</param>
/// <param name="Flipped">The bits that differ, ascending, each with its state in the target.</param>
public sealed record BitsChange(ulong Before, ulong After, IReadOnlyList<NamedBit> Flipped) : DiffDetail;

/// <summary>A region that changed.</summary>
/// <param name="Kind">How.</param>
/// <param name="Before">In the base; null when added.</param>
/// <param name="After">In the target; null when removed.</param>
public sealed record RegionChange(RegionChangeKind Kind, AddressRange? Before, AddressRange? After) : DiffDetail
{
    /// <summary>Bytes of the target's region minus bytes of the base's.</summary>
    public long SizeDelta => (long)(After?.Size.Bytes ?? 0) - (long)(Before?.Size.Bytes ?? 0);

    /// <summary>Tells how a region changed that both snapshots have.</summary>
    public static RegionChange Of(AddressRange before, AddressRange after) => new(
        after.Size.CompareTo(before.Size) switch { > 0 => RegionChangeKind.Grown, < 0 => RegionChangeKind.Shrunk, _ => RegionChangeKind.Moved },
        before,
        after);
}

/// <summary>A region whose NUMA node changed.</summary>
/// <param name="Before">The node in the base.</param>
/// <param name="After">The node in the target.</param>
public sealed record NodeChange(int Before, int After) : DiffDetail;

/// <summary>One difference between two snapshots.</summary>
/// <param name="Path">The address of the place, for example <c>kernel.keyIdCapacity</c>, <c>module.metadata[MAX_TDMRS]</c> or
/// <c>layout.tdmrs[2].reserved[0x80000000]</c>. A TDMR, a log line and an element of a metadata array stand with their index, a region
/// with its start; both as in the base, and as in the target for what was added.</param>
/// <param name="Sign">Added, removed or changed.</param>
/// <param name="Aspect">What about it differs.</param>
/// <param name="Before">The base's text; null when added.</param>
/// <param name="After">The target's text; null when removed.</param>
/// <param name="Detail">The typed part, where there is one.</param>
/// <param name="ProvenanceBefore">Where the base's value comes from; null outside of a known reading.</param>
/// <param name="ProvenanceAfter">Where the target's value comes from; null outside of a known reading.</param>
public sealed record DiffEntry(
    string Path, DiffSign Sign, DiffAspect Aspect, string? Before, string? After, DiffDetail? Detail, Provenance? ProvenanceBefore, Provenance? ProvenanceAfter);
