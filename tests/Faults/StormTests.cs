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
        await using SimulatorCrowd crowd = await SimulatorCrowd.GatherAsync(dashboard.Address, folder, count, ToGather, MostToReturn);

        await dashboard.KillAsync();
        await dashboard.RestartAsync();
        var clock = Stopwatch.StartNew();
        using var watching = new CancellationTokenSource();
        Task<PageTimes> watch = PageWatch.RunAsync(dashboard.Address, watching.Token);
        TimeSpan apart = await crowd.ReturnAsync(MostToReturn * 2);
        TimeSpan took = clock.Elapsed;
        long memory = dashboard.Memory;
        await watching.CancelAsync();
        PageTimes answers = await watch;
        (long returns, long snapshots, long observations) = await crowd.ReportAsync(MostToReturn);

        // The simulators have said that nothing is missing, and as many are there as they took; their numbers begin with the time.
        InvariantReport stored = await InvariantChecker.HoldsAsync(data, new AckLedger(), expectWhole: false);
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"{count} probes back, and {snapshots} snapshots and {observations} observations that they had for it acknowledged, {took.TotalSeconds:F1} s after the dashboard was ready; {answers.Count} pages from then on, p99 {answers.P99.TotalMilliseconds:F0} ms, the slowest after {answers.Slowest}; {memory >> 20} MiB of memory"));
        Assert.Equal((count + snapshots, observations), (stored.Rows, stored.Events));
        Assert.True(snapshots >= count && observations >= count && returns >= count, $"{returns} came back, with {snapshots} snapshots and {observations} observations");
        Assert.True(apart <= crowd.Linger, $"some had gone again, {apart} before the last came");
        Assert.True(took < MostToReturn, $"it took {took}");
        Assert.True(answers.P99 < MostForPage, $"p99 of the fleet's page is {answers.P99}");
    }
}
