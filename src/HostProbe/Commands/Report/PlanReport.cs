using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>A plan's results for people.</summary>
internal static class PlanReport
{
    private const int CurveStep = 25;

    public static void Write(ReportPage page, PlanResult result, Headroom headroom)
    {
        page.Title(result.Verdict.Initializes ? "Would initialise" : "Would not initialise");
        page.Wrapped(ReportPage.Indent, $"[{ReportWords.Of(result.Provenance)}] {result.Verdict.Sentence}");
        foreach (string line in result.Verdict.KernelLines)
        {
            page.Wrapped("    | ", line);
        }

        WriteMachine(page, result);
        WriteLayout(page, result);
        page.Heading("PAMT");
        page.Field("PAMT", result.Pamt, pamt => Text($"{pamt.Paid} ({pamt.PaidPercent:0.###} % of memory), {(pamt.IsDynamic ? "dynamic" : "static")}"));
        if (result.Pamt.TryGet(out PlanPamt? pamt))
        {
            WritePamt(page, pamt, result.Provenance);
        }

        page.Heading("TDs");
        page.Field("Left for TDs", result.Guests, guests => guests.Available.ToString());
        if (result.Guests.TryGet(out PlanGuests? guests))
        {
            WriteGuests(page, guests, result.Provenance);
            WriteHeadroom(page, result, headroom);
        }
    }

    private static void WriteMachine(ReportPage page, PlanResult result)
    {
        PlanMachine machine = result.Machine;
        page.Heading("Machine");
        page.Field("Memory", $"{machine.Memory} in {machine.Map.Blocks.Count} ranges, {machine.Map.Blocks.Select(block => block.Node).Distinct().Count()} NUMA nodes, from the {machine.Source}", result.Provenance);
        page.Field("Module", Text($"{(machine.Module is { } module ? $"{module.Name}: " : "")}{machine.Limits.MaxTdmrs} TDMRs, {machine.Limits.MaxReservedPerTdmr} reserved areas each, PAMT entries of {machine.Limits.Pamt4KEntrySize}, {machine.Limits.Pamt2MEntrySize} and {machine.Limits.Pamt1GEntrySize} bytes"), result.Provenance);
        page.Field("Acceptance", result.Acceptance, judged => judged.Sentence);
        foreach (string note in machine.Notes)
        {
            page.Wrapped(ReportPage.Indent, $"Note: {note}");
        }
    }

    private static void WriteLayout(ReportPage page, PlanResult result)
    {
        page.Heading("TDMRs and reserved areas");
        page.Field("TDMRs", $"{result.TdmrsNeeded} of {result.Machine.Limits.MaxTdmrs}", result.Provenance);
        if (result.Peak is { } peak)
        {
            page.Field("Reserved, peak", $"{peak.Used} of {peak.Limit} in TDMR {peak.Tdmr}", result.Provenance);
            var table = new TextTable(" TDMR", " Start", " End", " Size", " Reserved", " Left", " Any PAMT place");
            foreach (PlanReserved reserved in result.Reserved)
            {
                table.Add($"{reserved.Tdmr}", reserved.Range.Start.ToGrouped(), reserved.Range.End.ToGrouped(), reserved.Range.Size.ToString(), $"{reserved.Used}/{reserved.Limit}", $"{reserved.Headroom}",
                    reserved.Least is { } least ? $"{least} to {reserved.Most}" : "");
            }

            page.Blank();
            page.Table(table, result.Provenance);
            page.Blank();
            page.Wrapped(ReportPage.Indent, $"Why TDMR {peak.Tdmr} needs its reserved areas:");
            foreach (string area in result.Explanation.Tdmrs[peak.Tdmr].Areas)
            {
                page.Wrapped("    ", area);
            }
        }
    }

    private static void WritePamt(ReportPage page, PlanPamt pamt, Provenance provenance)
    {
        page.Field("Static", Text($"{pamt.Static.Total}: 4K {pamt.Static.Of4K}, 2M {pamt.Static.Of2M}, 1G {pamt.Static.Of1G}"), provenance);
        page.Field("Dynamic", Text($"{pamt.Dynamic}: {pamt.DynamicTables.Total} of tables, {pamt.ReferenceCounts} of reference counts at most, {pamt.PagePairs} of pages for {pamt.InUse} in use"), provenance);
        page.Field("By use", string.Join(", ", pamt.Curve.Where(point => point.Use % CurveStep == 0).Select(point => Text($"{point.Use} %: {point.Dynamic}"))), provenance);
        page.Field("Break-even", pamt.BreakEven is { } use ? Text($"from {use:0.##} % of memory in use on Dynamic PAMT takes as much as the static one") : "none: Dynamic PAMT takes less even with all memory in use", provenance);
        page.Field("Contiguous", $"{pamt.LargestBlock}, for TDMR {pamt.LargestBlockOf}", provenance);
        var table = new TextTable(" Node", " Memory", " Static 4K", " 2M", " 1G", " All", " Dynamic, at rest");
        foreach (PamtOfNode node in pamt.Nodes)
        {
            table.Add($"{node.Node}", node.Memory.ToString(), node.Static.Of4K.ToString(), node.Static.Of2M.ToString(), node.Static.Of1G.ToString(), node.Static.Total.ToString(), node.DynamicTables.Total.ToString());
        }

        page.Blank();
        page.Table(table, provenance);
    }

    private static void WriteGuests(ReportPage page, PlanGuests guests, Provenance provenance)
    {
        page.Field("KeyIDs", guests.KeyIds, keys => Text($"{keys} for TDs"));
        if (guests.Tds > 0)
        {
            page.Field("Planned", guests.Sentence, provenance);
        }

        foreach (TdPacking packing in guests.Packing)
        {
            page.Field("Fit", $"{packing.Sentence} Each takes {packing.Cost}.", provenance);
        }
    }

    private static void WriteHeadroom(ReportPage page, PlanResult result, Headroom headroom)
    {
        page.Heading("Until the first limit");
        page.Field("Nearest", LimitUse.NearestOf(result.Limits), result.Provenance);
        page.Field("Memory", headroom.MemoryGiB, figure => figure.Sentence);
        page.Field("Nodes", headroom.Nodes, figure => figure.Sentence);
        if (headroom.FewestHoles is { } holes)
        {
            page.Field("Holes", holes.Figure.Sentence, headroom.MemoryGiB.Provenance);
        }

        page.Field("TDs", headroom.Tds, figure => figure.Sentence);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
