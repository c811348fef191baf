using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>What stands around every page: command palette, help, themes, narrow windows, and the way back after a restart.</summary>
[Collection(LookingTests.Name)]
public sealed partial class ShellTests(Chromium chromium, Site site)
{
    public static TheoryData<string> HostPages => ["Overview", "Memory", "Metadata", "PAMT", "Raw"];

    [Fact]
    public async Task Palette_NameAndPage_OpensThePageByKeysAlone()
    {
        IPage page = await chromium.OpenAsync(site.Address);

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync($"{Site.ThisMachine} metadata");
        await Assertions.Expect(page.Locator("#palette-list [aria-selected=true]")).ToContainTextAsync($"{Site.ThisMachine}, Metadata");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page).ToHaveURLAsync(MetadataPage());
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "Global metadata" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#palette")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Palette_NothingFound_SaysWhatIsLookedFor()
    {
        IPage page = await chromium.OpenAsync(site.Address);

        await page.Keyboard.PressAsync("Control+k");
        await page.Keyboard.TypeAsync("no-such-thing-anywhere");

        await Assertions.Expect(page.Locator("#palette-note")).ToContainTextAsync("Hosts are found by name");
    }

    [Fact]
    public async Task Help_QuestionMark_OpensAndEscapeCloses()
    {
        IPage page = await chromium.OpenAsync(site.Address);

        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("#help")).ToContainTextAsync("Convertible Memory Range");
        await page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(page.Locator("#help")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task SingleKeys_SwitchedOff_StayOffAfterAReload()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await page.Keyboard.PressAsync("?");
        await page.GetByLabel("Single-key shortcuts are on").UncheckAsync();
        await page.Keyboard.PressAsync("Escape");

        await page.ReloadAsync();
        await Chromium.InteractiveAsync(page);
        await page.Keyboard.PressAsync("?");
        await page.Keyboard.PressAsync("Control+k");

        await Assertions.Expect(page.Locator("#palette")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#help")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    [InlineData("contrast")]
    public async Task Theme_Chosen_StandsBeforeAnythingIsDrawnAfterAReload(string theme)
    {
        IPage page = await chromium.OpenAsync(site.Address);
        ILocator toggle = page.Locator("[data-theme-toggle]");
        for (int steps = 0; steps < 4 && await page.EvaluateAsync<string?>("document.documentElement.dataset.theme") != theme; steps++)
        {
            await toggle.ClickAsync();
        }

        await page.AddInitScriptAsync("""
            new MutationObserver((_, observer) => {
                if (document.body) { window.themeAtBody = document.documentElement.dataset.theme; observer.disconnect(); }
            }).observe(document, { childList: true, subtree: true });
            """);
        await page.ReloadAsync();

        Assert.Equal(theme, await page.EvaluateAsync<string?>("window.themeAtBody"));
    }

    [Theory]
    [MemberData(nameof(HostPages))]
    public async Task HostPage_At360Pixels_IsNoWiderThanTheWindow(string tab)
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Site.OpenHostAsync(page, Site.ThisMachine, tab);

        await page.SetViewportSizeAsync(360, 780);

        string[] wide = await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 360.5 && !e.closest('.scroll')).map(e => e.outerHTML.slice(0, 120))
            """);
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 360, $"{tab} is wider than 360 pixels: {string.Join('\n', wide)}");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Directory.CreateDirectory(Product.Screenshots).FullName, $"narrow-{tab.ToLowerInvariant()}.png") });
    }

    [Fact]
    public async Task Snapshot_Downloaded_IsTheJsonOfTheHost()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Site.OpenHostAsync(page, Site.ThisMachine, "Raw");

        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "snapshot.json" }).ClickAsync());

        using var snapshot = JsonDocument.Parse(await File.ReadAllTextAsync(await download.PathAsync(), TestContext.Current.CancellationToken));
        Assert.Equal(Site.ThisMachine, snapshot.RootElement.GetProperty("host").GetProperty("name").GetProperty("value").GetString());
    }

    [GeneratedRegex("/hosts/[^/]+/metadata$")]
    private static partial Regex MetadataPage();
}
