using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

/// <summary>The Fleet page's table as people use it: sorting, filters, columns, choosing hosts, files, and rows that come and go.</summary>
public sealed class FleetTableTests(Chromium chromium, FleetSite site) : IClassFixture<FleetSite>
{
    // The host that one of these tests adds is no demo host.
    private const string DemoHosts = "/?q=demo";

    [Fact]
    public async Task Heading_ClickedAndWithShift_SortsByBothAndBackGoesThroughThem()
    {
        IPage page = await OpenAsync(DemoHosts);
        string[] byName = await NamesAsync(page);

        await Heading(page, "memory").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?&]sort=memory$"));
        await Assertions.Expect(Status(page)).ToContainTextAsync("sorted by memory");
        await Heading(page, "memory").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?&]sort=-memory$"));
        await Heading(page, "host").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?&]sort=-memory,host$|[?&]sort=-memory%2Chost$"));
        await Assertions.Expect(Status(page)).ToContainTextAsync("sorted by memory, descending, then host");
        await Assertions.Expect(page.Locator("th.col-memory")).ToHaveAttributeAsync("aria-sort", "descending");
        await ExpectNamesAsync(page, [.. (await ExportAsync(page)).Select(host => host.GetProperty("host").GetString()!)]);

        await page.GoBackAsync();
        await Assertions.Expect(Status(page)).ToHaveTextAsync(new Regex("sorted by memory, descending$"));
        await page.GoBackAsync();
        await Assertions.Expect(Status(page)).ToHaveTextAsync(new Regex("sorted by memory$"));
        await page.GoBackAsync();
        await Assertions.Expect(Status(page)).ToContainTextAsync("sorted by host");
        await ExpectNamesAsync(page, byName);
    }

    [Fact]
    public async Task Row_MadeAnewWhileItIsPressed_OpensItsHost()
    {
        IPage page = await OpenAsync(DemoHosts);
        ILocator link = page.Locator("tr.host-row a.open").First;
        string address = (await link.GetAttributeAsync("href"))!;

        await link.HoverAsync();
        await page.Mouse.DownAsync();
        await page.EvaluateAsync("() => { const row = document.querySelector('tr.host-row'); row.replaceWith(row.cloneNode(true)); }");
        await page.Mouse.UpAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(address) + "$"));
    }

    [Fact]
    public async Task View_Saved_IsThereOnAnotherVisitAndADeletionCanBeUndone()
    {
        IPage page = await OpenAsync("/?q=demo&sort=-memory&density=compact");
        await Views(page).ClickAsync();
        await page.Locator("#view-name").FillAsync("Largest first");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(View(page)).ToBeVisibleAsync();

        await page.GotoAsync(new Uri(site.Address, "/").ToString());
        await Site.LiveRowsAsync(page);
        await Views(page).ClickAsync();
        await View(page).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?]q=demo&sort=-memory&density=compact$"));
        await Assertions.Expect(Status(page)).ToContainTextAsync("sorted by memory, descending");

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Delete Largest first" }).ClickAsync();
        await Assertions.Expect(View(page)).ToBeHiddenAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Undo" }).ClickAsync();

        // A click beside the menu closed it.
        await Views(page).ClickAsync();
        await Assertions.Expect(View(page)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task StateCount_Clicked_LeavesHostsOfThatStateUntilItIsClickedAgain()
    {
        IPage page = await OpenAsync(DemoHosts);
        ILocator ready = page.Locator(".counts a").Filter(new LocatorFilterOptions { Has = page.Locator(".state.ready") });
        string count = await ready.Locator("b").TextContentAsync() ?? "";

        await ready.ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("state=ready"));
        await Assertions.Expect(ready).ToHaveAttributeAsync("aria-current", "true");
        await Assertions.Expect(Status(page)).ToContainTextAsync($"{count} of ");
        await Assertions.Expect(Site.Rows(page).Filter(new LocatorFilterOptions { HasNot = page.Locator(".state.ready") })).ToHaveCountAsync(0);

        await ready.ClickAsync();
        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("state="));
    }

    [Fact]
    public async Task Search_SlashAndTokens_FiltersAndNamesWhatItDoesNotUnderstand()
    {
        IPage page = await OpenAsync("/");

        await page.Keyboard.PressAsync("/");
        await Assertions.Expect(page.Locator("#filter")).ToBeFocusedAsync();
        // One key at a time and fast: none may be lost to what the server shows meanwhile.
        await page.Keyboard.TypeAsync("origin:demo family:GNR");
        await Assertions.Expect(page.Locator("#filter")).ToHaveValueAsync("origin:demo family:GNR");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("q=origin(:|%3A)demo"));
        await Assertions.Expect(Site.Rows(page).Filter(new LocatorFilterOptions { HasNotText = "GNR" })).ToHaveCountAsync(0);
        await Assertions.Expect(Site.Rows(page)).Not.ToHaveCountAsync(0);

        await page.Locator("#filter").FillAsync("origin:demo reserved:lots");
        ILocator problem = page.Locator("[aria-label='Problems of this search or address']");
        await Assertions.Expect(problem).ToContainTextAsync("lots");
        await Assertions.Expect(page.Locator("#filter")).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(Site.Rows(page)).Not.ToHaveCountAsync(0);
        await page.Locator("#filter").FillAsync("");
        await Assertions.Expect(problem).ToHaveCountAsync(0);
        await Assertions.Expect(Status(page)).ToContainTextAsync("sorted by host");
    }

    [Fact]
    public async Task ColumnsAndDensity_Chosen_StandInTheAddressAndOutliveAReload()
    {
        IPage page = await OpenAsync(DemoHosts);
        await page.GetByTitle("Choose the columns").ClickAsync();
        await page.GetByLabel("Kernel", new PageGetByLabelOptions { Exact = true }).CheckAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?&]cols=[^&]*kernel"));
        await page.GetByLabel("Memory", new PageGetByLabelOptions { Exact = true }).UncheckAsync();
        await Assertions.Expect(page.Locator("th.col-memory")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Compact", Exact = true }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?&]density=compact"));

        await page.ReloadAsync();
        await Chromium.InteractiveAsync(page);

        await Assertions.Expect(page.Locator("th.col-kernel")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("th.col-memory")).ToHaveCountAsync(0);
        await Assertions.Expect(page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Comfortable", Exact = true })).ToBeVisibleAsync();
        await Assertions.Expect(Site.Rows(page)).Not.ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Compare_TwoToFourHosts_IsALinkAndAFifthIsRefusedWithTheReason()
    {
        IPage page = await OpenAsync(DemoHosts);
        ILocator bar = page.Locator(".selection"), compare = bar.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "Compare", Exact = true });
        await ChooseAsync(page, 1);
        await Assertions.Expect(bar).ToContainTextAsync("Choose 2 to 4 hosts");
        await ChooseAsync(page, 5);
        await Assertions.Expect(bar).ToContainTextAsync("At most 4 hosts are compared at once: take 1 out.");
        await Assertions.Expect(compare).ToHaveCountAsync(0);

        await ClickChoiceAsync(page, 4, isChosen: false);
        await Assertions.Expect(bar).ToContainTextAsync("4 hosts chosen");
        await compare.ClickAsync();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex(@"/compare\?a=[0-9a-f-]+&b=[0-9a-f-]+&c=[0-9a-f-]+&d=[0-9a-f-]+$"));
    }

    [Fact]
    public async Task Tag_Added_IsShownAndCanBeUndone()
    {
        IPage page = await OpenAsync("/?q=demo&cols=host,tags");
        await ChooseAsync(page, 2);
        await page.Locator("#tag").FillAsync("Lab-7");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add tag" }).ClickAsync();
        ILocator tagged = page.Locator("td.col-tags").Filter(new LocatorFilterOptions { HasText = "lab-7" });
        await Assertions.Expect(tagged).ToHaveCountAsync(2);
        ILocator toast = page.Locator(".mud-snackbar");
        await Assertions.Expect(toast).ToContainTextAsync("Tagged 'lab-7': 2 hosts.");

        await toast.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Undo" }).ClickAsync();

        await Assertions.Expect(tagged).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Export_ThroughTheBrowser_IsTheTableInItsOrderAndColumns()
    {
        IPage page = await OpenAsync("/?q=demo&sort=-memory,host&cols=host,memory,kernel");
        await page.Locator("summary", new PageLocatorOptions { HasText = "Export" }).ClickAsync();
        string csv = await DownloadAsync(page, page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { NameRegex = new Regex("^CSV") }));
        string json = await DownloadAsync(page, page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { NameRegex = new Regex("^JSON") }));

        string[] lines = csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("host,host_id,origin,emulated,memory_bytes,memory_provenance,kernel", lines[0]);
        Assert.Equal(FleetSite.DemoHosts, lines.Length - 1);
        using var rows = JsonDocument.Parse(json);
        string[] names = [.. rows.RootElement.EnumerateArray().Select(row => row.GetProperty("host").GetString()!)];
        Assert.Equal(names, lines[1..].Select(line => line.Split(',')[0]));
        await ExpectNamesAsync(page, names);
    }

    [Fact]
    public async Task Row_ClickedWithControl_OpensANewTabAndThePageStays()
    {
        IPage page = await OpenAsync(DemoHosts);
        ILocator row = Site.Row(page, "demo-s01-r01-05");
        string? link = await row.Locator("a.open").GetAttributeAsync("href");

        IPage tab = await page.Context.RunAndWaitForPageAsync(() => row.Locator("td.col-family").ClickAsync(new LocatorClickOptions { Modifiers = [KeyboardModifier.Control] }));

        await Assertions.Expect(tab).ToHaveURLAsync(new Regex(Regex.Escape(link!) + "$"));
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(@"/\?q=demo$"));
        await row.Locator("a.open").ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(link!) + "$"));
    }

    [Fact]
    public async Task Rows_WhileThePointerIsInTheTable_WaitBehindAPill()
    {
        IPage page = await OpenAsync("/?q=-demo");
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(1);
        await Site.Rows(page).First.Locator("td.col-family").HoverAsync();

        await site.ImportAsync("12-spr-256g-complete.txt", "a-first");

        ILocator pill = page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { NameRegex = new Regex("updates?, show$") });
        await Assertions.Expect(pill).ToBeVisibleAsync();
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(1);
        await pill.ClickAsync();
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(2);
        await Assertions.Expect(Site.Rows(page).First).ToContainTextAsync("a-first");
        await Assertions.Expect(pill).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Scroll_ToTheEnd_RowsKnowTheirPlaceAmongAll()
    {
        IPage page = await OpenAsync(DemoHosts);
        await page.SetViewportSizeAsync(1280, 560);
        await Assertions.Expect(page.Locator("table[aria-rowcount]")).ToHaveAttributeAsync("aria-rowcount", (FleetSite.DemoHosts + 1).ToString(CultureInfo.InvariantCulture));
        await Assertions.Expect(Site.Rows(page).First).ToHaveAttributeAsync("aria-rowindex", "2");

        await page.EvaluateAsync("document.querySelector('.mud-table-container').scrollTop = 1e6");

        await Assertions.Expect(page.Locator($"tr.host-row[aria-rowindex='{FleetSite.DemoHosts + 1}']")).ToBeVisibleAsync();
        // The grid's own rows have nothing in them and are nowhere to be seen.
        Assert.Equal(0, await page.EvaluateAsync<int>("[...document.querySelectorAll('.hosts tbody tr.mud-table-row:empty')].filter(row => row.checkVisibility()).length"));
        int[] places = await page.EvaluateAsync<int[]>("[...document.querySelectorAll('tr.host-row')].map(row => Number(row.getAttribute('aria-rowindex')))");
        Assert.Equal(Enumerable.Range(places[0], places.Length), places);
        string[] all = [.. (await ExportAsync(page)).Select(host => host.GetProperty("host").GetString()!)];
        Assert.Equal(all[^1], await page.Locator($"tr.host-row[aria-rowindex='{FleetSite.DemoHosts + 1}'] a.open").TextContentAsync());
    }

    [Fact]
    public async Task Keys_DownUpAndEnter_GoFromHostToHostAndOpenOne()
    {
        IPage page = await OpenAsync(DemoHosts);
        ILocator links = page.Locator("tr.host-row a.open");
        await links.First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(links.Nth(2)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowUp");
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();
        string? link = await links.Nth(1).GetAttributeAsync("href");

        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(link!) + "$"));
    }

    [Fact]
    public async Task Keys_DownThroughMoreRowsThanTheGridHolds_KeepTheFocusOnTheHostAndFlashNothing()
    {
        IPage page = await OpenAsync(DemoHosts);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ReducedMotion = ReducedMotion.NoPreference });
        string[] all = [.. (await ExportAsync(page)).Select(host => host.GetProperty("host").GetString()!)];
        await page.Locator("tr.host-row[aria-rowindex='2'] a.open").FocusAsync();

        // As a key that is held: at the end of the rows that are there it does nothing until more have come.
        List<string> visited = [all[0]];
        await Eventually.HoldsAsync("the last host has the focus", async () =>
        {
            await page.Keyboard.PressAsync("ArrowDown");
            string name = await page.EvaluateAsync<string>("document.activeElement.textContent");
            visited.AddRange(name == visited[^1] ? [] : [name]);
            return name == all[^1];
        }, () => $"Visited: {string.Join(", ", visited)}");

        Assert.Equal(all, visited);
        await Assertions.Expect(page.Locator("td[data-changed]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task BackToLive_FromAnotherTime_HasTheRowsOfNowToTheLast()
    {
        IPage page = await OpenAsync($"{DemoHosts}&at={DateTime.UtcNow.AddDays(-30):yyyy-MM-dd}T00:00:00Z");

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Back to live" }).ClickAsync();

        await Assertions.Expect(page).Not.ToHaveURLAsync(new Regex("[?&]at="));
        await Site.LiveRowsAsync(page);
        await page.EvaluateAsync("document.querySelector('.mud-table-container').scrollTop = 1e6");
        await Assertions.Expect(page.Locator($"tr.host-row[aria-rowindex='{FleetSite.DemoHosts + 1}']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Rows_BackAfterASearchWithoutAny_AnswerToKeysAndClicksAsBefore()
    {
        IPage page = await OpenAsync(DemoHosts);
        await page.Locator("#filter").FillAsync("no-such-host");
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(0);

        await page.Locator("#filter").FillAsync("demo");

        await Site.LiveRowsAsync(page);
        ILocator links = page.Locator("tr.host-row a.open");
        await links.First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();
        await Site.Rows(page).First.Locator("td.col-family").ClickAsync();
        await Assertions.Expect(page.Locator("[data-pane]")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Cell_WhoseValueChanges_FlashesUnlessReducedMotionIsAskedFor()
    {
        IPage page = await OpenAsync("/?q=demo&cols=host,tags");
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { ReducedMotion = ReducedMotion.NoPreference });
        await ChooseAsync(page, 1);
        await page.Locator("#tag").FillAsync("flash");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Add tag" }).ClickAsync();

        await Assertions.Expect(page.Locator("td.col-tags[data-changed]")).ToHaveCountAsync(1);
        await page.Locator(".mud-snackbar").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Assertions.Expect(page.Locator("td.col-tags").Filter(new LocatorFilterOptions { HasText = "flash" })).ToHaveCountAsync(0);
    }

    private async Task<IPage> OpenAsync(string address)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, address));
        await Site.LiveRowsAsync(page);
        return page;
    }

    private static ILocator Heading(IPage page, string column) => page.Locator($"th.col-{column} button.sort");

    private static ILocator Views(IPage page) => page.Locator("summary", new PageLocatorOptions { HasText = "Views" });

    private static ILocator View(IPage page) => page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Largest first", Exact = true });

    private static ILocator Status(IPage page) => page.Locator(".line [role=status]");

    private static Task<string[]> NamesAsync(IPage page) => page.Locator("tr.host-row a.open").EvaluateAllAsync<string[]>("links => links.map(link => link.textContent)");

    private static async Task ExpectNamesAsync(IPage page, string[] names)
    {
        string[] shown = [];
        await Eventually.HoldsAsync($"rows stand as {string.Join(", ", names)}",
            async () => (shown = await NamesAsync(page)).Length > 0 && shown.SequenceEqual(names.Take(shown.Length)),
            () => $"Shown: {string.Join(", ", shown)}");
    }

    private static async Task ChooseAsync(IPage page, int count)
    {
        for (int i = 0; i < count; i++)
        {
            await ClickChoiceAsync(page, i, isChosen: true);
        }

        await Assertions.Expect(page.Locator(".selection b").First).ToHaveTextAsync(count == 1 ? "1 host chosen" : $"{count} hosts chosen");
    }

    // The row may be made anew while it is clicked: what counts is what the box comes to.
    private static async Task ClickChoiceAsync(IPage page, int row, bool isChosen)
    {
        ILocator box = Site.Rows(page).Nth(row).Locator("input[type=checkbox]");
        if (await box.IsCheckedAsync() != isChosen)
        {
            await box.ClickAsync();
        }

        await Assertions.Expect(box).ToBeCheckedAsync(new LocatorAssertionsToBeCheckedOptions { Checked = isChosen });
    }

    private static async Task<string> DownloadAsync(IPage page, ILocator link)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => link.ClickAsync());
        return await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
    }

    // The same rows from the server, by the page's own link.
    private static async Task<JsonElement[]> ExportAsync(IPage page)
    {
        IAPIResponse answer = await page.APIRequest.GetAsync(new Uri(new Uri(page.Url), "/fleet.json" + new Uri(page.Url).Query).ToString());
        using var rows = JsonDocument.Parse(await answer.TextAsync());
        return [.. rows.RootElement.EnumerateArray().Select(row => row.Clone())];
    }
}
