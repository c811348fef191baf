using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>Takes the pictures that the README shows, and sees to it that they are taken of whole pages without an error.</summary>
[Collection(LookingTests.Name)]
public sealed class ScreenshotTests(Chromium chromium, Site site)
{
    public static MatrixTheoryData<string, string> DemoPages => new(["light", "dark"], ["Overview", "Memory", "Metadata", "PAMT", "Raw"]);

    public static TheoryData<string, ColorScheme> Themes => new() { { "light", ColorScheme.Light }, { "dark", ColorScheme.Dark } };

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task Fleet_Drawn_GivesAPicture(string theme, ColorScheme scheme)
    {
        IPage page = await chromium.OpenAsync(site.Address, scheme);
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(Site.DemoHosts + 1);
        await TakeAsync(page, $"fleet-{theme}");
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task HostOfThisMachine_Drawn_GivesAPicture(string theme, ColorScheme scheme)
    {
        IPage page = await chromium.OpenAsync(site.Address, scheme);
        await Site.OpenHostAsync(page, Site.ThisMachine);
        await TakeAsync(page, $"host-{theme}");
    }

    [Theory]
    [MemberData(nameof(DemoPages))]
    public async Task DemoHost_Drawn_GivesAPicture(string theme, string tab)
    {
        IPage page = await chromium.OpenAsync(site.Address, theme == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        ILocator demo = Site.DemoRows(page).First;
        await Site.OpenHostAsync(page, (await demo.GetByRole(AriaRole.Link).First.InnerTextAsync()).Trim(), tab);
        if (tab is "Memory" or "PAMT")
        {
            // What scripts draw comes a little later.
            await Assertions.Expect(page.Locator(tab == "Memory" ? "[data-part=zoom]" : ".chart canvas").First).ToBeVisibleAsync();
        }

        await TakeAsync(page, $"demo-host-{tab.ToLowerInvariant()}-{theme}");
    }

    [Theory]
    [MemberData(nameof(Themes))]
    public async Task Alerts_Rules_GiveAPicture(string theme, ColorScheme scheme)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "alerts?show=rules"), scheme);
        await Assertions.Expect(page.Locator("[data-rule]")).ToHaveCountAsync(8);
        await TakeAsync(page, $"alerts-rules-{theme}");
    }

    private static async Task TakeAsync(IPage page, string name)
    {
        await Assertions.Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        Directory.CreateDirectory(Product.Screenshots);
        byte[] picture = await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Product.Screenshots, name + ".png"), FullPage = true });
        Assert.NotEmpty(picture);
    }
}
