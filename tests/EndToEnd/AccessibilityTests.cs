using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>The pages of the fleet, of hosts and of alerts: accessible in both themes, and pictured as the README shows them, whole and without an error.</summary>
[Collection(LookingTests.Name)]
public sealed class AccessibilityTests(Chromium chromium, Site site)
{
    private static readonly string[] Themes = ["light", "dark"];

    public static TheoryData<string> HostPages => ["Overview", "Memory", "Metadata", "PAMT", "Raw"];

    [Fact]
    public async Task Fleet_InBothThemes_HasNoSeriousFindingAndGivesAPicture()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(Site.DemoHosts + 1);
        foreach (string theme in Themes)
        {
            await ChooseAsync(page, theme);
            await AssertAccessibleAsync(page);
            await TakeAsync(page, $"fleet-{theme}");
        }
    }

    /// <summary>This machine's page and that of a demo host, of which one has what the other has not; pictures are shown of made-up hosts alone.</summary>
    [Theory]
    [MemberData(nameof(HostPages))]
    public async Task Hosts_InBothThemes_HaveNoSeriousFindingAndGivePictures(string tab)
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(Site.DemoHosts + 1);
        string demo = (await Site.DemoRows(page).First.GetByRole(AriaRole.Link).First.GetAttributeAsync("href"))!;
        await Site.OpenHostAsync(page, Site.ThisMachine, tab);
        foreach (string theme in Themes)
        {
            await ChooseAsync(page, theme);
            await AssertAccessibleAsync(page);
            if (tab == "Overview")
            {
                await TakeAsync(page, $"host-{theme}");
            }
        }

        await page.GotoAsync(new Uri(site.Address, tab == "Overview" ? demo : $"{demo}/{tab.ToLowerInvariant()}").ToString());
        await Chromium.InteractiveAsync(page);
        if (tab is "Memory" or "PAMT")
        {
            // What scripts draw comes a little later.
            await Assertions.Expect(page.Locator(tab == "Memory" ? "[data-part=zoom]" : ".chart canvas").First).ToBeVisibleAsync();
        }

        foreach (string theme in Themes)
        {
            await ChooseAsync(page, theme);
            await TakeAsync(page, $"demo-host-{tab.ToLowerInvariant()}-{theme}");
        }
    }

    [Fact]
    public async Task Alerts_InBothThemes_HaveNoSeriousFindingAndGiveAPicture()
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "alerts?show=rules"));
        await Assertions.Expect(page.Locator("[data-rule]")).ToHaveCountAsync(8);
        foreach (string theme in Themes)
        {
            await ChooseAsync(page, theme);
            await TakeAsync(page, $"alerts-rules-{theme}");
        }

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Change tdmrs" }).ClickAsync();
        await Assertions.Expect(page.Locator("form.form")).ToBeVisibleAsync();
        foreach (string theme in Themes)
        {
            await ChooseAsync(page, theme);
            await AssertAccessibleAsync(page);
        }
    }

    // Of what passes one element each is told: to describe thousands took most of a run's time.
    private static AxeRunOptions Findings => new() { ResultTypes = [ResultType.Violations] };

    internal static async Task AssertAccessibleAsync(IPage page)
    {
        // In parts, for pages with frames, axe takes all that it found of every element through two pages, which took a quarter of the longest test run. No page of ours has one.
        Assert.Equal(0, await page.Locator("iframe, frame").CountAsync());
#pragma warning disable CS0618
        AxeResult result = await page.RunAxeLegacy(context: null, Findings);
#pragma warning restore CS0618
        Assert.NotEmpty(result.Passes);
        Assert.Empty(result.Violations.Where(v => v.Impact is "serious" or "critical")
            .Select(v => $"{v.Impact} {v.Id}: {v.Help}\n{string.Join('\n', v.Nodes.Select(n => $"  {n.Target}: {n.Html}"))}"));
    }

    // As by its button in the bar, which also draws what is not drawn by style sheets.
    private static async Task ChooseAsync(IPage page, string theme) => await page.EvaluateAsync("theme => window.tdxTheme.choose(theme)", theme);

    private static async Task TakeAsync(IPage page, string name)
    {
        await Assertions.Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        Directory.CreateDirectory(Product.Screenshots);
        byte[] picture = await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Product.Screenshots, name + ".png"), FullPage = true });
        Assert.NotEmpty(picture);
    }
}
