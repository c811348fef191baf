using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>The TDMRs with their reserved areas and PAMTs; only visible rows of a long table are drawn.</summary>
public partial class TdmrTable
{
    private const int VirtualFrom = 200;

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    /// <summary>The layout.</summary>
    [Parameter, EditorRequired]
    public TdmrLayout Layout { get; set; } = null!;

    /// <summary>The limits; null when not known.</summary>
    [Parameter]
    public TdmrLimits? Limits { get; set; }

    private LayoutFacts Facts => View.Snapshot.Layout;

    private bool IsEmulated => Facts.Layout.Provenance == Provenance.Emulated;

    private string WhyNoLimit => $"Limit not known. {Facts.Limits.Source}: {Facts.Limits.Reason}";

    private int[] Indices { get; set; } = [];

    /// <inheritdoc/>
    protected override void OnParametersSet() => Indices = [.. Enumerable.Range(0, Layout.Tdmrs.Count)];

    private string AnyPlace(int index)
    {
        if (index >= View.ReservedUse.Count)
        {
            return "";
        }

        ReservedUse use = View.ReservedUse[index];
        return use.Least == use.Most ? $"always {Wording.Plain(use.Least)}" : $"{Wording.Plain(use.Least)} to {Wording.Plain(use.Most)}";
    }
}
