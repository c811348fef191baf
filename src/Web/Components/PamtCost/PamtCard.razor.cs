using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Host;

namespace TdxDash.Web.Components.PamtCost;

/// <summary>What PAMT costs on one host: in all, by node and page size, and with Dynamic PAMT.</summary>
public partial class PamtCard
{
    private Snapshot? _computed;

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    private PamtShares? Shares { get; set; }

    private LayoutFacts Facts => View.Snapshot.Layout;

    private string WhyNothing => Facts.Layout.IsKnown
        ? Facts.Limits.IsKnown ? "the memory map has no page that TDX could use." : $"{Facts.Limits.Reason} {Facts.Limits.Remedy}"
        : $"{Facts.Layout.Reason} {Facts.Layout.Remedy}";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (!ReferenceEquals(_computed, View.Snapshot))
        {
            (_computed, Shares) = (View.Snapshot, PamtShares.Of(View.Snapshot));
        }
    }
}
