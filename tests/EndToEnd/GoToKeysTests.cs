using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The keys that go to pages.</summary>
[Collection(PastTests.Name)]
public sealed class GoToKeysTests(Chromium chromium, PastSite site)
{
    [Theory]
    [InlineData("h", "/history$")]
    [InlineData("c", "/compare$")]
    [InlineData("p", "/planner$")]
    [InlineData("a", "/alerts$")]
    [InlineData("i", "/import$")]
    [InlineData("s", "/store$")]
    [InlineData("e", "/probes$")]
    [InlineData("m", "/catalogue$")]
    [InlineData("d", "/docs/layout$")]
    [InlineData("r", "/docs/api$")]
    public async Task GoToKeys_OnTheFleet_OpenThePages(string key, string address)
    {
        IPage page = await chromium.OpenAsync(site.Address);

        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync(key);

        await Expect(page).ToHaveURLAsync(new Regex(address));
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
