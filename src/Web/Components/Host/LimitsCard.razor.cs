using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>The limits of the module as gauges: TDMRs, reserved areas, the largest PAMT, KeyIDs.</summary>
public partial class LimitsCard
{
    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    private LayoutFacts Facts => View.Snapshot.Layout;

    private TdmrLayout? Layout => Facts.Layout.Or(null);

    private TdmrLimits? Limits => Facts.Limits.Or(null);

    private Reading<long>? InUse => View.Snapshot.Platform?.KeyIdsInUse;

    private (int Used, int Capacity)? KeyIds => View.Snapshot.Kernel.KeyIdCapacity.TryGet(out long capacity) && InUse is not null && InUse.TryGet(out long used)
        ? ((int)Math.Clamp(used, 0, int.MaxValue), (int)Math.Clamp(capacity, 0, int.MaxValue))
        : null;

    private string WhyNoLimit => $"Limit not known. {Facts.Limits.Source}: {Facts.Limits.Reason}";

    private int PeakIndex { get; set; }

    private int PeakHoles => PeakIndex < 0 ? 0 : Layout!.Tdmrs[PeakIndex].Reserved.Count(area => area.Cause == ReservedCause.Hole);

    private ByteSize LargestPamt => Layout!.Tdmrs.Select(tdmr => tdmr.Pamt).OfType<Pamt>().Select(pamt => pamt.Size).DefaultIfEmpty().Max();

    // The peak is counted for the modelled PAMT places; the kernel's own places can give more.
    private string AnyPlace => View.ReservedUse.Count == 0 ? "" : $"; {Wording.Plain(View.ReservedUse.Max(use => use.Least))} to {Wording.Plain(View.ReservedUse.Max(use => use.Most))} wherever PAMTs lie";

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        PeakIndex = -1;
        for (int i = 0; i < (Layout?.Tdmrs.Count ?? 0); i++)
        {
            if (PeakIndex < 0 || Layout!.Tdmrs[i].Reserved.Count > Layout.Tdmrs[PeakIndex].Reserved.Count)
            {
                PeakIndex = i;
            }
        }
    }
}
