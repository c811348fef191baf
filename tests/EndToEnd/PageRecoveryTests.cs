using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The dashboard is killed and started again while a page is open: the page stays readable, and then shows what is new in the state that its address
/// says, and answers again. As often as docs/reliability.md says.</summary>
public sealed class PageRecoveryTests(Chromium chromium)
{
    private const string Name = "restarted-host";
    private const int LeastGibibytes = 4, MostGibibytes = 60;

    // The longest of Blazor's own waits between two tries, and some.
    private const float BackAfter = 60_000;

    private static readonly int Times = Environment.GetEnvironmentVariable("TDXDASH_FULL") == "1" ? 100 : 3;

    private static readonly OpenPage[] Pages =
    [
        new("/?q=host:restarted", page => Site.Row(page, Name).First, async page =>
        {
            await Expect(page.Locator("#filter")).ToHaveValueAsync("host:restarted");
            await page.Locator("#filter").FillAsync("host:no-such");
            await Expect(page.Locator("main")).ToContainTextAsync("No host matches");
        }),
        new("/hosts/{0}/memory?from=0x0&to=0x200000000&sel=firmware.0x0-0x1000", Head, async page =>
        {
            await page.Locator(".memory-map[data-live]").WaitForAsync();
            await Expect(page.Locator(".memory-map [data-part=range]")).ToContainTextAsync("[0x0, 0x2_0000_0000)");
            await Expect(page.Locator(".memory-map tr.selected")).ToHaveAttributeAsync("data-select", "firmware.0x0-0x1000");
            await page.Locator(".memory-map tbody tr[data-select^='ram.']").First.ClickAsync();
            await Expect(page.Locator(".memory-map [data-part=pane] h3")).ToHaveTextAsync("RAM");
        }),
        new("/hosts/{0}/history?kinds=memory", Head, async page =>
        {
            ILocator kind = page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Only changes of" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "memory", Exact = true });
            await Expect(kind).ToHaveAttributeAsync("aria-current", "true");
            await kind.ClickAsync();
            await Expect(kind).Not.ToHaveAttributeAsync("aria-current", "true");
        }),
        new("/hosts/{0}/metadata?q=MAX_TDMRS", Head, async page =>
        {
            ILocator rows = page.Locator("section[aria-labelledby=metadata] table.comfortable > tbody > tr");
            await Expect(page.GetByPlaceholder("name, id, class, meaning")).ToHaveValueAsync("MAX_TDMRS");
            await Expect(rows).ToHaveCountAsync(1);
            await page.GetByPlaceholder("name, id, class, meaning").FillAsync("");
            await Expect(rows).Not.ToHaveCountAsync(1);
        }),
    ];

    [Fact]
    public async Task Page_OpenWhileTheDashboardRestarts_IsInteractiveAndCurrentAgain()
    {
        using var folder = new TemporaryFolder();
        int gibibytes = LeastGibibytes;
        var machine = new MachineTree(folder.Sub("root"), Name, gibibytes);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, folder.Sub("probe"));
        await Eventually.HoldsAsync("the host is stored", async () => (await dashboard.StoredAsync()).Count > 0, () => probe.Output);
        string hostId = (await dashboard.StoredAsync())[0].HostId;
        IPage page = await chromium.OpenAsync(dashboard.Address);

        for (int i = 0; i < Times; i++)
        {
            OpenPage open = Pages[i % Pages.Length];
            string address = new Uri(dashboard.Address, string.Format(CultureInfo.InvariantCulture, open.Path, hostId)).ToString();
            await page.GotoAsync(address);
            await Chromium.InteractiveAsync(page);
            await Expect(open.Place(page)).ToContainTextAsync(Memory(gibibytes));

            await dashboard.KillAsync();
            await Expect(page.Locator("#components-reconnect-modal")).ToBeVisibleAsync();
            await Expect(open.Place(page)).ToContainTextAsync(Name);
            gibibytes = gibibytes == MostGibibytes ? LeastGibibytes : gibibytes + 1;
            machine.Resize(gibibytes);
            await dashboard.RestartAsync();

            await Expect(open.Place(page)).ToContainTextAsync(Memory(gibibytes), new LocatorAssertionsToContainTextOptions { Timeout = BackAfter });
            await Chromium.InteractiveAsync(page);
            Assert.Equal(address, page.Url);
            await open.AnswersAsync(page);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Recovered {Times} of {Times} times"));
    }

    private static ILocator Head(IPage page) => page.Locator("header.head");

    private static Regex Memory(int gibibytes) => new(string.Create(CultureInfo.InvariantCulture, $@"\b{gibibytes} GiB"));

    /// <summary>One of the pages in turn.</summary>
    /// <param name="Path">Its address, with the host's identity in the place of {0}.</param>
    /// <param name="Place">Where it names the host and its memory.</param>
    /// <param name="AnswersAsync">Sees that the state of the address is shown, and that the page answers.</param>
    private sealed record OpenPage(string Path, Func<IPage, ILocator> Place, Func<IPage, Task> AnswersAsync);
}
