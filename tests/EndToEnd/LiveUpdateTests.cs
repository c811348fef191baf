using System.Globalization;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>The tests that hold the product to a time, which others at once on two cores would spoil.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TimedTests
{
    public const string Name = "timed";
}

/// <summary>An open page shows a new snapshot by itself, in under a second after it was taken.</summary>
[Collection(TimedTests.Name)]
public sealed class LiveUpdateTests(Chromium chromium)
{
    private const string Host = "growing-host";
    private const long MostMicroseconds = 1_000_000;

    // Resolves to the browser's clock, in microseconds, when the page's main part says what is awaited.
    private const string WhenShown = """
        awaited => new Promise(resolve => {
            const pattern = new RegExp(awaited);
            const look = () => {
                if (!pattern.test(document.querySelector('main').textContent)) { return false; }
                resolve(Math.round((performance.timeOrigin + performance.now()) * 1000));
                return true;
            };
            if (!look()) {
                const observer = new MutationObserver(() => { if (look()) { observer.disconnect(); } });
                observer.observe(document.body, { subtree: true, childList: true, characterData: true });
            }
        })
        """;

    [Fact]
    public async Task Fleet_OpenWhenMemoryOfAHostGrows_ShowsItWithoutReloadInUnderASecond()
    {
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), Host, gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        IPage page = await chromium.OpenAsync(dashboard.Address);
        // The page is open before the host is known: its row comes by itself too.
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, folder.Sub("probe"));
        await Assertions.Expect(Site.Row(page, Host)).ToHaveCountAsync(1);
        Task<double> shown = await WatchAsync(page, @"\b9(\.0+)? GiB");

        machine.Resize(gibibytes: 9);

        await AssertInTimeAsync(dashboard, page, shown);
    }

    [Fact]
    public async Task Host_OpenWhenItsMemoryGrows_ShowsItWithoutReloadInUnderASecond()
    {
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), Host, gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, folder.Sub("probe"));
        IPage page = await chromium.OpenAsync(dashboard.Address);
        await Assertions.Expect(Site.Row(page, Host)).ToHaveCountAsync(1);
        await Site.LiveRowsAsync(page);
        await Site.OpenHostAsync(page, Host);
        Task<double> shown = await WatchAsync(page, @"\b9(\.0+)? GiB");

        machine.Resize(gibibytes: 9);

        await AssertInTimeAsync(dashboard, page, shown);
    }

    private static async Task<Task<double>> WatchAsync(IPage page, string pattern)
    {
        Assert.DoesNotMatch(pattern, await page.Locator("main").InnerTextAsync());
        await page.EvaluateAsync("() => { window.notReloaded = true; }");
        return page.EvaluateAsync<double>(WhenShown, pattern);
    }

    private static async Task AssertInTimeAsync(Dashboard dashboard, IPage page, Task<double> shown)
    {
        double shownAt = await shown.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        long takenAt = (await dashboard.StoredAsync()).Max(row => row.TakenAt);
        long latency = (long)shownAt - takenAt;
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Snapshot taken to shown: {latency / 1000.0:F1} ms"));
        Assert.InRange(latency, 0, MostMicroseconds);
        Assert.True(await page.EvaluateAsync<bool>("() => window.notReloaded === true"), "the page was reloaded");
    }
}
