using BenchmarkDotNet.Attributes;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Bench;

/// <summary>What it costs to hold every host of a large fleet against every rule, as the dashboard does every five seconds.</summary>
[MemoryDiagnoser]
public class AlertBenchmarks
{
    private const int Hosts = 10_000;
    private const int Rules = 10;

    private readonly AlertEvaluator _evaluator = new();
    private FleetHost[] _hosts = [];
    private AlertRule[] _rules = [];
    private TimeSpan _uptime;

    /// <summary>Of how many hosts in a hundred the reserved areas are over the threshold.</summary>
    [Params(0, 1, 100)]
    public int PercentOver { get; set; }

    /// <summary>Makes the fleet.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _hosts = [.. Enumerable.Range(0, Hosts).Select(i => Host(i, i % 100 < PercentOver ? 15 : 5))];
        _rules = [.. DefaultRules.All.Concat(DefaultRules.All.Take(Rules - DefaultRules.All.Length)).Select((rule, i) => rule with { Id = i + 1, Least = VersionPolicy.Parse("EMR:1.5.05 GNR:2.0.08").Policy! })];
        Sweep();
        _uptime += TimeSpan.FromHours(1);
        Sweep();
    }

    /// <summary>One look at all of them.</summary>
    [Benchmark]
    public int Sweep() => _evaluator.Look(_rules, _hosts, new AlertMoment(_uptime, DateTimeOffset.UnixEpoch, _ => TimeSpan.FromSeconds(1), [])).Changes.Count;

    private static FleetHost Host(int i, int reserved)
    {
        var summary = new HostSummary
        {
            Name = $"host-{i}",
            Origin = Origin.Live,
            State = TdxState.Ready,
            StateReason = "It works.",
            CpuFamily = "EMR",
            Version = Reading.Known(new ModuleVersion(1, 5, 8), Provenance.Kernel, "bench"),
            Memory = Reading.Known(new ByteSize(1UL << 40), Provenance.Kernel, "bench"),
            Pamt = Reading.Known(new ByteSize(1UL << 32), Provenance.Kernel, "bench"),
            ComputedPamt = Reading.Known(new ByteSize(1UL << 32), Provenance.Computed, "bench"),
            PeakReserved = Reading.Known(reserved, Provenance.Computed, "bench"),
            MaxReserved = Reading.Known(16, Provenance.Read, "bench"),
            Tdmrs = Reading.Known(5, Provenance.Computed, "bench"),
            MaxTdmrs = Reading.Known(64, Provenance.Read, "bench"),
            KeyIds = Reading.Known(63L, Provenance.Kernel, "bench"),
            KeyIdsInUse = Reading.Known(7L, Provenance.Kernel, "bench"),
            KernelRelease = Reading.Known("6.16.0", Provenance.Kernel, "bench"),
            Tier = Reading.Known(ProbeTier.Module, Provenance.Computed, "bench"),
        };
        if (!SnapshotHash.TryParse(new string('a', SnapshotHash.TextLength), out SnapshotHash hash))
        {
            throw new InvalidOperationException("That is a hash.");
        }

        var entry = new HostEntry
        {
            HostId = Guid.NewGuid().ToString("D"),
            Revision = i + 1,
            Summary = summary,
            Hash = hash,
            TakenAt = DateTimeOffset.UnixEpoch,
            LastSeen = DateTimeOffset.UnixEpoch,
            ProbeVersion = "bench",
        };
        return new FleetHost(entry, new HostFigures(summary), HostLabels.None);
    }
}
