using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The page of the REST API: Swagger UI under the content security policy.</summary>
[Collection(LookingTests.Name)]
public sealed class ApiPageTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Page_InBothThemes_ShowsEveryOperationAndAsksTheDashboard()
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "/docs/api"));
        await Expect(page.Locator(".api[data-shown=true]")).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = Chromium.Patience });
        Assert.True(await page.Locator(".opblock").CountAsync() > 20);

        await page.Locator("#operations-Hosts-listHosts .opblock-summary-control").ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Try it out" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Execute", Exact = true }).ClickAsync();
        await Expect(page.Locator(".live-responses-table .response-col_status").Last).ToContainTextAsync("200");

        foreach (string theme in new[] { "light", "dark" })
        {
            await page.EvaluateAsync("theme => window.tdxTheme.choose(theme)", theme);
            await AccessibilityTests.AssertAccessibleAsync(page);
        }

        await page.SetViewportSizeAsync(360, 800);
        Assert.Equal(360, await page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }
}
