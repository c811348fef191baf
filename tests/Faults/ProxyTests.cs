using System.Globalization;
using Microsoft.Playwright;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.Faults;

/// <summary>A proxy between browser and dashboard that has no WebSockets, or cuts them all the time: the page stays live, in the state that its address says.</summary>
public sealed class ProxyTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string State = "/?q=host:sim-00001";
    private static readonly TimeSpan MostLag = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan CutAfter = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Page_BehindAProxyWithoutWebSockets_IsLiveAllTheSame()
    {
        using var folder = new TemporaryFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Host(dashboard, ledger);
        await crowd.WithinAsync("the host is known", Patience, () => ledger.Count == 1);
        await using var relay = new Relay(dashboard.Address) { RefusesWebSockets = true };
        SignedIn.Know(relay.Address, dashboard);
        IPage page = await chromium.OpenAsync(new Uri(relay.Address, State));

        int rounds = Scale.Of(5, 100);
        TimeSpan worst = TimeSpan.Zero;
        for (int i = 0; i < rounds; i++)
        {
            worst = Max(worst, await NextAsync(page, crowd.Probes[0]));
        }

        await AnswersAsync(page, relay);
        Assert.True(relay.Refused > 0, "the page asked for no WebSocket");
        Assert.True(worst < MostLag, $"the page was {worst} behind");
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"long polling after {relay.Refused} refused WebSockets; {rounds} changes, the page at most {worst.TotalSeconds:F2} s behind"));
    }

    [Fact]
    public async Task Page_BehindAProxyThatCutsWebSockets_RecoversEachTime()
    {
        int cuts = Scale.Of(2, 100);
        using var folder = new TemporaryFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Host(dashboard, ledger);
        await crowd.WithinAsync("the host is known", Patience, () => ledger.Count == 1);
        await using var relay = new Relay(dashboard.Address) { CutsWebSocketsAfter = CutAfter };
        SignedIn.Know(relay.Address, dashboard);
        IPage page = await chromium.OpenAsync(new Uri(relay.Address, State));

        TimeSpan worst = TimeSpan.Zero;
        int changes = 0;
        for (; relay.Cuts < cuts; changes++)
        {
            worst = Max(worst, await NextAsync(page, crowd.Probes[0]));
        }

        relay.CutsWebSocketsAfter = null;
        await Eventually.HoldsAsync("no connection will be cut any more", () => Task.FromResult(relay.Due == 0));
        worst = Max(worst, await NextAsync(page, crowd.Probes[0]));
        await AnswersAsync(page, relay);
        Assert.True(worst < MostLag, $"the page was {worst} behind");
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"{relay.Cuts} WebSockets cut {CutAfter.TotalSeconds:F0} s after they were asked for; {changes} changes, the page at most {worst.TotalSeconds:F2} s behind, its address and search kept"));
    }

    [Theory]
    [InlineData("501 Not Implemented")]
    [InlineData("502 Bad Gateway")]
    [InlineData("503 Service Unavailable")]
    [InlineData(null)]
    public async Task Probe_BehindAProxyWithoutWebSockets_DeliversAllTheSame(string? answer)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using var relay = new Relay(dashboard.Address) { RefusesWebSockets = true, Refusal = answer };
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd([new SimulatedProbe(1, relay.Address, ledger) { EventsEvery = 1 }]);
        await crowd.WithinAsync("the snapshot and its events are acknowledged", Patience, () => ledger.Count == 1 && ledger.EventCount > 0);
        await crowd.DrainAsync(Patience);
        await InvariantChecker.HoldsAsync(data, ledger);
        Assert.True(relay.Refused > 0, "the probe asked for no WebSocket");
    }

    private static ProbeCrowd Host(Dashboard dashboard, AckLedger ledger) => new([new SimulatedProbe(1, dashboard.Address, ledger) { ShowsSequence = true }]);

    private static Task<TimeSpan> NextAsync(IPage page, SimulatedProbe probe)
    {
        probe.Take();
        return Lag.OfAsync(page, probe, Patience);
    }

    /// <summary>The page is where it was, shows what its address says, and takes input.</summary>
    private static async Task AnswersAsync(IPage page, Relay relay)
    {
        Assert.Equal(new Uri(relay.Address, State).ToString(), page.Url);
        await Expect(page.Locator("#components-reconnect-modal")).Not.ToBeVisibleAsync();
        await Expect(page.Locator("#filter")).ToHaveValueAsync("host:sim-00001");
        await page.Locator("#filter").FillAsync("host:no-such");
        await Expect(page.Locator("main")).ToContainTextAsync("No host matches");
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
