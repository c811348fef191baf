using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The part of a report that says of each reserved area why it exists, and what any PAMT position could change.</summary>
internal static class WhySection
{
    public static void Write(ReportPage page, Snapshot snapshot)
    {
        page.Heading("Why each area is reserved");
        if (!snapshot.Memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks) || !snapshot.Layout.Layout.TryGet(out TdmrLayout? layout)
            || !snapshot.Layout.Limits.TryGet(out TdmrLimits? limits))
        {
            page.Wrapped(ReportPage.Indent, "There is no layout to explain.");
            return;
        }

        MemoryMap map = MemoryMap.Create(blocks);
        var explanation = LayoutExplanation.Of(map, limits, layout, ModuleIdentity.From(snapshot).Cmrs.Or(null));
        IReadOnlyList<ReservedUse> ranges = ReservedUseRange.Of(map, layout);
        page.Wrapped(ReportPage.Indent, explanation.Outcome);
        foreach (TdmrExplanation tdmr in explanation.Tdmrs)
        {
            page.Blank();
            page.Wrapped(ReportPage.Indent, tdmr.Summary + AnyPosition(ranges, tdmr.Index));
            for (int i = 0; i < tdmr.Areas.Count; i++)
            {
                AddressRange range = layout.Tdmrs[tdmr.Index].Reserved[i].Range;
                page.Wrapped("    ", $"{range} {range.Size}: {tdmr.Areas[i]}");
            }
        }
    }

    private static string AnyPosition(IReadOnlyList<ReservedUse> ranges, int tdmr) => tdmr < ranges.Count
        ? string.Create(CultureInfo.InvariantCulture, $" Wherever the kernel places the PAMTs, it is {ranges[tdmr].Least} to {ranges[tdmr].Most}.")
        : "";
}
