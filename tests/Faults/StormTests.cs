using System.Diagnostics;
using System.Globalization;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>Every probe comes back at once after the dashboard died, and its pages are alive meanwhile.</summary>
[Collection(TimedTests.Name)]
public sealed class StormTests
{
    private static readonly TimeSpan MostToReturn = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MostForPage = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ToGather = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Dashboard_KilledUnderAllItsProbes_HasThemBackInAMinute()
    {
        int count = Scale.Of(1_000, 10_000);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, count).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { EventsEvery = 2 }));
        await crowd.WithinAsync("all probes have gathered", ToGather, () => ledger.Count == count);
        int hellos = crowd.Hellos;

        await dashboard.KillAsync();
        foreach (SimulatedProbe probe in crowd.Probes)
        {
            probe.Take();
        }

        await dashboard.RestartAsync();
        var clock = Stopwatch.StartNew();
        using var watching = new CancellationTokenSource();
        Task<PageTimes> watch = PageWatch.RunAsync(dashboard.Address, watching.Token);
        await crowd.WithinAsync("all probes are back", MostToReturn * 2, () => ledger.Count == 2 * count);
        TimeSpan took = clock.Elapsed;
        long memory = dashboard.Memory;
        await watching.CancelAsync();
        PageTimes answers = await watch;

        await crowd.WithinAsync("all events are acknowledged", MostToReturn, () => ledger.EventCount == 3 * count);
        await InvariantChecker.HoldsAsync(data, ledger);
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"{count} probes back and their snapshots acknowledged {took.TotalSeconds:F1} s after the dashboard was ready; {answers.Count} pages from then on, p99 {answers.P99.TotalMilliseconds:F0} ms, the slowest after {answers.Slowest}; {memory >> 20} MiB of memory"));
        Assert.True(crowd.Hellos >= hellos + count);
        Assert.True(took < MostToReturn, $"it took {took}");
        Assert.True(answers.P99 < MostForPage, $"p99 of the fleet's page is {answers.P99}");
    }
}
