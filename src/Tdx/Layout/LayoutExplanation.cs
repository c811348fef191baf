using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>The limit that a layout ran into.</summary>
public enum ExhaustedLimit
{
    /// <summary>None.</summary>
    None,

    /// <summary>MAX_TDMRS.</summary>
    Tdmrs,

    /// <summary>MAX_RESERVED_PER_TDMR.</summary>
    ReservedAreas,

    /// <summary>Contiguous memory for a PAMT.</summary>
    ContiguousMemory,
}

/// <summary>One TDMR in plain words.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Used">Reserved areas that it needs.</param>
/// <param name="Limit">MAX_RESERVED_PER_TDMR.</param>
/// <param name="Areas">One sentence per reserved area, in the layout's order.</param>
/// <param name="Range">Why it is there and begins and ends where it does, a rule a sentence.</param>
/// <param name="Pamt">How the size of its PAMT comes about, on which node it lies and how its place is known, a rule a sentence; empty without a PAMT.</param>
public sealed record TdmrExplanation(int Index, int Used, int Limit, IReadOnlyList<string> Areas, IReadOnlyList<string> Range, IReadOnlyList<string> Pamt)
{
    /// <summary>Reserved areas left; negative when it needs more than there are.</summary>
    public int Headroom => Limit - Used;

    /// <summary>Use against the limit in one sentence.</summary>
    public string Summary => Headroom < 0
        ? string.Create(CultureInfo.InvariantCulture, $"TDMR {Index} would need {Used} of {Limit} reserved areas.")
        : string.Create(CultureInfo.InvariantCulture, $"TDMR {Index} uses {Used} of {Limit} reserved areas, {Headroom} left.");
}

/// <summary>A layout in plain words: how it ended, why each reserved area exists, and how much room is left.</summary>
/// <param name="Outcome">How it ended and which limit it ran into, in one sentence.</param>
/// <param name="Exhausted">The limit that it ran into.</param>
/// <param name="TdmrHeadroom">TDMRs left; negative when the memory asks for more than there are.</param>
/// <param name="Tdmrs">Each TDMR.</param>
public sealed record LayoutExplanation(string Outcome, ExhaustedLimit Exhausted, int TdmrHeadroom, IReadOnlyList<TdmrExplanation> Tdmrs)
{
    /// <summary>The rule behind every reserved area whose cause is a hole.</summary>
    public const string RuleOfHoles = "A TDMR covers whole GiB; Linux reserves each part of it that is no memory, so that the module gives no page of it to a TD.";

    /// <summary>The rule behind every reserved area whose cause is a PAMT.</summary>
    public const string RuleOfPamts = "A PAMT belongs to the module, so Linux reserves it in every TDMR that it lies in.";

    /// <summary>Explains a layout.</summary>
    /// <param name="map">The memory that it was built from.</param>
    /// <param name="limits">The limits that it was built with.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="cmrs">The CMRs, where the layout took its holes from them.</param>
    public static LayoutExplanation Of(MemoryMap map, TdmrLimits limits, TdmrLayout layout, IReadOnlyList<AddressRange>? cmrs = null)
    {
        ArgumentNullException.ThrowIfNull(map);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(layout);
        bool fromCmrs = layout.Holes == HoleSource.Cmrs;
        IReadOnlyList<AddressRange> regions = fromCmrs ? cmrs ?? [] : [.. map.Blocks.Select(block => block.Range)];
        var words = new AreaWords(fromCmrs ? "CMR" : "block", fromCmrs ? "convertible memory" : "memory", regions, layout);
        ExhaustedLimit exhausted = LimitOf(limits, layout);
        var tdmrs = new TdmrWords(map, limits, layout);
        return new LayoutExplanation(
            OutcomeOf(exhausted, limits, layout),
            exhausted,
            limits.MaxTdmrs - layout.TdmrsNeeded,
            [.. layout.Tdmrs.Select((tdmr, i) => new TdmrExplanation(i, tdmr.Reserved.Count, limits.MaxReservedPerTdmr, [.. tdmr.Reserved.Select(words.Of)], tdmrs.Range(i), tdmrs.Pamt(i)))]);
    }

    private static ExhaustedLimit LimitOf(TdmrLimits limits, TdmrLayout layout) => layout.Error switch
    {
        LayoutError.None => ExhaustedLimit.None,
        LayoutError.ENOMEM => ExhaustedLimit.ContiguousMemory,
        _ => layout.TdmrsNeeded > limits.MaxTdmrs && layout.FailedTdmr is null ? ExhaustedLimit.Tdmrs : ExhaustedLimit.ReservedAreas,
    };

    private static string OutcomeOf(ExhaustedLimit exhausted, TdmrLimits limits, TdmrLayout layout) => exhausted switch
    {
        ExhaustedLimit.Tdmrs => string.Create(CultureInfo.InvariantCulture, $"The memory map would need {layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs, so Linux gives up."),
        ExhaustedLimit.ReservedAreas when layout.FailedTdmr is int failed => string.Create(
            CultureInfo.InvariantCulture, $"TDMR {failed} would need {layout.Tdmrs[failed].Reserved.Count} of {limits.MaxReservedPerTdmr} reserved areas, so Linux gives up."),
        ExhaustedLimit.ReservedAreas => string.Create(
            CultureInfo.InvariantCulture, $"A TDMR would need {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas, so Linux gives up."),
        ExhaustedLimit.ContiguousMemory when layout.FailedTdmr is int failed => string.Create(
            CultureInfo.InvariantCulture, $"The PAMT of TDMR {failed} {layout.Tdmrs[failed].Range} finds no contiguous memory in the model of an otherwise empty machine, so Linux gives up."),
        ExhaustedLimit.ContiguousMemory => "There is no memory above the first MiB, so Linux gives up.",
        _ => string.Create(CultureInfo.InvariantCulture, $"Built with {layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs; no TDMR uses more than {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas."),
    };

    /// <summary>Words for a reserved area.</summary>
    private sealed class AreaWords(string region, string matter, IReadOnlyList<AddressRange> regions, TdmrLayout layout)
    {
        public string Of(ReservedArea area) => area.Cause == ReservedCause.Pamt ? Pamt(area.PamtOfTdmr!.Value) : Hole(area);

        private string Pamt(int tdmr)
        {
            string certainty = layout.Tdmrs[tdmr].Pamt is { IsAddressKnown: true } ? "address given" : "address hypothetical";
            return string.Create(CultureInfo.InvariantCulture, $"The PAMT of TDMR {tdmr} lies here ({certainty}).");
        }

        private string Hole(ReservedArea area)
        {
            // What memory the first MiB has is in the map, but not on the kernel's list.
            if (layout.Holes == HoleSource.MemoryList && area.Range.Start.Value == 0)
            {
                return area.Range.End.Value <= ByteSize.MiB || Named(area.BlockAfter) is not { } next
                    ? "The first MiB is never TDX memory."
                    : $"The first MiB is never TDX memory, and there is no memory between it and {next}.";
            }

            // A range without a whole page has a number too.
            string none = area is { BlockBefore: int low, BlockAfter: int high } && high - low > 1 ? $"No whole page of {matter}" : $"No {matter}";
            string gap = (Named(area.BlockBefore), Named(area.BlockAfter)) switch
            {
                ({ } before, { } after) => $"{none} between {before} and {after}",
                (null, { } after) => $"{none} below {after}",
                ({ } before, null) => $"{none} above {before}",
                _ => $"{none} here",
            };
            return $"{gap}.";
        }

        private string? Named(int? index) => index is int i && i < regions.Count
            ? string.Create(CultureInfo.InvariantCulture, $"{region} {i} {regions[i]}")
            : null;
    }
}
