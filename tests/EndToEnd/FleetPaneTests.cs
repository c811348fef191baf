using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

/// <summary>The host beside the fleet's table.</summary>
[Collection(LookingTests.Name)]
public sealed class FleetPaneTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Row_Clicked_ShowsItsHostBesideTheTableAndEscapeTakesItAway()
    {
        IPage page = await OpenAsync("/?q=demo");
        ILocator row = Site.DemoRows(page).First, pane = page.Locator("[data-pane]");
        string id = (await row.Locator("a.open").GetAttributeAsync("href"))!.Split('/')[^1], name = await row.Locator("a.open").InnerTextAsync();

        await row.Locator("td.col-family").ClickAsync();

        await Assertions.Expect(pane).ToHaveAttributeAsync("data-pane", id);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex($"[?]q=demo&pane={id}$"));
        await Assertions.Expect(pane.GetByRole(AriaRole.Heading)).ToHaveTextAsync(name);
        Assert.Equal(await row.Locator("td.col-tdmrs").InnerTextAsync(), await pane.Locator("div", new LocatorLocatorOptions { HasText = "TDMRs" }).Locator("dd").InnerTextAsync());
        await Assertions.Expect(row).ToHaveClassAsync(new Regex("shown"));
        await LiveTests.TakeInBothThemesAsync(page, "fleet-pane");

        await page.ReloadAsync();
        await Site.LiveRowsAsync(page);
        await Assertions.Expect(pane).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(pane).ToHaveCountAsync(0);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?]q=demo$"));
    }

    [Fact]
    public async Task Keys_SpaceAndDown_ShowHostAfterHostBesideTheTable()
    {
        IPage page = await OpenAsync("/?q=demo");
        ILocator links = page.Locator("tr.host-row a.open"), heading = page.Locator("[data-pane] h2");
        await links.First.FocusAsync();

        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(heading).ToHaveTextAsync(await links.First.InnerTextAsync());
        await page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(heading).ToHaveTextAsync(await links.Nth(1).InnerTextAsync());
        await Assertions.Expect(links.Nth(1)).ToBeFocusedAsync();
        await page.Locator("[data-pane] nav a", new PageLocatorOptions { HasText = "PAMT" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/hosts/.*/pamt$"));
    }

    [Fact]
    public async Task Escape_ClosesOneThingAtATimeAndTheFocusGoesBackToTheRow()
    {
        IPage page = await OpenAsync("/?q=demo");
        ILocator link = page.Locator("tr.host-row a.open").First, pane = page.Locator("[data-pane]");
        await link.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(pane).ToBeVisibleAsync();

        await page.Locator("details.menu summary").First.ClickAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Locator("details.menu[open]")).ToHaveCountAsync(0);
        await page.Locator("#filter").PressAsync("Escape");
        await Assertions.Expect(pane).ToBeVisibleAsync();

        await pane.Locator("nav a").First.FocusAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(pane).ToHaveCountAsync(0);
        await Assertions.Expect(link).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Pane_ClosedBeforeASearchIsAnswered_StaysClosedAndTheSearchIsKept()
    {
        (IPage page, HeldAnswers answers) = await OpenHeldAsync();
        ILocator pane = page.Locator("[data-pane]");
        await ShowFirstAsync(page);

        answers.Hold();
        await page.Locator("#filter").FillAsync("dem");
        await pane.Locator("nav a").First.FocusAsync();
        await page.Keyboard.PressAsync("Escape");
        // Neither comes back on the way, for however short a time.
        await page.EvaluateAsync("""
            () => {
              globalThis.seen = [];
              new MutationObserver(changes => {
                if (changes.some(change => [...change.addedNodes].some(node => node instanceof Element && node.matches("[data-pane]")))) {
                  seen.push("pane");
                }
                seen.push(document.querySelector("#filter").value);
              }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
            }
            """);
        answers.Release();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?]q=dem$"));
        await Assertions.Expect(pane).ToHaveCountAsync(0);
        Assert.Equal(["dem"], await page.EvaluateAsync<string[]>("() => [...new Set(seen)]"));
    }

    [Fact]
    public async Task Host_OpenedBeforeItsPaneIsThere_StaysOpen()
    {
        (IPage page, HeldAnswers answers) = await OpenHeldAsync();
        ILocator link = page.Locator("tr.host-row a.open").First;
        string name = await link.InnerTextAsync();
        await link.FocusAsync();

        answers.Hold();
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Enter");
        answers.Release();

        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = name, Level = 1 })).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/hosts/[0-9a-f-]+$"));
        await page.GoBackAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("/[?]q=demo"));
    }

    [Theory]
    [InlineData("ArrowDown", "Escape")]
    [InlineData("Escape", "ArrowDown")]
    public async Task Escape_BesideAnArrow_ClosesThePaneForGood(string first, string second)
    {
        (IPage page, HeldAnswers answers) = await OpenHeldAsync();
        await ShowFirstAsync(page);

        answers.Hold();
        await page.Keyboard.PressAsync(first);
        await page.Keyboard.PressAsync(second);
        // What follows the keys does so after a tenth of a second, and timers go off in their order.
        await page.EvaluateAsync("() => new Promise(done => setTimeout(done, 100))");
        await page.Locator("#filter").FillAsync("dem");
        answers.Release();

        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?]q=dem$"));
        await Assertions.Expect(page.Locator("[data-pane]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Pane_OfAHostThatIsUnknown_SaysSoAndThePageStaysUsable()
    {
        IPage page = await OpenAsync("/?q=demo&pane=00000000-0000-4000-8000-000000000000");

        await Assertions.Expect(page.Locator("[data-pane]")).ToContainTextAsync("No host with the identity");
        await page.Locator("[data-pane]").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Close" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-pane]")).ToHaveCountAsync(0);
    }

    private async Task<(IPage Page, HeldAnswers Answers)> OpenHeldAsync()
    {
        IPage page = await OpenAsync("/?q=demo");
        HeldAnswers answers = await HeldAnswers.OfAsync(page);
        await page.ReloadAsync();
        await Site.LiveRowsAsync(page);
        return (page, answers);
    }

    private static async Task ShowFirstAsync(IPage page)
    {
        await page.Locator("tr.host-row a.open").First.FocusAsync();
        await page.Keyboard.PressAsync("Space");
        await Assertions.Expect(page.Locator("[data-pane]")).ToBeVisibleAsync();
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("[?]q=demo&pane="));
    }

    private async Task<IPage> OpenAsync(string address)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, address));
        await Site.LiveRowsAsync(page);
        return page;
    }
}
