using System.Globalization;
using TdxDash.Tdx.Layout;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>How much of its reserved areas a TDMR uses.</summary>
/// <param name="Index">The TDMR's index.</param>
/// <param name="Region">What links call it.</param>
/// <param name="Holes">Areas that are holes in memory.</param>
/// <param name="Pamts">Areas that are PAMTs.</param>
/// <param name="Limit">MAX_RESERVED_PER_TDMR; null when not known.</param>
public sealed record TdmrGauge(int Index, RegionKey Region, int Holes, int Pamts, int? Limit)
{
    /// <summary>All of them.</summary>
    public int Used => Holes + Pamts;

    /// <summary>The use in words: <c>11 / 16 reserved (hole 7, PAMT 4)</c>.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Used} / {(Limit is int known ? known : "?")} reserved (hole {Holes}, PAMT {Pamts})");

    /// <summary>Counts the areas of a TDMR.</summary>
    public static TdmrGauge Of(Tdmr tdmr, int index, TdmrLimits? limits)
    {
        ArgumentNullException.ThrowIfNull(tdmr);
        int holes = tdmr.Reserved.Count(area => area.Cause == ReservedCause.Hole);
        return new TdmrGauge(index, new RegionKey(RegionKind.Tdmr, tdmr.Range), holes, tdmr.Reserved.Count - holes, limits?.MaxReservedPerTdmr);
    }
}
