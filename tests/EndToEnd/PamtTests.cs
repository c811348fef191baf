using Microsoft.Playwright;
using TdxDash.EndToEnd.MemoryMap;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The PAMT page of a host.</summary>
[Collection(LookingTests.Name)]
public sealed class PamtTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Pamt_OfADemoHost_DrawsTheCurveWithItsBreakEvenAndTheTableTwin()
    {
        Uri memory = await MapPage.AddressAsync(chromium, site, MapPage.Plain);
        IPage page = await chromium.OpenAsync(new Uri(memory, "pamt"));
        ILocator card = page.Locator("section[aria-labelledby=dynamic]");

        await Expect(card.Locator(".drawing[data-drawn='2'][data-marks='1'] canvas")).ToBeVisibleAsync();
        await Expect(card.Locator("b", new LocatorLocatorOptions { HasText = "Break-even at" })).ToBeVisibleAsync();
        await card.Locator("summary").ClickAsync();
        await Expect(card.Locator("details[open] tbody tr")).ToHaveCountAsync(21);
        await Expect(page.Locator("section[aria-labelledby=pamt] .usage").First).ToContainTextAsync("%");
    }
}
