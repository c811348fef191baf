using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Metrics;

/// <summary>One series of each host.</summary>
/// <param name="Value">Its value; null where it is not known, which leaves the series out.</param>
/// <param name="Labels">What it has besides the host's own labels, as <see cref="MetricLabels"/> writes it.</param>
internal sealed record HostSeries(Func<FleetHost, DateTimeOffset, double?> Value, Func<FleetHost, string> Labels);

/// <summary>A family of metrics of hosts.</summary>
/// <param name="Family">The family.</param>
/// <param name="Series">Its series: their number does not depend on what a host says.</param>
internal sealed record HostMetric(MetricFamily Family, IReadOnlyList<HostSeries> Series);

/// <summary>What is told of each host, all of it from the fleet in memory.</summary>
internal static class HostMetrics
{
    /// <summary>The most series of one host.</summary>
    public const int MostSeries = 50;

    private const string Prefix = "tdxdash_host_";

    /// <summary>Every family, in the order in which they are written.</summary>
    public static IReadOnlyList<HostMetric> All { get; } =
    [
        Info("tdxdash_host", "What the host is: kind of machine, group, CPU family, kernel release, how deep its probe can read, and the probe's version.", host => true, Identity),
        Info(Prefix + "module", "The version of the TDX module.", host => host.Summary.Version.IsKnown,
            host => MetricLabels.Of(("version", host.Summary.Version.Value.ToString()), ("cpu_family", host.Summary.CpuFamily))),
        Info(Prefix + "provenance", "Where the host's values come from: read, kernel, computed, hypothetical, emulated, reported by file.", host => true, Provenances),
        State,
        Number("ready", "", "Whether trust domains can be started now: 1 when the state is ready or atrisk.", (host, _) => Truth(host.Summary.State is TdxState.Ready or TdxState.AtRisk)),
        Number("silent", "", "Whether the host was not heard of for so long that its values are old.", (host, now) => Truth(host.IsSilentAt(now))),
        Number("last_seen_timestamp_seconds", "seconds", "When the dashboard last heard of the host, by the dashboard's clock.", (host, _) => Seconds(host.Entry.LastSeen)),
        Number("snapshot_taken_timestamp_seconds", "seconds", "When the latest snapshot was taken, by the host's own clock.", (host, _) => Seconds(host.Entry.TakenAt)),
        Number("memory_bytes", "bytes", "Usable memory.", (host, _) => Bytes(host.Summary.Memory)),
        Number("pamt_bytes", "bytes", "PAMT over all TDMRs.", (host, _) => Bytes(host.Summary.Pamt)),
        Number("pamt_computed_bytes", "bytes", "PAMT as computed, where the kernel reports a figure of its own.", (host, _) => Bytes(host.Summary.ComputedPamt)),
        Number("pamt_ratio", "ratio", "The share of usable memory that PAMT takes.", (host, _) => host.Figures.PamtShare),
        Number("tdmrs", "", "TDMRs needed.", (host, _) => Count(host.Summary.Tdmrs)),
        Number("tdmrs_limit", "", "MAX_TDMRS.", (host, _) => Count(host.Summary.MaxTdmrs)),
        Number("reserved_areas_peak", "", "Reserved areas of the fullest TDMR.", (host, _) => Count(host.Summary.PeakReserved)),
        Number("reserved_areas_limit", "", "MAX_RESERVED_PER_TDMR.", (host, _) => Count(host.Summary.MaxReserved)),
        Number("keyids", "", "Private KeyIDs for guests; one TD needs one.", (host, _) => Count(host.Summary.KeyIds)),
        Number("keyids_in_use", "", "Private KeyIDs that guests hold now.", (host, _) => Count(host.Summary.KeyIdsInUse)),
        Number("releases_behind", "", "Known newer releases of the TDX module for the host's CPU family.", (host, _) => host.Figures.Newer.TryGet(out IReadOnlyList<ModuleRelease>? newer) ? newer.Count : null),
        new(new MetricFamily(Prefix + "journal_dropped", MetricKind.Counter, "", "Snapshots and observations that the probe's journal ever had to drop unsent."), [new((host, _) => host.Entry.Dropped, _ => "")]),
    ];

    private static HostMetric State => new(
        new MetricFamily(Prefix + "state", MetricKind.Gauge, "", "The state of TDX: 1 for the state that the host is in, 0 for the others."),
        [.. StateWords.InUrl.Select(word => new HostSeries((host, _) => Truth(host.Summary.State == word.Value), _ => MetricLabels.Of(("state", word.Key))))]);

    /// <summary>The labels of each series of a host.</summary>
    public static string Labels(FleetHost host) =>
        MetricLabels.Of(("host_id", host.Id), ("host", host.Summary.Name), ("emulated", host.Figures.IsEmulated ? "true" : "false"));

    private static string Identity(FleetHost host) => MetricLabels.Of(
        ("origin", host.Summary.Origin.ToString().ToLowerInvariant()),
        ("group", host.Labels.Group?.ToString()),
        ("cpu_family", host.Summary.CpuFamily),
        ("kernel", host.Summary.KernelRelease.Or(null)),
        ("tier", host.Summary.Tier.TryGet(out ProbeTier tier) ? FleetColumns.Word(tier) : null),
        ("probe_version", host.Entry.ProbeVersion));

    private static string Provenances(FleetHost host) => MetricLabels.Of(
        ("module_version", Word(host.Summary.Version)),
        ("memory", Word(host.Summary.Memory)),
        ("pamt", Word(host.Summary.Pamt)),
        ("tdmrs", Word(host.Summary.Tdmrs)),
        ("tdmrs_limit", Word(host.Summary.MaxTdmrs)),
        ("reserved_areas_peak", Word(host.Summary.PeakReserved)),
        ("reserved_areas_limit", Word(host.Summary.MaxReserved)),
        ("keyids", Word(host.Summary.KeyIds)),
        ("keyids_in_use", Word(host.Summary.KeyIdsInUse)));

    private static HostMetric Info(string name, string help, Func<FleetHost, bool> isKnown, Func<FleetHost, string> labels) =>
        new(new MetricFamily(name, MetricKind.Info, "", help), [new((host, _) => isKnown(host) ? 1 : null, labels)]);

    private static HostMetric Number(string name, string unit, string help, Func<FleetHost, DateTimeOffset, double?> value) =>
        new(new MetricFamily(Prefix + name, MetricKind.Gauge, unit, help), [new(value, _ => "")]);

    private static string? Word(IReading reading) => reading.State == ReadingState.Known ? reading.Provenance.Word() : null;

    private static double Truth(bool value) => value ? 1 : 0;

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1_000.0;

    private static double? Bytes(Reading<ByteSize> reading) => reading.TryGet(out ByteSize size) ? size.Bytes : null;

    private static double? Count(Reading<int> reading) => reading.TryGet(out int count) ? count : null;

    private static double? Count(Reading<long> reading) => reading.TryGet(out long count) ? count : null;
}
