using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Layout;

namespace TdxDash.Web.Components.Host;

/// <summary>A layout that fails: the kernel's own words, and what was needed against the limit.</summary>
public partial class LayoutFailure
{
    /// <summary>The failed layout.</summary>
    [Parameter, EditorRequired]
    public TdmrLayout Layout { get; set; } = null!;

    /// <summary>The limits that it failed at; null when not known.</summary>
    [Parameter]
    public TdmrLimits? Limits { get; set; }

    private IEnumerable<string> Sentences
    {
        get
        {
            if (Limits is null)
            {
                yield break;
            }

            if (Layout.TdmrsNeeded > Limits.MaxTdmrs)
            {
                yield return Text($"The memory map needs {Layout.TdmrsNeeded} TDMRs of {Limits.MaxTdmrs}: fewer, larger stretches of memory would do.");
            }

            for (int i = 0; i < Layout.Tdmrs.Count; i++)
            {
                if (Layout.Tdmrs[i].Reserved.Count > Limits.MaxReservedPerTdmr)
                {
                    yield return Text($"TDMR {i} needs {Layout.Tdmrs[i].Reserved.Count} of {Limits.MaxReservedPerTdmr} reserved areas: it has {Holes(Layout.Tdmrs[i])} holes and {Layout.Tdmrs[i].Reserved.Count - Holes(Layout.Tdmrs[i])} PAMTs in it.");
                }
            }

            if (Layout.Error == LayoutError.ENOMEM)
            {
                yield return "No node had one contiguous free stretch for a PAMT; its size follows from the TDMR's.";
            }
        }
    }

    private static int Holes(Tdmr tdmr) => tdmr.Reserved.Count(area => area.Cause == ReservedCause.Hole);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
