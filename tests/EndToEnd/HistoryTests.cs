using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>The history of a host: what its time line draws, and every way to look at another time.</summary>
[Collection(PastTests.Name)]
public sealed partial class HistoryTests(Chromium chromium, PastSite site)
{
    private const float Least = 0.5f;

    [Fact]
    public async Task TimeLine_HostWithAYear_DrawsBootsChangesAndUpdates()
    {
        IPage page = await OpenAsync(PastSite.OldId(1));

        Assert.True(await page.Locator("svg.lane[aria-label^='boot:'] rect.band").CountAsync() > 1, "the boots of a year are one band");
        Assert.True(await page.Locator("svg.marks a").CountAsync() > 4, "a year of changes has hardly a mark");
        await Expect(page.Locator("svg.marks path.boot").First).ToBeAttachedAsync();
        await Expect(page.Locator("svg.marks path.update").First).ToBeVisibleAsync();
        await Expect(page.Locator("svg.lane[aria-label^='kernel:'] rect.band").First).ToBeVisibleAsync();
        await Expect(page.Locator(".line .name .mark").First).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("silent", "host not heard of")]
    [InlineData("away", "dashboard not running")]
    public async Task TimeLine_TimesWithoutNews_AreHatchedAndNamed(string gap, string words)
    {
        IPage page = await OpenAsync(PastSite.OldId(1));

        ILocator drawn = page.Locator($"svg.lane rect.gap.{gap}").First;
        await Expect(drawn).ToBeVisibleAsync();
        Assert.Contains("url(", await drawn.EvaluateAsync<string>("e => getComputedStyle(e).fill"), StringComparison.Ordinal);
        await page.GetByText("The time line as a table").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new PageGetByRoleOptions { Name = "Time line as a table" })).ToContainTextAsync(words);
    }

    [Theory]
    [InlineData("last change", "range=change")]
    [InlineData("24 h", "range=24h")]
    [InlineData("7 d", "range=7d")]
    [InlineData("30 d", "range=30d")]
    [InlineData("since boot", "range=boot")]
    public async Task Preset_Chosen_IsInTheAddressAndShown(string preset, string query)
    {
        IPage page = await OpenAsync(PastSite.OldId(1));
        string before = await FromAsync(page);

        await Preset(page, preset).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex($@"\?{query}$"));
        await Expect(Preset(page, preset)).ToHaveAttributeAsync("aria-current", "true");
        await Expect(page.GetByLabel("From, in UTC")).Not.ToHaveValueAsync(before);
    }

    [Fact]
    public async Task Custom_TwoTimesTyped_AreShown()
    {
        IPage page = await OpenAsync(PastSite.OldId(1));
        int all = await page.Locator("svg.marks a").CountAsync();
        DateTime to = DateTime.UtcNow.AddDays(-100);

        await page.GetByLabel("From, in UTC").FillAsync($"{to.AddDays(-60):yyyy-MM-dd}");
        await page.GetByLabel("To, in UTC").FillAsync($"{to:yyyy-MM-dd}");
        await Custom(page).ClickAsync();

        await Expect(page).ToHaveURLAsync(CustomRange());
        await Expect(Custom(page)).ToHaveClassAsync(On());
        await Expect(page.Locator("svg.marks a")).Not.ToHaveCountAsync(all);
    }

    [Fact]
    public async Task Custom_EndBeforeStart_IsRefusedInWords()
    {
        IPage page = await OpenAsync(PastSite.OldId(1));

        await page.GetByLabel("From, in UTC").FillAsync("2026-03-02");
        await page.GetByLabel("To, in UTC").FillAsync("2026-03-01");
        await Custom(page).ClickAsync();

        await Expect(page.Locator(".range .problem")).ToHaveTextAsync("The start is not before the end.");
    }

    [Fact]
    public async Task Drag_OverTheTimeLine_ZoomsAndBackZoomsOut()
    {
        IPage page = await OpenAsync(PastSite.OldId(1));
        string before = await FromAsync(page);

        await DragAsync(page, 0.3f, Least);

        await Expect(page).ToHaveURLAsync(CustomRange());
        await Expect(Custom(page)).ToHaveClassAsync(On());
        await Expect(page.GetByLabel("From, in UTC")).Not.ToHaveValueAsync(before);
        await page.GoBackAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/history$"));
        await Expect(Preset(page, "all")).ToHaveAttributeAsync("aria-current", "true");
        await Expect(Custom(page)).Not.ToHaveClassAsync(On());
    }

    [Fact]
    public async Task Keys_OnTheMarks_MoveZoomAndOpenTheDifference()
    {
        IPage page = await OpenAsync(PastSite.OldId(1));
        ILocator marks = page.Locator("svg.marks a");
        Assert.Equal(1, await page.Locator("svg.marks a[tabindex='0']").CountAsync());

        await page.Locator("svg.marks a[tabindex='0']").FocusAsync();
        await page.Keyboard.PressAsync("Home");
        await Expect(marks.First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(marks.Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("+");
        await Expect(page).ToHaveURLAsync(CustomRange());
        await Expect(Custom(page)).ToHaveClassAsync(On());
        await page.Locator("svg.marks a[tabindex='0']").FocusAsync();
        await page.Keyboard.PressAsync("Enter");

        await Expect(page).ToHaveURLAsync(new Regex("/compare"));
        await Expect(page.Locator("[data-change]").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Zone_Local_WritesTimesOfTheBrowser()
    {
        IPage page = await chromium.OpenAsync(site.History(PastSite.OldId(1)), zone: "Asia/Tokyo");
        ILocator received = page.Locator("section[aria-labelledby=changes] tbody tr").First.Locator("time");
        string utc = await received.InnerTextAsync();

        await page.Locator(".zones").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "local" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("tz=local$"));
        await Expect(page.Locator("section[aria-labelledby=changes] thead")).ToContainTextAsync("Asia/Tokyo");
        Assert.Equal(DateTime.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).AddHours(9), DateTime.Parse(await received.InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Kind_Chosen_ListsThatOnly()
    {
        IPage page = await OpenAsync(site.ChangedId);
        await Expect(page.Locator("section[aria-labelledby=changes] tbody tr")).ToHaveCountAsync(4);

        await page.Locator(".kinds").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "boot", Exact = true }).ClickAsync();

        await Expect(page.Locator("section[aria-labelledby=changes] tbody tr")).ToHaveCountAsync(1);
    }

    [Theory]
    [InlineData("?from=yesterday&to=today", "'yesterday' and 'today'")]
    [InlineData("?from=2026-03-02&to=2026-03-01", "not before 'to'")]
    [InlineData("?range=century", "'century'")]
    [InlineData("?kinds=boot,colour", "'colour'")]
    [InlineData("?page=last", "'last'")]
    public async Task Address_Malformed_IsNamedAndThePageStands(string query, string named)
    {
        IPage page = await OpenAsync(PastSite.OldId(1), query);

        await Expect(page.Locator(".problems")).ToContainTextAsync(named);
        await Preset(page, "7 d").ClickAsync();
        await Expect(page.Locator(".problems")).ToBeHiddenAsync();
        await Expect(Preset(page, "7 d")).ToHaveAttributeAsync("aria-current", "true");
    }

    [Fact]
    public async Task UnknownHost_HistoryOf_SaysSoAndLeadsBack()
    {
        IPage page = await chromium.OpenAsync(site.History("00000000-0000-0000-0000-000000000000"));

        await Expect(page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "No such host" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Back to the fleet" }).ClickAsync();
        await Expect(Site.Rows(page).First).ToBeVisibleAsync();
    }

    private static ILocator Preset(IPage page, string name) => page.Locator(".range").GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = name, Exact = true });

    private static ILocator Custom(IPage page) => page.Locator(".range .custom button");

    private static Task<string> FromAsync(IPage page) => page.GetByLabel("From, in UTC").InputValueAsync();

    internal static async Task DragAsync(IPage page, float from, float to)
    {
        ILocator plot = page.Locator(".line svg.lane.plot").First;
        await plot.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await plot.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width * from), box.Y + (box.Height / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * to), box.Y + (box.Height / 2), new MouseMoveOptions { Steps = 4 });
        await Expect(page.Locator(".selection")).ToBeVisibleAsync();
        await page.Mouse.UpAsync();
    }

    private async Task<IPage> OpenAsync(string hostId, string query = "")
    {
        IPage page = await chromium.OpenAsync(site.History(hostId, query));
        await PastSite.AttachedAsync(page);
        return page;
    }

    [GeneratedRegex(@"\?from=[^&]+Z&to=[^&]+Z$")]
    private static partial Regex CustomRange();

    [GeneratedRegex(@"\bon\b")]
    private static partial Regex On();
}
