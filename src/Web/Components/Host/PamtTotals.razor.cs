using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Components.Host;

/// <summary>PAMT over all TDMRs by page size, compared with the kernel's own figure where it printed one.</summary>
public partial class PamtTotals
{
    /// <summary>The layout.</summary>
    [Parameter, EditorRequired]
    public TdmrLayout Layout { get; set; } = null!;

    /// <summary>What the kernel log says was allocated, in KiB; null when it does not say.</summary>
    [Parameter]
    public ulong? KernelPamtKiB { get; set; }

    private ByteSize Size4K => Sum(pamt => pamt.Size4K);

    private ByteSize Size2M => Sum(pamt => pamt.Size2M);

    private ByteSize Size1G => Sum(pamt => pamt.Size1G);

    private ByteSize Sum(Func<Pamt, ByteSize> part) =>
        Layout.Tdmrs.Select(tdmr => tdmr.Pamt).OfType<Pamt>().Aggregate(new ByteSize(0), (sum, pamt) => sum + part(pamt));

    private string Compare(ulong reported)
    {
        if (reported == Layout.PamtKiB)
        {
            return "equals the computed figure";
        }

        ulong difference = Math.Max(reported, Layout.PamtKiB) - Math.Min(reported, Layout.PamtKiB);
        return $"{KiB(difference)} {(reported > Layout.PamtKiB ? "more" : "less")} than computed";
    }

    private static string KiB(ulong value) => string.Create(CultureInfo.InvariantCulture, $"{value:#,0} KiB");
}
