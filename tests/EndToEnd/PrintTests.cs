using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>Pages on paper; the memory map has tests of its own.</summary>
public sealed class PrintTests(Chromium chromium, FleetSite site) : IClassFixture<FleetSite>
{
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
