using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The whole dashboard as of another time.</summary>
[Collection(PastTests.Name)]
public sealed class AsOfTests(Chromium chromium, PastSite site)
{
    private static readonly DateTime Then = DateTime.UtcNow.Date.AddDays(-30);

    private static string Query => $"?at={Then:yyyy-MM-dd}T00:00:00Z";

    [Fact]
    public async Task Picker_ATime_ShowsTheFleetThenAndGoesBackToLive()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Expect(Site.Row(page, PastSite.ChangedName)).ToBeVisibleAsync();

        await page.Locator(".asof summary").ClickAsync();
        await page.Locator(".asof input").FillAsync(Then.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        await page.Locator(".asof").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Show", Exact = true }).ClickAsync();
        await Expect(page.Locator(".banner")).ToContainTextAsync($"As of {Then:yyyy-MM-dd} 00:00:00 UTC");
        await Expect(Site.Row(page, PastSite.ChangedName)).ToHaveCountAsync(0);
        await Expect(Site.Row(page, PastSite.OldName(1))).ToBeVisibleAsync();
        // It opens over the banner.
        await page.Locator(".asof summary").ClickAsync();
        await page.Locator(".asof").GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "7 d ago" }).ClickAsync();
        await Expect(page.Locator(".banner")).Not.ToContainTextAsync($"As of {Then:yyyy-MM-dd} 00:00:00 UTC");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Back to live" }).ClickAsync();

        await Expect(page.Locator(".banner")).ToHaveCountAsync(0);
        await Expect(Site.Row(page, PastSite.ChangedName)).ToBeVisibleAsync();
        Assert.DoesNotContain("at=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_OnEveryPage_IsKeptByItsLinks()
    {
        IPage page = await chromium.OpenAsync(site.At("/" + Query));
        await Expect(page.Locator(".banner")).ToBeVisibleAsync();

        await Site.Row(page, PastSite.OldName(1)).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = PastSite.OldName(1), Exact = true }).ClickAsync();
        await StaysAsync(page, PastSite.OldId(1));
        foreach (string tab in (string[])["Memory", "Metadata", "PAMT", "History", "Raw"])
        {
            await page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Pages of this host" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = tab, Exact = true }).ClickAsync();
            await StaysAsync(page, "/" + tab.ToLowerInvariant());
        }

        foreach (string name in (string[])["History", "Compare", "Fleet"])
        {
            await page.GetByRole(AriaRole.Navigation, new PageGetByRoleOptions { Name = "Main" }).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name, Exact = true }).ClickAsync();
            await StaysAsync(page, name == "Fleet" ? "/?" : "/" + name.ToLowerInvariant());
        }
    }

    [Fact]
    public async Task Row_OfTheFleet_LinksToTheHostThenInAnotherTabToo()
    {
        IPage page = await chromium.OpenAsync(site.At("/" + Query));

        string? link = await Site.Row(page, PastSite.OldName(1)).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = PastSite.OldName(1), Exact = true }).GetAttributeAsync("href");

        Assert.EndsWith(Query, link, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_AsOf_EndsThere()
    {
        IPage page = await chromium.OpenAsync(site.History(PastSite.OldId(1), Query));
        await PastSite.AttachedAsync(page);

        string latest = await page.Locator("section[aria-labelledby=changes] tbody tr time").First.InnerTextAsync();

        Assert.True(DateTime.Parse(latest, CultureInfo.InvariantCulture) <= Then, $"a change of {latest} is shown as of {Then:u}");
        Assert.StartsWith(Then.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), await page.GetByLabel("To, in UTC").InputValueAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_BeforeItsFirstSnapshot_SaysSo()
    {
        IPage page = await chromium.OpenAsync(site.At($"/hosts/{site.ChangedId}{Query}"));

        await Expect(page.Locator("main")).ToContainTextAsync("had not reported yet at");
    }

    [Fact]
    public async Task Exports_AsOf_HoldTheFleetThen()
    {
        IPage page = await chromium.OpenAsync(site.At("/" + Query));
        await page.GetByText("Export", new PageGetByTextOptions { Exact = true }).ClickAsync();
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.Locator("a[download][href^='/fleet.json']").ClickAsync());
        string text = await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken);

        using var json = JsonDocument.Parse(text);
        Assert.Contains(PastSite.OldName(1), text, StringComparison.Ordinal);
        Assert.DoesNotContain(PastSite.ChangedName, text, StringComparison.Ordinal);
        Assert.Contains(Then.ToString("yyyyMMdd", CultureInfo.InvariantCulture), download.SuggestedFilename, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/?at=soon", "'soon', which is no time")]
    [InlineData("/history?at=9000-01-01", "yet to come")]
    [InlineData("/compare?at=%3Cb%3E", "'<b>', which is no time")]
    public async Task Time_MalformedOrToCome_IsNamedAndThePageIsLive(string path, string named)
    {
        IPage page = await chromium.OpenAsync(site.At(path));

        await Expect(page.Locator(".banner.wrong")).ToContainTextAsync(named);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Remove it from the address" }).ClickAsync();

        await Expect(page.Locator(".banner")).ToHaveCountAsync(0);
        Assert.DoesNotContain("at=", page.Url, StringComparison.Ordinal);
    }

    private static async Task StaysAsync(IPage page, string path)
    {
        await Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(path) + $".*at={Then:yyyy-MM-dd}T00:00:00Z$"));
        await Expect(page.Locator(".banner")).ToContainTextAsync("As of");
        await Expect(page.Locator("main h1").First).ToBeVisibleAsync();
    }
}
