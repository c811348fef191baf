using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;

namespace TdxDash.Bench;

/// <summary>Questions about a year of history of 10,000 hosts with 52 snapshots each, in a real database of 1.4 GB; made anew for each run, in about a minute.</summary>
[MemoryDiagnoser]
[Config(typeof(ShortInProcess))]
public class HistoryBenchmarks
{
    private readonly Random _random = new(7);
    private YearOfHistory _year = null!;
    private FleetHistory _fleet = null!;
    private HostHistory _hosts = null!;
    private TimeWindow _window;

    [GlobalSetup]
    public void Setup()
    {
        _year = YearOfHistory.Make(hosts: 10_000, snapshotsEach: 52, bodyBytes: 2_000);
        var bodies = new SnapshotReader(_year.Path);
        var digests = new DigestSource(bodies, new TextTable(_year.Path), HostDigest.From);
        var view = new FleetView(bodies, digests, HostDigest.From, TimeProvider.System, NullLogger<FleetView>.Instance);
        _fleet = new FleetHistory(new FleetPastReader(_year.Path), digests, view, TimeProvider.System);
        _hosts = new HostHistory(_year.Path, new HistoryReader(_year.Path), digests, view, TimeProvider.System);
        _window = new TimeWindow(YearOfHistory.Start, YearOfHistory.End);
    }

    [GlobalCleanup]
    public void Cleanup() => _year.Dispose();

    [Benchmark]
    public async Task<int> AsOfTheFleet() => (await _fleet.AsOfAsync(Moment(), CancellationToken.None)).Count;

    [Benchmark]
    public async Task<int> VersionsOverTheYear() => (await _fleet.VersionsAsync(_window, 200, CancellationToken.None)).Series.Count;

    [Benchmark]
    public async Task<int> ActivityOfTheYear() => (await _fleet.ActivityAsync(new HistoryFilter(_window), 365, CancellationToken.None)).Count;

    [Benchmark]
    public async Task<int> SilencesOverTheYear() => (await _fleet.SilencesAsync(_window, 120, CancellationToken.None)).Hosts.Count;

    [Benchmark]
    public async Task<int> PageOfChangesOfTheFleet() => (await _hosts.EntriesAsync(new HistoryFilter(_window), null, 50, CancellationToken.None)).Entries.Count;

    [Benchmark]
    public async Task<int> TimelineOfAHost() =>
        (await _hosts.TimelineAsync(YearOfHistory.HostId(_random.Next(10_000)), _window, 400, CancellationToken.None)).States.Count;

    private DateTimeOffset Moment() => YearOfHistory.Start + (_random.NextDouble() * (YearOfHistory.End - YearOfHistory.Start));
}
