using TdxDash.Tdx.Layout;

namespace TdxDash.Web.Api.V1;

/// <summary>The layout of a host's TDX memory. It is computed, and it is a prediction: the kernel's own figures stand beside it.</summary>
public sealed record LayoutDocument
{
    /// <summary>The snapshot that it follows from.</summary>
    public required SnapshotItem Snapshot { get; init; }

    /// <summary>The limits that it was built with.</summary>
    public required LimitsReading Limits { get; init; }

    /// <summary>What was computed.</summary>
    public required LayoutReading Computed { get; init; }

    /// <summary>What the kernel reported.</summary>
    public required ReportedLayout Reported { get; init; }

    /// <summary>What the TDX module would say to the computed layout in TDH.SYS.CONFIG.</summary>
    public required AcceptanceReading Acceptance { get; init; }
}

/// <summary>The module's limits that decide a layout.</summary>
public sealed record LimitsReading : ReadingFacts
{
    /// <summary>The limits.</summary>
    public LimitsItem? Value { get; init; }

    internal static LimitsReading Of(Tdx.Snapshots.Reading<TdmrLimits> reading) => new LimitsReading
    {
        Value = reading.TryGet(out TdmrLimits? limits)
            ? new LimitsItem
            {
                MaxTdmrs = limits.MaxTdmrs,
                MaxReservedPerTdmr = limits.MaxReservedPerTdmr,
                Pamt4KEntrySize = limits.Pamt4KEntrySize,
                Pamt2MEntrySize = limits.Pamt2MEntrySize,
                Pamt1GEntrySize = limits.Pamt1GEntrySize,
            }
            : null,
    }.Filled<LimitsReading>(reading);
}

/// <summary>Limits.</summary>
public sealed record LimitsItem
{
    /// <summary>MAX_TDMRS.</summary>
    public required int MaxTdmrs { get; init; }

    /// <summary>MAX_RESERVED_PER_TDMR.</summary>
    public required int MaxReservedPerTdmr { get; init; }

    /// <summary>PAMT_4K_ENTRY_SIZE in bytes.</summary>
    public required int Pamt4KEntrySize { get; init; }

    /// <summary>PAMT_2M_ENTRY_SIZE in bytes.</summary>
    public required int Pamt2MEntrySize { get; init; }

    /// <summary>PAMT_1G_ENTRY_SIZE in bytes.</summary>
    public required int Pamt1GEntrySize { get; init; }
}

/// <summary>A computed layout.</summary>
public sealed record LayoutReading : ReadingFacts
{
    /// <summary>The layout.</summary>
    public LayoutItem? Value { get; init; }

    internal static LayoutReading Of(Tdx.Snapshots.Reading<TdmrLayout> reading, Func<TdmrLayout, LayoutItem> write) =>
        new LayoutReading { Value = reading.TryGet(out TdmrLayout? layout) ? write(layout) : null }.Filled<LayoutReading>(reading);
}

/// <summary>A layout, or how far it came.</summary>
public sealed record LayoutItem
{
    /// <summary>How it ended, in one sentence; absent where the memory map is not at hand any more.</summary>
    public string? Outcome { get; init; }

    /// <summary>How it ended, in the kernel's own errno.</summary>
    public required LayoutError Error { get; init; }

    /// <summary>Between which regions the holes lie.</summary>
    public required HoleSource Holes { get; init; }

    /// <summary>TDMRs that the memory map asks for; more than the limit when they were exhausted.</summary>
    public required int TdmrsNeeded { get; init; }

    /// <summary>The most reserved areas that any TDMR needs.</summary>
    public required int PeakReserved { get; init; }

    /// <summary>All PAMTs in bytes; 0 where it ended before they were built.</summary>
    public required long PamtBytes { get; init; }

    /// <summary>The TDMR at which it failed; absent where none.</summary>
    public int? FailedTdmr { get; init; }

    /// <summary>The kernel's warnings, in order.</summary>
    public required IReadOnlyList<string> Log { get; init; }

    /// <summary>The TDMRs, ascending.</summary>
    public required IReadOnlyList<TdmrItem> Tdmrs { get; init; }
}

/// <summary>One Trust Domain Memory Region.</summary>
public sealed record TdmrItem : RangeItem
{
    /// <summary>Its index.</summary>
    public required int Index { get; init; }

    /// <summary>Why it is there, and begins and ends where it does, a rule a sentence.</summary>
    public required IReadOnlyList<string> Why { get; init; }

    /// <summary>Its PAMT; absent when none was allocated.</summary>
    public PamtItem? Pamt { get; init; }

    /// <summary>Its reserved areas, ascending.</summary>
    public required IReadOnlyList<ReservedItem> Reserved { get; init; }

    /// <summary>The fewest reserved areas over all places that PAMTs could take; absent where that is not known.</summary>
    public int? LeastReserved { get; init; }

    /// <summary>The most over them.</summary>
    public int? MostReserved { get; init; }
}

/// <summary>The Physical Address Metadata Table of a TDMR.</summary>
public sealed record PamtItem : RangeItem
{
    /// <summary>Whether the address is known; else it is hypothetical, as the kernel takes whatever contiguous pages it finds.</summary>
    public required bool IsAddressKnown { get; init; }

    /// <summary>The NUMA node that the kernel asks for.</summary>
    public required int Node { get; init; }

    /// <summary>Bytes for 4 KiB pages.</summary>
    public required long Bytes4K { get; init; }

    /// <summary>Bytes for 2 MiB pages.</summary>
    public required long Bytes2M { get; init; }

    /// <summary>Bytes for 1 GiB pages.</summary>
    public required long Bytes1G { get; init; }

    /// <summary>How its size and place come about, a rule a sentence.</summary>
    public required IReadOnlyList<string> Why { get; init; }
}

/// <summary>A reserved area of a TDMR.</summary>
public sealed record ReservedItem : RangeItem
{
    /// <summary>Whether no memory lies there, or a PAMT.</summary>
    public required ReservedCause Cause { get; init; }

    /// <summary>The TDMR whose PAMT lies there; absent for a hole.</summary>
    public int? PamtOfTdmr { get; init; }

    /// <summary>Why it is reserved, in a sentence; absent where the memory map is not at hand any more.</summary>
    public string? Reason { get; init; }
}

/// <summary>What the kernel reported, from its log.</summary>
public sealed record ReportedLayout
{
    /// <summary>PAMT in bytes, from 'KB allocated for PAMT'.</summary>
    public required BytesReading Pamt { get; init; }

    /// <summary>Whether the module was initialised.</summary>
    public required FlagReading IsInitialized { get; init; }

    /// <summary>The CMRs, from the module or the log.</summary>
    public required RangesReading Cmrs { get; init; }

    /// <summary>The lines that tell of a failure or a missing precondition.</summary>
    public required LinesReading Failures { get; init; }

    /// <summary>Whether the computed PAMT is what the kernel reported; absent where one of the two is not known.</summary>
    public bool? IsPamtAsComputed { get; init; }
}

/// <summary>Ranges of physical addresses.</summary>
public sealed record RangesReading : ReadingFacts
{
    /// <summary>The ranges.</summary>
    public IReadOnlyList<RangeItem>? Value { get; init; }

    internal static RangesReading Of(Tdx.Snapshots.Reading<IReadOnlyList<Tdx.Memory.AddressRange>> reading) =>
        new RangesReading { Value = reading.Or(null)?.Select(SnapshotMapping.Range).ToArray() }.Filled<RangesReading>(reading);
}

/// <summary>Whether the module would accept a layout.</summary>
public sealed record AcceptanceReading : ReadingFacts
{
    /// <summary>Whether it would; absent where that is not known.</summary>
    public bool? Value { get; init; }

    /// <summary>The judgement in a sentence.</summary>
    public string? Sentence { get; init; }

    /// <summary>The status in RAX, as 0x and hexadecimal digits; 0x0 where it would accept.</summary>
    public string? Status { get; init; }

    internal static AcceptanceReading Of(Tdx.Snapshots.Reading<Tdx.SysConfig.LayoutAcceptance> reading)
    {
        Tdx.SysConfig.LayoutAcceptance? judged = reading.Or(null);
        return new AcceptanceReading { Value = judged?.Answer.IsAccepted, Sentence = judged?.Sentence, Status = judged is null ? null : Tdx.Memory.Hex.Plain(judged.Answer.Status) }.Filled<AcceptanceReading>(reading);
    }
}
