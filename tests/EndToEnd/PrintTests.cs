using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>Pages on paper; the memory map has tests of its own.</summary>
public sealed class PrintTests(Chromium chromium, FleetSite site) : IClassFixture<FleetSite>
{
    private const string Plan = "2 sockets x 1 TiB, hole 2G-4G, keyids 32, tds 20 x 32 GiB x 8 vcpus # for rack 7";

    // A4 less margins of 1 cm, in CSS pixels.
    private const int PaperWidth = 718;

    // The names of regions are buttons and stay, as words.
    private const string Controls = "main :is(input, textarea, select, summary.plain, button:not([data-select])):visible";

    [Fact]
    public async Task Fleet_HasHeadingsEveryRowOfTheGridAndWhereTheOthersAre()
    {
        IPage page = await OpenAsync("/?q=demo&sort=-memory");
        await PrintAsync(page);

        await Expect(page.Locator("th.col-memory button.sort")).ToBeVisibleAsync();
        await Expect(page.Locator("th.col-memory")).ToContainTextAsync("Memory ↓");
        await Expect(page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Copy link" })).ToBeHiddenAsync();
        await Expect(page.Locator("th.col-select")).ToBeHiddenAsync();
        // What the container hides, and its height beyond that of its rows and heading.
        int[] heights = await page.Locator(".tables > div:not([class]) .mud-table-container").EvaluateAsync<int[]>("""
            grid => {
                const rows = [...grid.querySelectorAll('thead, tr.host-row')];
                return [rows.length - 1, grid.scrollHeight - grid.clientHeight, grid.clientHeight - rows.reduce((sum, row) => sum + row.offsetHeight, 0)];
            }
            """);
        Assert.InRange(heights[0], 1, FleetSite.DemoHosts - 1);
        Assert.Equal(0, heights[1]);
        Assert.InRange(heights[2], 0, 40);
        ILocator note = page.Locator(".on-paper");
        await Expect(note).ToContainTextAsync($"Of {FleetSite.DemoHosts} hosts only the rows around those that were in sight are printed.");
        IAPIResponse file = await page.APIRequest.GetAsync(await note.Locator(".mono").InnerTextAsync());
        Assert.Equal(FleetSite.DemoHosts + 1, (await file.TextAsync()).TrimEnd().Split('\n').Length);
    }

    [Fact]
    public async Task Fleet_WithEveryRow_HasNoNote()
    {
        IPage page = await OpenAsync("/?q=rack5");
        await PrintAsync(page);

        await Expect(Site.Rows(page)).ToHaveCountAsync(1);
        await Expect(page.Locator(".on-paper")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Metadata_HasIdsAndRawValuesAsText()
    {
        IPage page = await OpenAsync("/?q=demo&state=ready");
        await page.Locator("tr.host-row a.open").First.ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Pages of this host" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Metadata" }).ClickAsync();
        ILocator row = page.Locator("tr#MAX_TDMRS");
        await row.WaitForAsync();
        IReadOnlyList<string> texts = await row.Locator("button.copy").AllInnerTextsAsync();
        Assert.Equal(2, texts.Count);

        await PrintAsync(page);

        string printed = await row.InnerTextAsync();
        Assert.All(texts, text => Assert.Contains(text, printed, StringComparison.Ordinal));
        await Expect(page.GetByPlaceholder("name, id, class, meaning")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Planner_HasThePlanAndItsResultsAndNoEditor()
    {
        IPage page = await OpenPlannerAsync("/planner?plan=" + Uri.EscapeDataString(Plan));
        await PrintAsync(page);

        await Expect(page.Locator(".on-paper .text")).ToHaveTextAsync(Plan);
        await Expect(page.Locator("#verdict")).ToHaveTextAsync("Would initialise");
        await Expect(page.Locator(".verdict pre")).ToContainTextAsync("virt/tdx: module initialized");
        await Expect(page.Locator("section[aria-labelledby=plan-pamt]")).ToContainTextAsync(new Regex("Static PAMT.*Break-even at", RegexOptions.Singleline));
        await Expect(page.Locator("section[aria-labelledby=plan-tds]")).ToContainTextAsync("Limit that binds");
        await Expect(page.Locator("section[aria-labelledby=plan-headroom]")).ToContainTextAsync("with one more");
        await Expect(page.Locator(".map [data-part=print] svg")).ToBeVisibleAsync();
        await Expect(page.Locator(Controls)).ToHaveCountAsync(0);
        await AssertWholeAsync(page);
        Assert.Equal(await page.Locator("[data-part=table] tbody tr").CountAsync(), await page.Locator("[data-part=table] tbody tr:visible").CountAsync());
    }

    [Fact]
    public async Task Planner_WithFourPlans_HasAllSideBySide()
    {
        string[] plans = [.. Enumerable.Range(0, 4).Select(doubled => 256 << doubled).Select(gib => Plan.Replace("1 TiB", $"{gib} GiB", StringComparison.Ordinal))];
        IPage page = await OpenPlannerAsync($"/planner?{string.Join('&', plans.Select((plan, i) => $"{"abcd"[i]}={Uri.EscapeDataString(plan)}"))}&edit=c");
        await PrintAsync(page);

        Assert.Equal(plans, await page.Locator(".on-paper .text").AllInnerTextsAsync());
        ILocator table = page.Locator("section[aria-labelledby=plan-compare] table");
        await Expect(table.Locator("thead th:visible")).ToHaveCountAsync(plans.Length + 1);
        await Expect(table.Locator("tbody td.differs:visible").First).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Plan C in full" })).ToBeVisibleAsync();
        await Expect(page.Locator(Controls)).ToHaveCountAsync(0);
        await AssertWholeAsync(page);
    }

    [Fact]
    public async Task Planner_InTheDarkTheme_IsPrintedInLightColours()
    {
        IPage page = await OpenPlannerAsync("/planner?plan=" + Uri.EscapeDataString(Plan), ColorScheme.Dark);
        string[] drawn = await page.EvaluateAsync<string[]>("""
            () => {
                const text = () => {
                    const span = document.querySelector('.drawing').appendChild(document.createElement('span'));
                    span.style.color = 'var(--muted)';
                    const colour = getComputedStyle(span).color;
                    span.remove();
                    return colour;
                };
                const before = text();
                dispatchEvent(new Event('beforeprint'));
                const during = text();
                dispatchEvent(new Event('afterprint'));
                return [before, during, text()];
            }
            """);

        Assert.NotEqual(drawn[0], drawn[1]);
        Assert.Equal(drawn[0], drawn[2]);
        await page.PdfAsync();
        Assert.Contains("#2f6db3", await page.Locator(".map [data-part=print] svg rect").EvaluateAllAsync<string[]>("all => all.map(rect => rect.getAttribute('fill'))"));
    }

    [Fact]
    public async Task PlannerOfTheFleet_HasWhatWasAskedAndEveryHost()
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "/planner/fleet?q=demo&price=4.5&module=tdx-2.0.08-gnr"));
        ILocator rows = page.Locator("section[aria-labelledby=fleet-plan-hosts] tbody tr");
        await Expect(rows).ToHaveCountAsync(FleetSite.DemoHosts);
        await PrintAsync(page);

        await Expect(page.Locator(".on-paper:visible")).ToHaveTextAsync("Hosts: demo; all with module tdx-2.0.08-gnr; Dynamic PAMT as each has it; price per GiB 4.5.");
        await Expect(page.Locator(".figures")).ToContainTextAsync("which cost");
        await Expect(page.Locator("section[aria-labelledby=fleet-plan-hosts] tbody tr:visible")).ToHaveCountAsync(FleetSite.DemoHosts);
        await Expect(page.Locator(Controls)).ToHaveCountAsync(0);
        await AssertWholeAsync(page);
    }

    private async Task<IPage> OpenPlannerAsync(string address, ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, address), scheme);
        await Expect(page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        await page.Locator(".memory-map[data-live]").WaitForAsync();
        await page.Locator("[data-drawn] canvas").WaitForAsync();
        return page;
    }

    // What is drawn before the sheet has its size keeps the size of the window: it is looked at before it can follow.
    private static async Task AssertWholeAsync(IPage page)
    {
        Assert.Empty(await page.EvaluateAsync<string[]>($$"""
            () => {
                document.documentElement.style.width = '{{PaperWidth}}px';
                const wide = [...document.querySelectorAll('main canvas, main svg')].filter(e => e.checkVisibility() && e.getBoundingClientRect().right > {{PaperWidth}} + 0.5);
                document.documentElement.style.width = '';
                return wide.map(e => e.parentElement.outerHTML.slice(0, 120));
            }
            """));
        await page.SetViewportSizeAsync(PaperWidth, 1_000);
        await page.WaitForFunctionAsync("wide => innerWidth === wide", PaperWidth);
        Assert.Empty(await page.EvaluateAsync<string[]>("""
            () => [...document.querySelectorAll('main *')].filter(e => {
                if (!e.checkVisibility() || e.closest('.visually-hidden, svg svg')) { return false; }
                const cuts = e.clientWidth > 1 && getComputedStyle(e).overflow !== 'visible' && !e.matches('svg, svg *');
                const border = e.parentElement.closest('.card')?.getBoundingClientRect().right ?? innerWidth;
                return e.getBoundingClientRect().right > border + 0.5 || (cuts && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1));
            }).map(e => e.outerHTML.slice(0, 120))
            """));
    }

    private async Task<IPage> OpenAsync(string address)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, address));
        await Site.LiveRowsAsync(page);
        return page;
    }

    private static async Task PrintAsync(IPage page)
    {
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.EvaluateAsync("() => dispatchEvent(new Event('beforeprint'))");
    }
}
