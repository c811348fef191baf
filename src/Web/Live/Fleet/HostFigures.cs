using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Live.Fleet;

/// <summary>What follows from a host's values alone, worked out once for each snapshot.</summary>
/// <param name="summary">The values.</param>
/// <param name="catalogue">The releases that its module is compared with; null for those that this version came with.</param>
public sealed class HostFigures(HostSummary summary, ModuleCatalogue? catalogue = null)
{
    private readonly ModuleCatalogue _catalogue = catalogue ?? ModuleCatalogue.Shipped;
    private Reading<IReadOnlyList<ModuleRelease>>? _newer;
    private string? _words;

    /// <summary>The values.</summary>
    public HostSummary Summary => summary;

    /// <summary>Whether everything about it is made up.</summary>
    public bool IsDemo => summary.Origin == Origin.Demo;

    /// <summary>Whether any value shown comes from the emulated module.</summary>
    public bool IsEmulated { get; } = summary.Origin == Origin.Demo
        || IsFromEmulation(summary.Version) || IsFromEmulation(summary.MaxReserved) || IsFromEmulation(summary.MaxTdmrs)
        || IsFromEmulation(summary.Pamt) || IsFromEmulation(summary.PeakReserved) || IsFromEmulation(summary.Tdmrs);

    /// <summary>The share of the reserved areas that the fullest TDMR uses, 1 for all; null when not known.</summary>
    public double? ReservedShare { get; } = Share(summary.PeakReserved, summary.MaxReserved);

    /// <summary>The share of the TDMRs in use, 1 for all; null when not known.</summary>
    public double? TdmrShare { get; } = Share(summary.Tdmrs, summary.MaxTdmrs);

    /// <summary>The share of memory that PAMT takes, 1 for all; null when not known.</summary>
    public double? PamtShare { get; } = summary.Pamt.TryGet(out ByteSize pamt) && summary.Memory.TryGet(out ByteSize memory) && memory.Bytes > 0
        ? (double)pamt.Bytes / memory.Bytes
        : null;

    /// <summary>Private KeyIDs that no guest holds.</summary>
    public Reading<long> KeysFree { get; } = summary.KeyIds.TryGet(out long all) && summary.KeyIdsInUse.TryGet(out long used)
        ? Reading.Known(Math.Max(0, all - used), summary.KeyIdsInUse.Provenance, Difference.Of(summary.KeyIds.Source, summary.KeyIdsInUse.Source))
        : (summary.KeyIds.IsKnown ? summary.KeyIdsInUse : summary.KeyIds).Map(value => value);

    /// <summary>The published releases that are newer than the module that runs.</summary>
    public Reading<IReadOnlyList<ModuleRelease>> Newer => _newer ??= NewerOf();

    /// <summary>Everything that the row says in words, in lower case, for a search of free text.</summary>
    public string Words => _words ??= string.Join('\n', summary.Name, StateWords.Of(summary.State), summary.StateReason, summary.CpuFamily,
        summary.Version.Map(version => version.ToString()).Or(""), summary.KernelRelease.Or(""), summary.Origin.ToString(),
        IsEmulated ? "emulated" : "").ToLowerInvariant();

    /// <summary>How urgent a state is, 0 first.</summary>
    public static int UrgencyOf(TdxState state) => state switch
    {
        TdxState.Failed => 0,
        TdxState.AtRisk => 1,
        TdxState.NotInitialized => 2,
        TdxState.NoTdx => 3,
        _ => 4,
    };

    /// <summary>Whether the module was compared with this list.</summary>
    public bool IsBy(ModuleCatalogue other) => ReferenceEquals(_catalogue, other);

    private Reading<IReadOnlyList<ModuleRelease>> NewerOf()
    {
        if (!summary.Version.TryGet(out ModuleVersion version))
        {
            return summary.Version.Map<IReadOnlyList<ModuleRelease>>(_ => []);
        }

        return _catalogue.NewerThan(summary.CpuFamily, version) is { } newer
            ? Reading.Known(newer, summary.Origin == Origin.Demo ? Provenance.Emulated : Provenance.Computed, _catalogue.Source)
            : Reading.NotOffered<IReadOnlyList<ModuleRelease>>(_catalogue.Source, $"No release for {summary.CpuFamily} is known here.");
    }

    private static double? Share(Reading<int> used, Reading<int> limit) =>
        used.TryGet(out int count) && limit.TryGet(out int most) && most > 0 ? (double)count / most : null;

    private static bool IsFromEmulation<T>(Reading<T> reading) => reading.IsKnown && reading.Provenance == Provenance.Emulated;

    // Hosts that come one after the other mostly share their sources, and so the text that comes of two of them: each its own would be one of the longest texts that is kept for a host.
    private sealed record Difference(string All, string Used)
    {
        private static Difference? _last;

        private string Text { get; } = $"{All} less {Used}";

        public static string Of(string all, string used) =>
            (_last is { } last && last.All == all && last.Used == used ? last : _last = new Difference(all, used)).Text;
    }
}
