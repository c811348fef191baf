using System.Diagnostics;
using System.Globalization;
using Microsoft.Playwright;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>A browser that takes in 50 kB a second, on a quarter of a processor, while a fleet changes fast: the dashboard holds nothing up for it.</summary>
[Collection(TimedTests.Name)]
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Hosts = 200;
    private const int BytesPerSecond = 50_000;
    private const int Slowdown = 4;
    private const long MostGrowth = 128L << 20;
    private static readonly TimeSpan MostBehind = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Fleet_InASlowBrowser_CostsTheDashboardAndOtherPagesNothing()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Hosts).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromSeconds(1), ShowsSequence = true }));
        await crowd.WithinAsync("all hosts are known", Patience, () => ledger.Count >= Hosts);
        IPage quick = await chromium.OpenAsync(dashboard.Address), slow = await chromium.OpenAsync(dashboard.Address);
        // What pages and their code cost once is behind it.
        await ChangesAsync(crowd, ledger, rounds: 3);
        long before = dashboard.Memory;
        await ThrottleAsync(slow);

        await ChangesAsync(crowd, ledger, rounds: Scale.Of(8, 60));
        long after = dashboard.Memory;
        TimeSpan behind = await Lag.OfAsync(quick, crowd.Probes[0], Patience);
        Assert.False(slow.IsClosed);
        await crowd.DrainAsync(Patience);

        await InvariantChecker.HoldsAsync(data, ledger);
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"{Hosts} hosts changing each second, {ledger.Count} snapshots: memory {before >> 20} MiB before and {after >> 20} MiB after a page at 50 kB/s and a quarter of a processor; another page {behind.TotalSeconds:F1} s behind"));
        Assert.True(after - before < MostGrowth, $"the dashboard grew from {before >> 20} to {after >> 20} MiB");
        Assert.True(behind < MostBehind, $"the other page is {behind} behind");
    }

    private static Task ChangesAsync(ProbeCrowd crowd, AckLedger ledger, int rounds)
    {
        int target = ledger.Count + (rounds * Hosts);
        return crowd.WithinAsync($"every host has changed {rounds} times", Patience + TimeSpan.FromSeconds(5 * rounds), () => ledger.Count >= target);
    }

    private static async Task ThrottleAsync(IPage page)
    {
        ICDPSession session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        await session.SendAsync("Network.emulateNetworkConditions", new Dictionary<string, object>
        {
            ["offline"] = false,
            ["latency"] = 100,
            ["downloadThroughput"] = BytesPerSecond,
            ["uploadThroughput"] = BytesPerSecond,
        });
        await session.SendAsync("Emulation.setCPUThrottlingRate", new Dictionary<string, object> { ["rate"] = Slowdown });
    }
}
