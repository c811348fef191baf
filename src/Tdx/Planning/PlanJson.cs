using System.Text.Json;
using System.Text.Json.Serialization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>The JSON form of a plan, as <c>tdxprobe plan --json</c> prints it and the planner's page saves it; docs/planner.md describes it. Sizes are bytes, and what is not known is null.</summary>
public static class PlanJson
{
    /// <summary>Writes a plan's results, indented.</summary>
    /// <param name="spec">The plan.</param>
    /// <param name="result">What it comes to.</param>
    /// <param name="headroom">How far it is from its limits.</param>
    public static string Write(PlanSpec spec, PlanResult result, Headroom headroom)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(headroom);
        PlanMachine machine = result.Machine;
        var document = new PlanDocument(
            PlanText.Write(spec), result.Provenance.Word(), machine.Source, machine.Notes, machine.Memory.Bytes, machine.Module?.Name,
            new PlanVerdictDocument(result.Verdict.Initializes, Word(result.Verdict.Limit), result.Verdict.Sentence, result.Verdict.KernelLines, result.Acceptance.Or(null)?.Sentence),
            result.TdmrsNeeded, machine.Limits.MaxTdmrs,
            [.. result.Limits.Select(use => new PlanLimitDocument(Word(use.Limit)!, use.Used, use.Most, double.IsFinite(use.Percent) ? use.Percent : null, use.Sentence))],
            [.. result.Reserved.Select((reserved, i) => new PlanTdmrDocument(i, reserved.Range.Start.ToString(), reserved.Range.End.ToString(), reserved.Used, reserved.Limit, reserved.Headroom, reserved.Least, reserved.Most,
                result.Explanation.Tdmrs[i].Areas))],
            result.Pamt.TryGet(out PlanPamt? pamt) ? Of(pamt) : null,
            result.Guests.TryGet(out PlanGuests? guests) ? Of(guests) : null,
            new PlanHeadroomDocument(Of(headroom.MemoryGiB), Of(headroom.Nodes), Of(headroom.Tds), [.. headroom.Holes.Select(holes => new PlanHolesDocument(holes.Tdmr, holes.Figure.Most, Word(holes.Figure.Limit), holes.Figure.Sentence))]));
        return JsonSerializer.Serialize(document, PlanJsonContext.Default.PlanDocument);
    }

    private static PlanPamtDocument Of(PlanPamt pamt) => new(
        pamt.IsDynamic, pamt.Paid.Bytes, pamt.PaidPercent, Of(pamt.Static), Of(pamt.DynamicTables), pamt.ReferenceCounts.Bytes, pamt.PagePairs.Bytes, pamt.Dynamic.Bytes, pamt.InUse.Bytes, pamt.Gain,
        pamt.BreakEven, [.. pamt.Curve.Select(point => new PlanPointDocument(point.Use, point.Dynamic.Bytes))], pamt.LargestBlock.Bytes, pamt.LargestBlockOf,
        [.. pamt.Nodes.Select(node => new PlanNodeDocument(node.Node, node.Memory.Bytes, Of(node.Static), Of(node.DynamicTables)))]);

    private static PlanGuestsDocument Of(PlanGuests guests) => new(
        guests.Available.Bytes, guests.KeyIds.IsKnown ? guests.KeyIds.Value : null, guests.Tds, guests.Needed.Bytes, Word(guests.Exceeded),
        [.. guests.Packing.Select(packing => new PlanPackingDocument(packing.Size.Bytes, packing.Vcpus, packing.Cost.Bytes, packing.Most, Word(packing.Binding), packing.Sentence))]);

    private static PlanSizesDocument Of(PamtBySize sizes) => new(sizes.Of4K.Bytes, sizes.Of2M.Bytes, sizes.Of1G.Bytes, sizes.Total.Bytes);

    private static PlanFigureDocument? Of(Reading<HeadroomFigure> figure) => figure.TryGet(out HeadroomFigure? known) ? Of(known) : null;

    private static PlanFigureDocument Of(HeadroomFigure figure) => new(figure.Most, Word(figure.Limit), figure.Sentence);

    private static string? Word(PlanLimit limit) => limit == PlanLimit.None ? null : JsonNamingPolicy.CamelCase.ConvertName(limit.ToString());
}

internal sealed record PlanDocument(
    string Plan, string Provenance, string Source, IReadOnlyList<string> Notes, ulong Memory, string? Module, PlanVerdictDocument Verdict, int Tdmrs, int MaxTdmrs, IReadOnlyList<PlanLimitDocument> Limits,
    IReadOnlyList<PlanTdmrDocument> Reserved,
    PlanPamtDocument? Pamt, PlanGuestsDocument? Guests, PlanHeadroomDocument Headroom);

internal sealed record PlanVerdictDocument(bool Initializes, string? Limit, string Sentence, IReadOnlyList<string> KernelLines, string? Acceptance);

internal sealed record PlanLimitDocument(string Limit, ulong Used, ulong Most, double? Percent, string Sentence);

internal sealed record PlanTdmrDocument(int Tdmr, string Start, string End, int Used, int Limit, int Headroom, int? Least, int? Most, IReadOnlyList<string> Areas);

internal sealed record PlanSizesDocument(ulong Of4K, ulong Of2M, ulong Of1G, ulong Total);

internal sealed record PlanPamtDocument(
    bool IsDynamic, ulong Paid, double PaidPercent, PlanSizesDocument Static, PlanSizesDocument DynamicTables, ulong ReferenceCounts, ulong PagePairs, ulong Dynamic, ulong InUse, long Gain,
    double? BreakEven, IReadOnlyList<PlanPointDocument> Curve, ulong LargestBlock, int LargestBlockOf, IReadOnlyList<PlanNodeDocument> Nodes);

internal sealed record PlanPointDocument(int Use, ulong Dynamic);

internal sealed record PlanNodeDocument(int Node, ulong Memory, PlanSizesDocument Static, PlanSizesDocument DynamicTables);

internal sealed record PlanGuestsDocument(ulong Available, long? KeyIds, long Tds, ulong Needed, string? Exceeded, IReadOnlyList<PlanPackingDocument> Packing);

internal sealed record PlanPackingDocument(ulong Size, int Vcpus, ulong Cost, long Most, string? Binding, string Sentence);

internal sealed record PlanFigureDocument(long Most, string? Limit, string Sentence);

internal sealed record PlanHolesDocument(int Tdmr, long Most, string? Limit, string Sentence);

internal sealed record PlanHeadroomDocument(PlanFigureDocument? MemoryGiB, PlanFigureDocument? Nodes, PlanFigureDocument? Tds, IReadOnlyList<PlanHolesDocument> Holes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(PlanDocument))]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
