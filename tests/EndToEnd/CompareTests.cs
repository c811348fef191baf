using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>What differs between snapshots of one host, and between hosts.</summary>
[Collection(PastTests.Name)]
public sealed partial class CompareTests(Chromium chromium, PastSite site)
{
    [Fact]
    public async Task Difference_OfAChangeInTheHistory_StandsSideBySideThenUnified()
    {
        IPage page = await OpenChangeAsync("memory");
        await Expect(page.Locator(".identity")).ToHaveCountAsync(2);
        await Expect(page.Locator("td.before").First).ToBeVisibleAsync();
        await Expect(page.Locator("td.after").First).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "unified" }).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("view=unified"));
        await Expect(page.Locator("[data-change] del, [data-change] ins").First).ToBeVisibleAsync();
        await Expect(page.Locator("td.before")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Difference_OfMemory_HasDeltaUnitCountsAndMap()
    {
        IPage page = await OpenChangeAsync("memory");

        await Expect(page.Locator("[data-change]").Filter(new LocatorFilterOptions { HasTextRegex = Delta() }).First).ToBeVisibleAsync();
        await Expect(page.Locator("#part-memory .sign").First).ToBeVisibleAsync();
        ILocator map = page.Locator("section[aria-labelledby=map-changes]");
        await Expect(map.Locator("[data-part=zoom]")).ToBeVisibleAsync();
        await Expect(map.Locator("tbody tr").First).ToBeVisibleAsync();
        await Expect(map).ToContainTextAsync("A above, B below");
    }

    [Fact]
    public async Task Unchanged_Values_AreFoldedUntilOpened()
    {
        IPage page = await OpenChangeAsync("memory");
        ILocator fold = page.Locator(".group details").Filter(new LocatorFilterOptions { HasText = "unchanged" }).First;
        await Expect(fold.Locator("dl")).ToBeHiddenAsync();

        await fold.Locator("summary").ClickAsync();

        await Expect(fold.Locator("dl")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Keys_NAndP_GoFromChangeToChange()
    {
        IPage page = await OpenChangeAsync("memory");
        ILocator changes = page.Locator("[data-change]");
        Assert.True(await changes.CountAsync() > 1, "there is only one change to go to");

        await page.Keyboard.PressAsync("n");
        await Expect(changes.First).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("n");
        await Expect(changes.Nth(1)).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("p");
        await Expect(changes.First).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "previous" }).ClickAsync();

        await Expect(changes.Last).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Link_ToOneChange_OpensThePageAtIt()
    {
        IPage page = await OpenChangeAsync("memory");
        ILocator sign = page.Locator("[data-change] a.sign").Last;
        string link = (await sign.GetAttributeAsync("href"))!;

        IPage other = await chromium.OpenAsync(site.At(link));

        string anchor = link.Split('#')[1];
        await Expect(other.Locator($"[id='{anchor}']")).ToBeFocusedAsync();
        await Expect(other.Locator($"[id='{anchor}']")).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Copy_AsTextAndAsJson_PutsTheWholeDifferenceIntoTheClipboard()
    {
        IPage page = await OpenChangeAsync("memory");

        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "copy as text" }).ClickAsync();
        await Expect(page.Locator("[data-copied]")).ToHaveTextAsync("copy as text");
        Assert.Contains("memory", await ClipboardAsync(page), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "copy as JSON", Exact = true }).ClickAsync();
        await Expect(page.Locator("[data-copied]").Filter(new LocatorFilterOptions { HasText = "JSON" })).ToBeVisibleAsync();

        using var json = JsonDocument.Parse(await ClipboardAsync(page));
        Assert.NotEqual(0, json.RootElement.GetProperty("entries").GetArrayLength());
    }

    [Fact]
    public async Task TwoHosts_Compared_LeaveOutWhatIsExpectedByRulesThatAreListed()
    {
        IPage page = await chromium.OpenAsync(site.At($"/compare?a={PastSite.OldId(1)}&b={PastSite.OldId(2)}"));
        await page.Locator(".rules summary").ClickAsync();
        ILocator rules = page.Locator(".rules li");
        Assert.True(await rules.CountAsync() > 2, "the rules are not listed");
        int shown = await CountAsync(page);

        await rules.Filter(new LocatorFilterOptions { HasText = "left out)" }).First.GetByRole(AriaRole.Switch).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Regex("show="));
        await Expect(page.Locator(".top [role=status]")).Not.ToHaveTextAsync($"{shown} differences");
        Assert.True(await CountAsync(page) >= shown, "a rule that is off left out more");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task SeveralHosts_Compared_StandInOneTable(int count)
    {
        string query = string.Join('&', "abcd".Take(count).Select((letter, i) => $"{letter}={PastSite.OldId(i + 1)}"));

        IPage page = await chromium.OpenAsync(site.At("/compare?" + query));

        await Expect(page.Locator("section[aria-labelledby=matrix] thead .identity")).ToHaveCountAsync(count);
        await Expect(page.Locator("td.differs").First).ToBeVisibleAsync();
        await Expect(page.Locator(".rules summary")).ToContainTextAsync("left out");
    }

    [Fact]
    public async Task Bits_ThatDiffer_AreNamed()
    {
        // A server of another family has other features.
        IPage page = await chromium.OpenAsync(site.At($"/compare?a={PastSite.OldId(1)}&b={PastSite.OldId(2)}&show=name"));
        for (int i = 3; i <= PastSite.OldHosts && await page.Locator(".bit").CountAsync() == 0; i++)
        {
            await page.GotoAsync($"/compare?a={PastSite.OldId(1)}&b={PastSite.OldId(i)}");
            await page.Locator(".top [role=status]").WaitForAsync();
        }

        await Expect(page.Locator(".bit").First).ToHaveTextAsync(new Regex("^[+−][A-Z0-9_]+"));
    }

    [Fact]
    public async Task Picker_TwoNames_Compares()
    {
        IPage page = await chromium.OpenAsync(site.At("/compare"));
        await Expect(page.Locator("main")).ToContainTextAsync("Choose two to four hosts or snapshots");

        await page.GetByLabel("Host A").FillAsync(PastSite.OldName(1));
        await page.GetByLabel("Host B").FillAsync(PastSite.ChangedName);
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare", Exact = true }).ClickAsync();
        await Expect(page.Locator(".identity")).ToHaveCountAsync(2);
        await page.GetByLabel("Host B").FillAsync("nobody");
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare", Exact = true }).ClickAsync();

        await Expect(page.Locator(".picker .problem")).ToContainTextAsync("No host is called 'nobody'");
    }

    [Theory]
    [InlineData("a=<b>&b=x@@", "'<b>'")]
    [InlineData("a=nobody&b=nobody", "nobody has reported")]
    [InlineData("a=de300000-7d00-4001-8000-000000000001@yesterday&b=de300000-7d00-4001-8000-000000000002", "'yesterday'")]
    [InlineData("a=de300000-7d00-4001-8000-000000000001@1999-01-01&b=de300000-7d00-4001-8000-000000000002", "had not reported yet")]
    [InlineData("a=de300000-7d00-4001-8000-000000000001@r999999999&b=de300000-7d00-4001-8000-000000000002", "revision 999999999")]
    public async Task Address_Malformed_IsNamedAndThePageStands(string query, string named)
    {
        IPage page = await chromium.OpenAsync(site.At("/compare?" + query));

        await Expect(page.Locator(".problems")).ToContainTextAsync(named);
        await page.GetByLabel("Host A").FillAsync(PastSite.OldName(1));
        await page.Locator(".picker .when").First.FillAsync("");
        await page.GetByLabel("Host B").FillAsync(PastSite.OldName(2));
        await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Compare", Exact = true }).ClickAsync();
        await Expect(page.Locator(".top [role=status]")).ToBeVisibleAsync();
        await Expect(page.Locator(".problems")).ToBeHiddenAsync();
    }

    private static Task<string> ClipboardAsync(IPage page) => page.EvaluateAsync<string>("navigator.clipboard.readText()");

    private static async Task<int> CountAsync(IPage page) =>
        int.Parse((await page.Locator(".top [role=status]").InnerTextAsync()).Split(' ')[0].Replace(",", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<IPage> OpenChangeAsync(string kind)
    {
        IPage page = await chromium.OpenAsync(site.History(site.ChangedId, $"?kinds={kind}"));
        await page.Locator("section[aria-labelledby=changes] tbody tr").First.GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = "difference" }).ClickAsync();
        await page.Locator("[data-change]").First.WaitForAsync();
        return page;
    }

    [GeneratedRegex(@"[+−-]\d[\d., ]*\s?(B|KiB|MiB|GiB)")]
    private static partial Regex Delta();
}
