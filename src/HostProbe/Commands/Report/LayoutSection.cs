using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The TDMR and PAMT part of a report, with the text memory map.</summary>
internal static class LayoutSection
{
    public static void Write(ReportPage page, Snapshot snapshot)
    {
        page.Heading("TDMRs and PAMT that Linux would build");
        page.Field("Limits", snapshot.Layout.Limits, limits =>
            $"{limits.MaxTdmrs} TDMRs, {limits.MaxReservedPerTdmr} reserved areas each, PAMT entries of {limits.Pamt4KEntrySize}, {limits.Pamt2MEntrySize} and {limits.Pamt1GEntrySize} bytes, {snapshot.Layout.Limits.Source}");
        page.Field("Layout", snapshot.Layout.Layout, Outcome);
        if (!snapshot.Layout.Layout.TryGet(out TdmrLayout? layout))
        {
            return;
        }

        ByteSize memory = new(snapshot.Memory.Map.Or([])!.Aggregate(0UL, (sum, block) => sum + block.Range.Size.Bytes));
        Provenance provenance = snapshot.Layout.Layout.Provenance;
        page.Field("TDMRs", $"{layout.TdmrsNeeded} of {snapshot.Layout.Limits.Value.MaxTdmrs}", provenance);
        page.Field("Reserved, peak", $"{layout.PeakReserved} of {snapshot.Layout.Limits.Value.MaxReservedPerTdmr} in one TDMR", provenance);
        page.Field("PAMT", layout.PamtKiB > 0 ? Pamt(layout.PamtKiB, memory) + (layout.Error == LayoutError.None ? "" : ", freed when it fails") : "none allocated", provenance);
        page.Field("Acceptance", LayoutAcceptance.Of(snapshot, ModuleIdentity.From(snapshot).Cmrs), judged => judged.Sentence);
        foreach (string line in layout.Log)
        {
            page.Wrapped("    | ", line);
        }

        WriteTdmrs(page, layout, snapshot.Layout.Limits.Value, provenance);
        WriteMap(page, snapshot.Memory.Map.Or([])!, layout);
    }

    private static string Outcome(TdmrLayout layout) => layout.Error switch
    {
        LayoutError.None => "succeeds",
        LayoutError.ENOMEM => "fails with ENOMEM: a PAMT finds no contiguous memory",
        _ => "fails with ENOSPC: TDMRs or reserved areas are exhausted",
    };

    private static string Pamt(ulong kib, ByteSize memory)
    {
        var size = new ByteSize(kib * ByteSize.KiB);
        double percent = memory.Bytes == 0 ? 0 : 100.0 * size.Bytes / memory.Bytes;
        return string.Create(CultureInfo.InvariantCulture, $"{kib} KiB (the kernel prints it as KB), {size}, {percent:0.###} % of memory");
    }

    private static void WriteTdmrs(ReportPage page, TdmrLayout layout, TdmrLimits limits, Provenance provenance)
    {
        if (layout.Tdmrs.Count == 0)
        {
            return;
        }

        var table = new TextTable(" TDMR", " Start", " End", " Size", " Reserved", " PAMT 4K", " 2M", " 1G", " PAMT", "PAMT at (hypothetical)");
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            Tdmr tdmr = layout.Tdmrs[i];
            string reserved = $"{tdmr.Reserved.Count}/{limits.MaxReservedPerTdmr}";
            string[] pamt = tdmr.Pamt is { } p
                ? [p.Size4K.ToString(), p.Size2M.ToString(), p.Size1G.ToString(), p.Size.ToString(), $"{p.Start.ToGrouped()} node {p.Node}"]
                : ["", "", "", "none", ""];
            table.Add([$"{i}", tdmr.Range.Start.ToGrouped(), tdmr.Range.End.ToGrouped(), tdmr.Range.Size.ToString(), reserved, .. pamt]);
        }

        page.Blank();
        page.Table(table, provenance);
    }

    private static void WriteMap(ReportPage page, IReadOnlyList<MemoryBlock> blocks, TdmrLayout layout)
    {
        page.Heading("Memory map");
        foreach (string line in MemoryMapText.Draw(blocks, layout, page.Width - ReportPage.Indent.Length))
        {
            page.Line(line);
        }

        page.Wrapped(ReportPage.Indent, MemoryMapText.Legend);
    }
}
