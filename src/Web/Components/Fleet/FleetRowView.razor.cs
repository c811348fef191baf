using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Fleet;

/// <summary>One host of the fleet.</summary>
public partial class FleetRowView
{
    /// <summary>Where memory sizes come from unless a row says otherwise.</summary>
    public const Provenance UsualMemory = Provenance.Kernel;

    /// <summary>Where figures of the layout come from unless a row says otherwise.</summary>
    public const Provenance UsualLayout = Provenance.Computed;

    /// <summary>The row.</summary>
    [Parameter, EditorRequired]
    public FleetRow Row { get; set; } = null!;

    private static int? LimitOf(Reading<int> limit) => limit.TryGet(out int known) ? known : null;

    private static string? Why(Reading<int> limit) => limit.IsKnown ? null : $"Limit not known. {limit.Source}: {limit.Reason} {limit.Remedy}".TrimEnd();

    private string PamtShare(ByteSize pamt) => Row.Summary.Memory.TryGet(out ByteSize memory) ? Wording.Percent(pamt, memory) : "";
}
