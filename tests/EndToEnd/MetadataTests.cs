using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The metadata of a host beside what they were.</summary>
[Collection(PastTests.Name)]
public sealed class MetadataTests(Chromium chromium, PastSite site)
{
    [Fact]
    public async Task Metadata_OfAHostWhoseModuleChanged_SayWhatTheyWereUntilWhen()
    {
        IPage page = await chromium.OpenAsync(site.At($"/hosts/{PastSite.OldId(2)}/metadata"));
        ILocator marks = page.Locator("span.changed");
        await Expect(marks.First).ToBeVisibleAsync();
        int changed = await marks.CountAsync();
        await Expect(page.Locator(".before").First).ToHaveTextAsync(new Regex(@"^was .+ until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$"));

        await page.Locator("section[aria-labelledby=metadata]").GetByLabel("Show").SelectOptionAsync("changed");

        await Expect(page.Locator("section[aria-labelledby=metadata] table.comfortable > tbody > tr")).ToHaveCountAsync(changed);
        await Expect(page.Locator("section[aria-labelledby=metadata]")).ToContainTextAsync(new Regex(@"fields? changed at \d{4}"));
    }

    [Fact]
    public async Task Search_TypedAtOnce_LosesNoLetterAndOutlivesAReload()
    {
        IPage page = await chromium.OpenAsync(site.At($"/hosts/{PastSite.OldId(2)}/metadata"));
        ILocator box = page.GetByPlaceholder("name, id, class, meaning");
        await box.PressSequentiallyAsync("MAX_RESERVED_PER_TDMR");
        await Expect(page).ToHaveURLAsync(new Regex("/metadata\\?q=MAX_RESERVED_PER_TDMR$"));
        await Expect(box).ToHaveValueAsync("MAX_RESERVED_PER_TDMR");

        await page.ReloadAsync();
        await Chromium.InteractiveAsync(page);

        await Expect(box).ToHaveValueAsync("MAX_RESERVED_PER_TDMR");
        await Expect(page.Locator("section[aria-labelledby=metadata] table.comfortable > tbody > tr")).ToHaveCountAsync(1);
    }
}
