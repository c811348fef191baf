using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Api.Rest;

namespace TdxDash.Web.Api.V1;

/// <summary>Writes plans as the API shows them.</summary>
internal static class PlanMapping
{
    /// <summary>What a plan comes to.</summary>
    /// <exception cref="ProblemException">A size is beyond what a number of the API can say.</exception>
    /// <param name="text">The plan in canonical form.</param>
    /// <param name="result">The results.</param>
    /// <param name="headroom">How far it is from its limits; null where that was not searched.</param>
    public static PlanDocument Document(string text, PlanResult result, HeadroomItem? headroom) => new()
    {
        Plan = text,
        Provenance = result.Provenance,
        Source = result.Machine.Source,
        Notes = result.Machine.Notes,
        MemoryBytes = Number(result.Machine.Memory.Bytes),
        Module = result.Machine.Module?.Name,
        Verdict = new VerdictItem { Initializes = result.Verdict.Initializes, Limit = result.Verdict.Limit, Sentence = result.Verdict.Sentence, KernelLines = result.Verdict.KernelLines },
        Acceptance = AcceptanceReading.Of(result.Acceptance),
        Limits = [.. result.Limits.Select(use => new LimitItem { Limit = use.Limit, Used = Number(use.Used), Most = Number(use.Most), Sentence = use.Sentence })],
        Layout = LayoutMapping.Item(result.Layout, result.Explanation, [.. result.Reserved.TakeWhile(one => one is { Least: not null, Most: not null }).Select(one => new ReservedUse(0, one.Least!.Value, one.Most!.Value))]),
        Pamt = PlanPamtReading.Of(result.Pamt),
        Guests = PlanGuestsReading.Of(result.Guests),
        Headroom = headroom,
    };

    /// <summary>How far it is from its limits.</summary>
    public static HeadroomItem Room(Headroom headroom) => new()
    {
        MemoryGiB = FigureReading.Of(headroom.MemoryGiB),
        Nodes = FigureReading.Of(headroom.Nodes),
        Tds = FigureReading.Of(headroom.Tds),
        FewestHoles = headroom.FewestHoles is { } fewest ? FigureItem.Of(fewest.Figure) : null,
    };

    /// <summary>What the PAMT costs.</summary>
    public static PlanPamtItem Pamt(PlanPamt pamt) => new()
    {
        PaidBytes = Number(pamt.Paid.Bytes),
        PaidPercent = pamt.PaidPercent,
        IsDynamic = pamt.IsDynamic,
        StaticBytes = Number(pamt.Static.Total.Bytes),
        DynamicBytes = Number(pamt.Dynamic.Bytes),
        InUseBytes = Number(pamt.InUse.Bytes),
        BreakEvenPercent = pamt.BreakEven,
        LargestBlockBytes = Number(pamt.LargestBlock.Bytes),
        Nodes = [.. pamt.Nodes.Select(node => new PlanNodeItem
        {
            Node = node.Node, MemoryBytes = Number(node.Memory.Bytes), StaticBytes = Number(node.Static.Total.Bytes), DynamicTableBytes = Number(node.DynamicTables.Total.Bytes),
        })],
    };

    /// <summary>What is left for TDs.</summary>
    public static PlanGuestsItem Guests(PlanGuests guests) => new()
    {
        AvailableBytes = Number(guests.Available.Bytes),
        NeededBytes = Number(guests.Needed.Bytes),
        Tds = guests.Tds,
        KeyIds = NumberReading.Of(guests.KeyIds),
        Packing = [.. guests.Packing.Select(packing => new PackingItem
        {
            Bytes = Number(packing.Size.Bytes), Vcpus = packing.Vcpus, CostBytes = Number(packing.Cost.Bytes), Most = packing.Most, Binding = packing.Binding,
        })],
    };

    // Only TDs that somebody plans can come to more than all addresses; a JSON number is exact up to here.
    private static long Number(ulong bytes) => bytes <= PhysAddr.MaxValue << 1
        ? (long)bytes
        : throw Problems.Body("$.text", "The TDs of the plan take more than 8 PiB, beyond which numbers of JSON are not exact: plan fewer or smaller ones. tdxprobe plan takes this plan as it is.");
}
