using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

[Collection(LookingTests.Name)]
public sealed class FleetTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Fleet_WithThisMachineAndDemo_ShowsEveryHost()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Assertions.Expect(Site.Rows(page)).ToHaveCountAsync(Site.DemoHosts + 1);
        await Assertions.Expect(Site.Row(page, Site.ThisMachine)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Fleet_DemoHosts_AreLabelledEmulated()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        ILocator demo = Site.DemoRows(page);
        await Assertions.Expect(demo).ToHaveCountAsync(Site.DemoHosts);
        for (int i = 0; i < Site.DemoHosts; i++)
        {
            await Assertions.Expect(demo.Nth(i)).ToContainTextAsync("emulated");
        }
    }

    [Fact]
    public async Task Host_MemoryTab_ShowsTheMemoryMap()
    {
        IPage page = await chromium.OpenAsync(site.Address);
        await Site.OpenHostAsync(page, Site.ThisMachine, "Memory");
        await Assertions.Expect(page.Locator("main svg[role=img], main svg[aria-label]").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("hypothetical");
    }

    [Fact]
    public async Task Host_ThatIsNotThere_SaysSo()
    {
        IPage page = await chromium.OpenAsync(new Uri(site.Address, "/hosts/00000000-0000-0000-0000-000000000000"));
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("00000000-0000-0000-0000-000000000000");
    }
}
