using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Readiness;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>Whether a host is ready and why not: its checks as a tree, in which the parts with something to look at are open.</summary>
public partial class ReadinessCard
{
    /// <summary>The verdict.</summary>
    [Parameter, EditorRequired]
    public Verdict Verdict { get; set; } = null!;

    private static bool IsOpen(CheckGroup group) => group.Outcome is CheckOutcome.Failed or CheckOutcome.Warning;

    // The one reason why a whole part was skipped; null where it was not, or for several.
    private static string? SkippedTogether(CheckGroup group) =>
        group.Outcome == CheckOutcome.Skipped && group.Checks.All(check => check.Evidence == group.Checks[0].Evidence) ? group.Checks[0].Evidence : null;

    private static string Counts(Func<CheckOutcome, int> count)
    {
        CheckOutcome[] order = [CheckOutcome.Failed, CheckOutcome.Warning, CheckOutcome.Passed, CheckOutcome.Skipped];
        return string.Join(", ", order.Where(outcome => count(outcome) > 0).Select(outcome => $"{Wording.Plain(count(outcome))} {CheckMark.Word(outcome)}"));
    }
}
