using Microsoft.AspNetCore.Components;
using MudBlazor;
using TdxDash.Tdx.Readiness;

namespace TdxDash.Web.Components.Parts;

/// <summary>How a check ended, as icon and word; the colour only repeats them.</summary>
public partial class CheckMark
{
    /// <summary>The outcome.</summary>
    [Parameter, EditorRequired]
    public CheckOutcome Outcome { get; set; }

    private static string Icon(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => Icons.Material.Filled.CheckCircle,
        CheckOutcome.Failed => Icons.Material.Filled.Cancel,
        CheckOutcome.Warning => Icons.Material.Filled.Warning,
        _ => Icons.Material.Filled.Remove,
    };

    /// <summary>The word of an outcome.</summary>
    public static string Word(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Passed => "passed",
        CheckOutcome.Failed => "failed",
        CheckOutcome.Warning => "warning",
        _ => "skipped",
    };
}
