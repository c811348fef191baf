using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>Every region that is known of a host's physical address space.</summary>
public sealed class HostMap
{
    private const string SystemRam = "System RAM";

    private HostMap(IReadOnlyList<MapRegion> regions)
    {
        Regions = regions;
        Provenances = [.. regions.SelectMany(region => region.Marks).Distinct().Order()];
    }

    /// <summary>The regions, ascending by address; at one address the larger first.</summary>
    public IReadOnlyList<MapRegion> Regions { get; }

    /// <summary>The marks that stand beside any region, each once, in their own order.</summary>
    public IReadOnlyList<Provenance> Provenances { get; }

    /// <summary>Each TDMR's use of its reserved areas, in order; empty where no layout is known.</summary>
    public IReadOnlyList<TdmrGauge> Gauges { get; private init; } = [];

    /// <summary>MAX_TDMRS; null when not known.</summary>
    public int? MaxTdmrs { get; private init; }

    /// <summary>How many regions of a kind there are and how large they are together, as <see cref="Wording.Together"/> adds.</summary>
    public (int Count, ByteSize Size) Total(RegionKind kind)
    {
        List<MapRegion> some = [.. Regions.Where(region => region.Kind == kind)];
        return (some.Count, Wording.Together(some.Select(region => region.Range.Size)));
    }

    /// <summary>Gathers the regions of a snapshot.</summary>
    /// <param name="memory">The memory and firmware maps.</param>
    /// <param name="cmrs">The Convertible Memory Ranges.</param>
    /// <param name="layout">The layout.</param>
    /// <param name="explanation">Why each reserved area exists; null leaves it at its cause.</param>
    /// <param name="origin">What kind of machine it is, which says what emulated CMRs were made from.</param>
    /// <param name="limits">The limits of the module; null when not known.</param>
    public static HostMap From(
        MemoryFacts memory,
        Reading<IReadOnlyList<AddressRange>> cmrs,
        Reading<TdmrLayout> layout,
        LayoutExplanation? explanation = null,
        Origin origin = Origin.Live,
        TdmrLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(cmrs);
        ArgumentNullException.ThrowIfNull(layout);
        IEnumerable<MapRegion> regions = Firmware(memory.FirmwareMap).Concat(Ram(memory.Map)).Concat(Cmrs(cmrs, origin));
        if (layout.TryGet(out TdmrLayout? built))
        {
            regions = regions.Concat(built.Tdmrs.SelectMany((tdmr, index) => Tdmr(tdmr, index, layout.Provenance, explanation?.Tdmrs[index])));
        }

        return new HostMap(Sort(regions))
        {
            Gauges = [.. (built?.Tdmrs ?? []).Select((tdmr, index) => TdmrGauge.Of(tdmr, index, limits))],
            MaxTdmrs = limits?.MaxTdmrs,
        };
    }

    /// <summary>What the running kernel itself says of the address space, to stand beside what was computed: the CMRs of its log.</summary>
    /// <returns>Null where it says nothing of the kind.</returns>
    public static HostMap? Reported(KernelLogFacts log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return log.Cmrs.Count == 0 ? null : new HostMap(Sort(log.Cmrs.Select((range, index) =>
            new MapRegion(RegionKind.Cmr, range, null, null, $"CMR {index} of the kernel log.", Provenance.Kernel))));
    }

    private static List<MapRegion> Sort(IEnumerable<MapRegion> regions) =>
        [.. regions.OrderBy(region => region.Range.Start.Value).ThenByDescending(region => region.Range.Size.Bytes).ThenBy(region => region.Kind)];

    private static IEnumerable<MapRegion> Firmware(Reading<IReadOnlyList<FirmwareRange>> map) =>
        (map.Or([]) ?? []).Where(entry => entry.Type != SystemRam)
            .Select(entry => new MapRegion(RegionKind.Firmware, entry.Range, null, null, Sentences($"The firmware's map says: {entry.Type}.", "It is no usable memory: where a TDMR spans it, it is a hole."), map.Provenance));

    private static IEnumerable<MapRegion> Ram(Reading<IReadOnlyList<MemoryBlock>> map) =>
        (map.Or([]) ?? []).Select((block, index) => new MapRegion(
            RegionKind.Ram, block.Range, block.Node, null, Sentences($"Memory block {index} of the {(map.Provenance == Provenance.Hypothetical ? "planned" : "kernel's")} map.", FirstMiB(block.Range), WholePages(block.Range)), map.Provenance));

    private static IEnumerable<MapRegion> Cmrs(Reading<IReadOnlyList<AddressRange>> cmrs, Origin origin) =>
        (cmrs.Or([]) ?? []).Select((range, index) => new MapRegion(
            RegionKind.Cmr, range, null, null, Sentences(CmrReason(index, cmrs.Provenance, origin), "Only convertible memory can be private memory of a TD: the module refuses a TDMR with unreserved memory outside of the CMRs."), cmrs.Provenance));

    private static string CmrReason(int index, Provenance provenance, Origin origin) => (provenance, origin) switch
    {
        (Provenance.Emulated, Origin.Demo) => $"CMR {index} of the demo machine.",
        (Provenance.Emulated, Origin.File) => $"CMR {index} of the emulated module, made from the captured machine's memory.",
        (Provenance.Hypothetical, _) => $"CMR {index} of the plan.",
        (Provenance.Emulated, _) => $"CMR {index} of the emulated module, made from this machine's memory.",
        _ => $"CMR {index}: the firmware made this range convertible.",
    };

    private static IEnumerable<MapRegion> Tdmr(Tdmr tdmr, int index, Provenance provenance, TdmrExplanation? words)
    {
        string[] use = words is null ? [] : [words.Summary];
        yield return new MapRegion(RegionKind.Tdmr, tdmr.Range, null, index, Sentences([.. words?.Range ?? ["Covers memory in whole GiB."], .. use]), provenance);
        for (int i = 0; i < tdmr.Reserved.Count; i++)
        {
            ReservedArea area = tdmr.Reserved[i];
            yield return area.Cause == ReservedCause.Hole
                ? new MapRegion(RegionKind.Hole, area.Range, null, index, Sentences([words?.Areas[i] ?? "No memory block covers this part of the TDMR.", LayoutExplanation.RuleOfHoles, .. use]), provenance)
                : new MapRegion(RegionKind.ReservedPamt, area.Range, null, index, Sentences([words?.Areas[i] ?? $"The PAMT of TDMR {area.PamtOfTdmr} lies here.", LayoutExplanation.RuleOfPamts, .. use]), Guess(provenance), IsHypothetical: true);
        }

        if (tdmr.Pamt is Pamt pamt)
        {
            yield return new MapRegion(RegionKind.Pamt, pamt.Range, pamt.Node, index, Sentences([.. words?.Pamt ?? ["Page metadata of the TDMR, at the first free place."]]), Guess(provenance), IsHypothetical: true);
        }
    }

    private static string? FirstMiB(AddressRange range) => range.Start.Value < ByteSize.MiB ? "The first MiB is never TDX memory, so Linux leaves it out of its list." : null;

    private static string? WholePages(AddressRange range) => range.End.Value > ByteSize.MiB ? "Linux puts the whole pages of it on its list of TDX memory, which TDMRs have to cover." : null;

    private static string Sentences(params IEnumerable<string?> sentences) => string.Join('\n', sentences.OfType<string>());

    // An address that hangs on the allocator is a guess; what is emulated keeps that mark beside it.
    private static Provenance Guess(Provenance provenance) => provenance == Provenance.Emulated ? provenance : Provenance.Hypothetical;
}
