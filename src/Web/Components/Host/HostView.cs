using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Components.Host;

/// <summary>A source that gave nothing.</summary>
/// <param name="What">What it would have told, in words.</param>
/// <param name="Source">The source.</param>
/// <param name="State">Whether it could not be read or does not offer it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Remedy">What a person can do about it; empty when nothing.</param>
public sealed record MissingSource(string What, string Source, ReadingState State, string Reason, string Remedy);

/// <summary>Everything that the page of a host shows: a snapshot and what the domain makes of it.</summary>
public sealed record HostView
{
    private const int LargeFrom = 1_000;

    /// <summary>The snapshot.</summary>
    public required Snapshot Snapshot { get; init; }

    /// <summary>The module.</summary>
    public required ModuleIdentity Module { get; init; }

    /// <summary>The verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>The module's features by name.</summary>
    public required Reading<IReadOnlyList<NamedBit>> Features { get; init; }

    /// <summary>Whether the module would accept the layout.</summary>
    public required Reading<LayoutAcceptance> Acceptance { get; init; }

    /// <summary>The layout in plain words; null where there is none.</summary>
    public required LayoutExplanation? Explanation { get; init; }

    /// <summary>The reserved-area use that any PAMT position could give, per TDMR; empty where there is no layout with PAMTs.</summary>
    public required IReadOnlyList<ReservedUse> ReservedUse { get; init; }

    /// <summary>What the kernel log says.</summary>
    public required KernelLogFacts KernelLog { get; init; }

    /// <summary>The memory map.</summary>
    public required HostMap Map { get; init; }

    /// <summary>What the running kernel itself says of the address space; null where it says nothing.</summary>
    public required HostMap? Reported { get; init; }

    /// <summary>Whether anything shown comes from the emulated module or a demo host.</summary>
    public bool IsEmulated => Snapshot.Origin == Origin.Demo || Provenances.Contains(Provenance.Emulated);

    /// <summary>The provenances that occur, each once, in their own order.</summary>
    public IReadOnlyList<Provenance> Provenances => [.. Sources().OfType<Provenance>().Concat(Map.Provenances).Concat(Acceptance.IsKnown ? [Acceptance.Provenance] : []).Distinct().Order()];

    /// <summary>What could not be read, in the page's order.</summary>
    public IReadOnlyList<MissingSource> Missing => [.. Sources().OfType<MissingSource>()];

    /// <summary>Whether working a snapshot out takes so long that it must not run where a page is drawn.</summary>
    public static bool IsLarge(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        IReadOnlyList<Tdmr> tdmrs = snapshot.Layout.Layout.Or(null)?.Tdmrs ?? [];
        int regions = (snapshot.Memory.Map.Or([])?.Count ?? 0) + (snapshot.Memory.FirmwareMap.Or([])?.Count ?? 0) + tdmrs.Count + tdmrs.Sum(tdmr => tdmr.Reserved.Count);
        return regions > LargeFrom;
    }

    /// <summary>Works it out; the one place where pages call the domain.</summary>
    public static HostView From(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var module = ModuleIdentity.From(snapshot);
        Tdx.Memory.MemoryMap? map = snapshot.Memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks) ? Tdx.Memory.MemoryMap.Create(blocks) : null;
        TdmrLayout? layout = snapshot.Layout.Layout.Or(null);
        LayoutExplanation? explanation = map is not null && layout is not null && snapshot.Layout.Limits.TryGet(out TdmrLimits? limits)
            ? LayoutExplanation.Of(map, limits, layout, module.Cmrs.Or(null))
            : null;
        var log = KernelLogFacts.From(snapshot.Kernel.LogLines.Or([]) ?? []);
        return new HostView
        {
            Snapshot = snapshot,
            Module = module,
            Verdict = ReadinessChecks.Run(snapshot),
            Features = module.Features.Map(FeatureBits.Features0),
            KernelLog = log,
            Acceptance = LayoutAcceptance.Of(snapshot, module.Cmrs),
            Explanation = explanation,
            ReservedUse = map is not null && layout is not null ? ReservedUseRange.Of(map, layout) : [],
            Map = HostMap.From(snapshot.Memory, module.Cmrs, snapshot.Layout.Layout, explanation, snapshot.Origin, snapshot.Layout.Limits.Or(null)),
            Reported = HostMap.Reported(log),
        };
    }

    // Either a provenance that occurs or a source that gave nothing, for each reading.
    private IEnumerable<object> Sources()
    {
        HostFacts host = Snapshot.Host;
        KernelTdxFacts kernel = Snapshot.Kernel;
        return
        [
            Source("module version", Module.Version), Source("module build number", Module.BuildNumber), Source("module build date", Module.BuildDate),
            Source("module vendor", Module.VendorId), Source("module attributes", Module.Attributes), Source("module features", Module.Features),
            Source("CMRs", Module.Cmrs), Source("TDMR limits", Snapshot.Layout.Limits), Source("TDMR layout", Snapshot.Layout.Layout),
            Source("metadata transport", Snapshot.Module.Transport), Source("metadata fields", Snapshot.Module.Metadata),
            Source("host name", host.Name), Source("operating system", host.OperatingSystem), Source("kernel release", host.KernelRelease),
            Source("kernel command line", host.KernelCommandLine), Source("processor", host.Cpu), Source("product", host.Product), Source("firmware version", host.Firmware),
            Source("memory map", Snapshot.Memory.Map), Source("NUMA nodes", Snapshot.Memory.Nodes), Source("firmware map", Snapshot.Memory.FirmwareMap),
            Source("kvm_intel.tdx", kernel.KvmIntelTdx), Source("tdx_host version", kernel.ModuleVersion), Source("P-SEAMLDR version", kernel.SeamldrVersion),
            Source("remaining updates", kernel.RemainingUpdates), Source("KeyID capacity", kernel.KeyIdCapacity), Source("kernel log", kernel.LogLines),
        ];
    }

    private static object Source<T>(string what, Reading<T> reading) => reading.IsKnown
        ? reading.Provenance
        : new MissingSource(what, reading.Source, reading.State, reading.Reason, reading.Remedy);
}
