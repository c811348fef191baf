using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The keys that go to pages.</summary>
[Collection(PastTests.Name)]
public sealed class GoToKeysTests(Chromium chromium, PastSite site)
{
    private static readonly (string Key, string Path, string Heading)[] Keys =
    [
        ("h", "/history", "History of the fleet"),
        ("c", "/compare", "Compare"),
        ("l", "/live", "Live"),
        ("a", "/alerts", "Alerts"),
        ("p", "/planner", "Planner"),
        ("i", "/import", "Import a log or report"),
        ("s", "/store", "The dashboard's store"),
        ("e", "/probes", "Probes"),
        ("m", "/catalogue", "Module catalogue"),
        ("d", "/docs/layout", "How the layout comes about"),
        ("r", "/docs/api", "REST API"),
        ("f", "/", "Fleet"),
    ];

    [Fact]
    public async Task GoToKeys_FromPageToPage_OpenThem()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        foreach ((string key, string path, string heading) in Keys)
        {
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync(key);

            await Expect(page).ToHaveURLAsync(new Uri(site.Address, path).ToString());
            await Expect(page.Locator("main h1")).ToContainTextAsync(heading);
        }
    }

    [Fact]
    public async Task GoToHistory_OnAHost_OpensItsOwn()
    {
        IPage page = await chromium.OpenAsync(site.At($"/hosts/{PastSite.OldId(2)}/pamt"));

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("h");

        await Expect(page).ToHaveURLAsync(new Regex($"/hosts/{PastSite.OldId(2)}/history$"));
    }
}
