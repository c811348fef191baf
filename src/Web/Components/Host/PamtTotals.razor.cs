using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Host;

/// <summary>PAMT over all TDMRs by page size, compared with the kernel's own figure where it printed one.</summary>
public partial class PamtTotals
{
    /// <summary>The host's values, with a layout.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    private TdmrLayout Layout => View.Snapshot.Layout.Layout.Value;

    private ByteSize Size4K => Sum(pamt => pamt.Size4K);

    private ByteSize Size2M => Sum(pamt => pamt.Size2M);

    private ByteSize Size1G => Sum(pamt => pamt.Size1G);

    private ByteSize Sum(Func<Pamt, ByteSize> part) =>
        Wording.Together(Layout.Tdmrs.Select(tdmr => tdmr.Pamt).OfType<Pamt>().Select(part));

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
