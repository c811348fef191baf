using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>How many TDs of one size fit.</summary>
/// <param name="Size">Private memory of each.</param>
/// <param name="Vcpus">Virtual CPUs of each.</param>
/// <param name="Cost">What each takes in all: its memory, the module's pages for it, its secure EPT, and its part of a Dynamic PAMT.</param>
/// <param name="ByMemory">How many the memory is enough for.</param>
/// <param name="ByKeyIds">How many the KeyIDs are enough for; not offered where they are not known.</param>
public sealed record TdPacking(ByteSize Size, int Vcpus, ByteSize Cost, long ByMemory, Reading<long> ByKeyIds)
{
    /// <summary>How many fit.</summary>
    public long Most => ByKeyIds.TryGet(out long keys) ? Math.Min(ByMemory, keys) : ByMemory;

    /// <summary>The limit that binds.</summary>
    public PlanLimit Binding => ByKeyIds.TryGet(out long keys) && keys <= ByMemory ? PlanLimit.KeyIds : PlanLimit.Memory;

    /// <summary>Number and limit in one sentence.</summary>
    public string Sentence => string.Create(CultureInfo.InvariantCulture,
        $"{Most} TD{(Most == 1 ? "" : "s")} of {Size} fit: {(Binding == PlanLimit.KeyIds ? $"private KeyIDs bind, memory would be enough for {ByMemory}" : ByKeyIds.TryGet(out long keys) ? $"memory binds, KeyIDs would be enough for {keys}" : "memory binds, as KeyIDs are not known")}.");
}

/// <summary>What a plan leaves for TDs.</summary>
public sealed record PlanGuests
{
    // TDR_BASE_SIZE, TDCS_BASE_SIZE and TDVPS_BASE_SIZE of every module profile: docs/planner.md.
    private const ulong TdrBytes = 4 * ByteSize.KiB, TdcsBytes = 24 * ByteSize.KiB, TdvpsBytes = 24 * ByteSize.KiB;
    private const ulong Page = 4 * ByteSize.KiB, Region = 2 * ByteSize.MiB, Root = 512 * ByteSize.GiB;

    /// <summary>Memory that is left for TDs: all of it, less the PAMT before any TD runs, less what the host keeps; 0 where nothing is left.</summary>
    public required ByteSize Available { get; init; }

    /// <summary>What the plan's own TDs take in all, Dynamic PAMT included.</summary>
    public required ByteSize Needed { get; init; }

    /// <summary>The plan's TDs.</summary>
    public required long Tds { get; init; }

    /// <summary>KeyIDs for TDs: all private ones but the global one; not offered where the plan does not say.</summary>
    public required Reading<long> KeyIds { get; init; }

    /// <summary>How many TDs of each of the plan's sizes fit when there are no others.</summary>
    public required IReadOnlyList<TdPacking> Packing { get; init; }

    /// <summary>The limit that the plan's own TDs exceed; none where they fit.</summary>
    public PlanLimit Exceeded => KeyIds.TryGet(out long keys) && Tds > keys ? PlanLimit.KeyIds : Needed > Available ? PlanLimit.Memory : PlanLimit.None;

    /// <summary>Whether the plan's TDs fit, in one sentence; empty where it has none.</summary>
    public string Sentence => Tds == 0 ? "" : Exceeded switch
    {
        PlanLimit.KeyIds => string.Create(CultureInfo.InvariantCulture, $"{Tds} TDs would need {Tds} of {KeyIds.Value} private KeyIDs."),
        PlanLimit.Memory => $"{Tds.ToString(CultureInfo.InvariantCulture)} TDs would need {Needed} of {Available}.",
        _ => $"{Tds.ToString(CultureInfo.InvariantCulture)} TDs fit: they take {Needed} of {Available}.",
    };

    internal static PlanGuests Of(PlanMachine machine, ByteSize pamtAtRest)
    {
        ulong memory = machine.Memory.Bytes, taken = pamtAtRest.Bytes + machine.Host.Bytes;
        var available = new ByteSize(memory > taken ? memory - taken : 0);
        Reading<long> keys = machine.KeyIds is { } ids
            ? Reading.Known((long)Math.Max(0, ids - 1), machine.Provenance, machine.Source)
            : Reading.NotOffered<long>(machine.Source, "The plan does not say how many private KeyIDs there are. Add keyids N.");
        return new PlanGuests
        {
            Available = available,
            Needed = new ByteSize(machine.Tds.Aggregate(0UL, (sum, tds) => Saturated(sum, Product(CostOf(machine, tds).Bytes, (ulong)tds.Count)))),
            Tds = machine.Tds.Sum(tds => (long)tds.Count),
            KeyIds = keys,
            Packing = [.. machine.Tds.DistinctBy(tds => (tds.Size, tds.Vcpus)).Select(tds => Pack(machine, tds, available, keys))],
        };
    }

    internal static TdPacking Pack(PlanMachine machine, PlanTds tds, ByteSize available, Reading<long> keys)
    {
        ByteSize cost = CostOf(machine, tds);
        return new TdPacking(tds.Size, tds.Vcpus, cost, (long)(available.Bytes / cost.Bytes), keys);
    }

    /// <summary>What one TD takes in all.</summary>
    internal static ByteSize CostOf(PlanMachine machine, PlanTds tds)
    {
        ulong size = tds.Size.Bytes, small = PlanPamt.Share(tds.Size, machine.SmallPages).Bytes;

        // A page of secure EPT for each 2 MiB with 4K mappings, each GiB and each 512 GiB; the root is one of the TDCS pages.
        ulong ept = Page * (Pieces(small, Region) + Pieces(size, ByteSize.GiB) + Pieces(size, Root));
        ulong pairs = machine.UsesDynamicPamt ? DynamicPamt.PagePairs(new ByteSize(small), machine.Limits).Bytes : 0;
        return new ByteSize(size + TdrBytes + TdcsBytes + (TdvpsBytes * (ulong)tds.Vcpus) + ept + pairs);
    }

    /// <summary>Memory that the plan's TDs use: as the plan says, else as their sizes give it, at most all.</summary>
    internal static ByteSize InUse(PlanMachine machine)
    {
        ulong memory = machine.Memory.Bytes;
        return machine.Use is { } use ? PlanPamt.Share(machine.Memory, use)
            : new ByteSize(Math.Min(memory, machine.Tds.Aggregate(0UL, (sum, tds) => Saturated(sum, Product(tds.Size.Bytes, (ulong)tds.Count)))));
    }

    private static ulong Pieces(ulong bytes, ulong piece) => (bytes / piece) + (bytes % piece == 0 ? 0UL : 1UL);

    private static ulong Product(ulong a, ulong b) => (ulong)UInt128.Min((UInt128)a * b, ulong.MaxValue);

    private static ulong Saturated(ulong a, ulong b) => a > ulong.MaxValue - b ? ulong.MaxValue : a + b;
}
