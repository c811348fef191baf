using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>How much of a limit a plan takes.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Used">What is taken; more than <paramref name="Most"/> where it does not fit. Bytes for memory.</param>
/// <param name="Most">What there is. Bytes for memory.</param>
/// <param name="Sentence">Both in one sentence.</param>
public sealed record LimitUse(PlanLimit Limit, ulong Used, ulong Most, string Sentence)
{
    /// <summary>What is taken, in percent of what there is; infinite where there is nothing.</summary>
    public double Percent => Used == 0 ? 0 : 100.0 * Used / Most;

    /// <summary>Every limit that can be counted: reserved areas of the fullest TDMR, TDMRs, and with TDs in the plan their KeyIDs and memory. The one with the largest part taken comes first:
    /// it is the nearest.</summary>
    public static IReadOnlyList<LimitUse> Of(PlanResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var uses = new List<LimitUse>();
        if (result.Peak is { } peak)
        {
            uses.Add(Counted(PlanLimit.ReservedAreas, peak.Used, peak.Limit, Text($"TDMR {peak.Tdmr} takes {peak.Used} of {peak.Limit} reserved areas")));
        }

        uses.Add(Counted(PlanLimit.Tdmrs, result.TdmrsNeeded, result.Machine.Limits.MaxTdmrs, Text($"the memory takes {result.TdmrsNeeded} of {result.Machine.Limits.MaxTdmrs} TDMRs")));
        if (result.Guests.TryGet(out PlanGuests? guests) && guests.Tds > 0)
        {
            if (guests.KeyIds.TryGet(out long keys))
            {
                uses.Add(Counted(PlanLimit.KeyIds, guests.Tds, keys, Text($"the TDs take {guests.Tds} of {keys} private KeyIDs")));
            }

            uses.Add(new LimitUse(PlanLimit.Memory, guests.Needed.Bytes, guests.Available.Bytes, $"the TDs take {guests.Needed} of the {guests.Available} that are left for them"));
        }

        return [.. uses.OrderByDescending(use => use.Percent)];
    }

    /// <summary>The first of <see cref="Of"/> as a sentence: which limit is the nearest.</summary>
    public static string NearestOf(IReadOnlyList<LimitUse> uses)
    {
        ArgumentNullException.ThrowIfNull(uses);
        return uses is [var first, ..] ? Text($"{first.Sentence[..1].ToUpperInvariant()}{first.Sentence[1..]}, {first.PercentText}{OthersOf(uses)}.") : "";
    }

    private static string OthersOf(IReadOnlyList<LimitUse> uses) => uses.Count < 2 ? ""
        : uses[1].Percent < uses[0].Percent ? ", more than of any other limit"
        : $", no less than of any other limit: {string.Join(", and ", uses.Skip(1).TakeWhile(use => use.Percent >= uses[0].Percent).Select(use => use.Sentence))} too";

    private string PercentText => double.IsFinite(Percent) ? Text($"{Percent:0.#} %") : "which are none";

    private static LimitUse Counted(PlanLimit limit, long used, long of, string sentence) => new(limit, (ulong)used, (ulong)of, sentence);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
