using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Readiness;

namespace TdxDash.Web.Components.Host;

/// <summary>Why a host is not ready: the failed checks with evidence and remedy, and below them all checks.</summary>
public partial class ReadinessCard
{
    /// <summary>The verdict.</summary>
    [Parameter, EditorRequired]
    public Verdict Verdict { get; set; } = null!;

    private List<Check> Failed => [.. Verdict.Checks.Where(check => check.Outcome == CheckOutcome.Failed)];

    private int Count(CheckOutcome outcome) => Verdict.Checks.Count(check => check.Outcome == outcome);

    private static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "✓ passed",
        CheckOutcome.Failed => "✕ failed",
        _ => "– skipped",
    };
}
