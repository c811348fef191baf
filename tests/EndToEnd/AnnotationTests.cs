using System.Globalization;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>What people note on a time line.</summary>
[Collection(PastTests.Name)]
public sealed class AnnotationTests(Chromium chromium, PastSite site)
{
    [Fact]
    public async Task Annotation_AddedEditedDeleted_ComesBackByUndo()
    {
        IPage page = await OpenAsync(PastSite.OldId(2));
        ILocator panel = page.Locator("section[aria-labelledby=notes]");

        await panel.GetByLabel("text").FillAsync("BIOS flashed");
        await panel.GetByLabel("tags").FillAsync("bios rack1");
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Add" }).ClickAsync();
        await Expect(panel.Locator(".notes li")).ToContainTextAsync("BIOS flashed");
        await Expect(panel.Locator(".tag")).ToHaveTextAsync(["bios", "rack1"]);
        await Expect(page.Locator("svg.note rect.moment")).ToBeVisibleAsync();

        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Edit: BIOS flashed" }).ClickAsync();
        await panel.GetByLabel("text").FillAsync("BIOS 2.1 flashed");
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Save" }).ClickAsync();
        await Expect(panel.Locator(".notes li")).ToContainTextAsync("BIOS 2.1 flashed");
        await Expect(panel.Locator(".notes li")).ToContainTextAsync("changed");

        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Delete: BIOS 2.1 flashed" }).ClickAsync();
        await Expect(panel.Locator(".notes li")).ToHaveCountAsync(0);
        await Expect(page.Locator("svg.note")).ToHaveCountAsync(0);
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Undo" }).ClickAsync();
        await Expect(panel.Locator(".notes li")).ToContainTextAsync("BIOS 2.1 flashed");
        await Expect(panel.Locator(".undo")).ToHaveCountAsync(0);

        IPage fleet = await chromium.OpenAsync(site.At("/history?range=all"));
        await Expect(fleet.Locator(".drawing[data-drawn]:not([data-marks='0']) canvas")).ToHaveCountAsync(3);
    }

    [Fact]
    public async Task Region_DraggedWithCtrl_IsAnnotatedAndDrawn()
    {
        IPage page = await OpenAsync(PastSite.OldId(3));
        ILocator panel = page.Locator("section[aria-labelledby=notes]");

        await page.Keyboard.DownAsync("Control");
        await HistoryTests.DragAsync(page, 0.2f, 0.4f);
        await page.Keyboard.UpAsync("Control");

        await Expect(panel.GetByLabel("to", new LocatorGetByLabelOptions { Exact = true })).Not.ToHaveValueAsync("");
        Assert.DoesNotContain("from=", page.Url, StringComparison.Ordinal);
        DateTime from = Time(await panel.GetByLabel("from (UTC)").InputValueAsync()), to = Time(await panel.GetByLabel("to", new LocatorGetByLabelOptions { Exact = true }).InputValueAsync());
        Assert.InRange((to - from).TotalDays, 365 * 0.15, 365 * 0.3);
        await panel.GetByLabel("text").FillAsync("rack moved");
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Add" }).ClickAsync();

        await Expect(page.Locator("svg.note rect.region")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.Locator("svg.note rect.region")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Annotation_OfTheFleet_StandsOnItsPageAndOnTheHosts()
    {
        IPage page = await chromium.OpenAsync(site.At("/history"));
        ILocator panel = page.Locator("section[aria-labelledby=notes]");
        await panel.GetByLabel("text").FillAsync("power test of site 1");
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Add" }).ClickAsync();
        await Expect(panel.Locator(".notes li").Filter(new LocatorFilterOptions { HasText = "power test of site 1" })).ToContainTextAsync("whole fleet");

        IPage host = await OpenAsync(PastSite.OldId(4));

        await Expect(host.Locator("section[aria-labelledby=notes] .notes li")).ToContainTextAsync("power test of site 1");
        await panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Delete: power test of site 1" }).ClickAsync();
        await Expect(panel.Locator(".undo")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Annotation_WithoutTextOrTime_IsRefusedInWords()
    {
        IPage page = await OpenAsync(PastSite.OldId(4));
        ILocator panel = page.Locator("section[aria-labelledby=notes]"), add = panel.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Add" });

        await add.ClickAsync();
        await Expect(panel.Locator(".problem")).ToContainTextAsync("has no text");
        await panel.GetByLabel("text").FillAsync("late");
        await panel.GetByLabel("to", new LocatorGetByLabelOptions { Exact = true }).FillAsync("tomorrow");
        await add.ClickAsync();

        await Expect(panel.Locator(".problem")).ToContainTextAsync("'tomorrow' is no time");
    }

    private static DateTime Time(string text) => DateTime.Parse(text, CultureInfo.InvariantCulture);

    private async Task<IPage> OpenAsync(string hostId)
    {
        IPage page = await chromium.OpenAsync(site.History(hostId));
        await PastSite.AttachedAsync(page);
        return page;
    }
}
