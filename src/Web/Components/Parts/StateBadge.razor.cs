using Microsoft.AspNetCore.Components;
using MudBlazor;
using TdxDash.Tdx.Readiness;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Parts;

/// <summary>A host's state as icon and word; the colour only repeats them.</summary>
public partial class StateBadge
{
    /// <summary>The state.</summary>
    [Parameter, EditorRequired]
    public TdxState State { get; set; }

    private string Css => State.ToString().ToLowerInvariant();

    private string Icon => State switch
    {
        TdxState.Ready => Icons.Material.Filled.CheckCircle,
        TdxState.AtRisk => Icons.Material.Filled.Warning,
        TdxState.Failed => Icons.Material.Filled.Cancel,
        TdxState.NotInitialized => Icons.Material.Filled.Pending,
        _ => Icons.Material.Filled.Block,
    };

    /// <summary>The word of a state, as it stands in tables, filters and URLs.</summary>
    public static string Word(TdxState state) => StateWords.Of(state);
}
