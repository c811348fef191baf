using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>The TDMRs, reserved areas and PAMT that Linux would build, or how and why that fails.</summary>
public partial class LayoutCard
{
    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    private LayoutFacts Facts => View.Snapshot.Layout;

    private TdmrLayout? Layout => Facts.Layout.Or(null);

    private TdmrLimits? Limits => Facts.Limits.Or(null);

    private static string LimitText(ushort? limit) => limit is ushort known ? Wording.Plain(known) : "an unknown number of";
}
