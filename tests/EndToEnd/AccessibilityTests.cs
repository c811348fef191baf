using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

[Collection(LookingTests.Name)]
public sealed class AccessibilityTests(Chromium chromium, Site site)
{
    public static MatrixTheoryData<ColorScheme, string> HostPages => new([ColorScheme.Light, ColorScheme.Dark], ["Overview", "Memory", "Metadata", "PAMT", "Raw"]);

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Fleet_InBothThemes_HasNoSeriousFinding(ColorScheme scheme)
    {
        IPage page = await chromium.OpenAsync(site.Address, scheme);
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(Site.DemoHosts + 1);
        await AssertAccessibleAsync(page);
    }

    [Theory]
    [MemberData(nameof(HostPages))]
    public async Task Host_InBothThemes_HasNoSeriousFinding(ColorScheme scheme, string tab)
    {
        IPage page = await chromium.OpenAsync(site.Address, scheme);
        await Site.OpenHostAsync(page, Site.ThisMachine, tab);
        await AssertAccessibleAsync(page);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Alerts_InBothThemes_HasNoSeriousFinding(ColorScheme scheme)
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "alerts?show=rules"), scheme);
        await Assertions.Expect(page.Locator("[data-rule]")).ToHaveCountAsync(8);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Change tdmrs" }).ClickAsync();
        await Assertions.Expect(page.Locator("form.form")).ToBeVisibleAsync();
        await AssertAccessibleAsync(page);
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
}
