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
    private const int LeastPages = 200;

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
        Task<List<TimeSpan>> watch = WatchAsync(dashboard.Address, watching.Token);
        await crowd.WithinAsync("all probes are back", MostToReturn * 2, () => ledger.Count == 2 * count);
        TimeSpan took = clock.Elapsed;
        long memory = dashboard.Memory;
        await watching.CancelAsync();
        List<TimeSpan> answers = await watch;

        await crowd.WithinAsync("all events are acknowledged", MostToReturn, () => ledger.EventCount == 3 * count);
        await InvariantChecker.HoldsAsync(data, ledger);
        answers.Sort();
        TimeSpan p99 = answers[Math.Min(answers.Count - 1, answers.Count * 99 / 100)];
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"{count} probes back and their snapshots acknowledged {took.TotalSeconds:F1} s after the dashboard was ready; {answers.Count} pages from then on, p99 {p99.TotalMilliseconds:F0} ms, longest {answers[^1].TotalMilliseconds:F0} ms; {memory >> 20} MiB of memory"));
        Assert.True(crowd.Hellos >= hellos + count);
        Assert.True(took < MostToReturn, $"it took {took}");
        Assert.True(p99 < MostForPage, $"p99 of the fleet's page is {p99}");
    }

    private static async Task<List<TimeSpan>> WatchAsync(Uri dashboard, CancellationToken stop)
    {
        using var client = new HttpClient { BaseAddress = dashboard };
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var answers = new List<TimeSpan>();
        do
        {
            long began = Stopwatch.GetTimestamp();
            await client.GetStringAsync("/", CancellationToken.None);
            answers.Add(Stopwatch.GetElapsedTime(began));
        }
        // With fewer the percentile would be the first page after the start alone.
        while (await NextAsync(tick, answers.Count < LeastPages ? CancellationToken.None : stop));
        return answers;
    }

    private static async Task<bool> NextAsync(PeriodicTimer tick, CancellationToken stop)
    {
        try
        {
            return await tick.WaitForNextTickAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
