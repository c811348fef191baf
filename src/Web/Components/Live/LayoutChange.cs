using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Live;

/// <summary>What an update changed of the TDMR layout, from the snapshots before and after.</summary>
public static class LayoutChange
{
    private const string NotKnown = "not known";

    /// <summary>TDMRs, reserved areas and PAMT of both sides, and how many of each came, went or are elsewhere.</summary>
    /// <param name="before">The snapshot before the update.</param>
    /// <param name="after">The snapshot after it.</param>
    public static IReadOnlyList<ModuleChange> Of(Snapshot before, Snapshot after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        TdmrLayout? old = LayoutOf(before), now = LayoutOf(after);
        ModuleChange[] rows =
        [
            Row("TDMRs", old, now, "TDMR", layout => layout.Tdmrs.Select(tdmr => tdmr.Range), _ => ""),
            Row("Reserved areas", old, now, "area", layout => layout.Tdmrs.SelectMany(tdmr => tdmr.Reserved).Select(area => area.Range),
                layout => string.Create(CultureInfo.InvariantCulture, $", at most {layout.PeakReserved} in one TDMR")),
            Row("PAMT", old, now, "PAMT", layout => layout.Tdmrs.Select(tdmr => tdmr.Pamt).OfType<Pamt>().Select(pamt => pamt.Range),
                layout => $", {new ByteSize(layout.Tdmrs.Aggregate(0UL, (sum, tdmr) => sum + (tdmr.Pamt?.Size.Bytes ?? 0)))}"),
        ];
        Provenance from = after.Layout.Layout.IsKnown ? after.Layout.Layout.Provenance : Provenance.Computed;
        return [.. rows.Select(row => row with { Provenance = from })];
    }

    private static TdmrLayout? LayoutOf(Snapshot snapshot) => snapshot.Layout.Layout.TryGet(out TdmrLayout? layout) ? layout : null;

    private static ModuleChange Row(string label, TdmrLayout? before, TdmrLayout? after, string noun, Func<TdmrLayout, IEnumerable<AddressRange>> rangesOf, Func<TdmrLayout, string> more)
    {
        AddressRange[] old = before is null ? [] : [.. rangesOf(before)], now = after is null ? [] : [.. rangesOf(after)];
        string was = before is null ? NotKnown : Counted(old.Length, noun) + more(before), isNow = after is null ? NotKnown : Counted(now.Length, noun) + more(after);
        if (before is null || after is null)
        {
            return new ModuleChange(label, was, isNow, false);
        }

        int came = now.Except(old).Count(), went = old.Except(now).Count();
        bool isChanged = came + went > 0 || was != isNow;
        return new ModuleChange(label, was, came + went == 0 ? isNow : string.Create(CultureInfo.InvariantCulture, $"{isNow}: +{came:#,0} −{went:#,0}"), isChanged);
    }

    private static string Counted(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");
}
