using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

/// <summary>The memory map of a demo host in a browser: pointer, address, copies and exports.</summary>
[Collection(LookingTests.Name)]
public sealed partial class MemoryMapTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Zoom_ByWheelAndKeys_GoesIntoTheAddressAndBackZoomsOut()
    {
        IPage page = await OpenMapAsync();
        string whole = await RangeAsync(page);
        ILocator zoom = page.Locator("[data-part=zoom]");
        LocatorBoundingBoxResult box = (await zoom.BoundingBoxAsync())!;
        float x = MathF.Round(box.X + (box.Width * 0.6f));
        await page.Mouse.MoveAsync(x, box.Y + 40);
        string pointed = await page.Locator("[data-part=pointer]").InnerTextAsync();
        await page.Keyboard.DownAsync("Control");
        for (int i = 0; i < 4; i++)
        {
            await page.Mouse.WheelAsync(0, -200);
        }

        await page.Keyboard.UpAsync("Control");

        await page.WaitForURLAsync(url => url.Contains("from=0x", StringComparison.Ordinal));
        await page.Mouse.MoveAsync(x, box.Y + 41);
        Assert.Equal(Address(pointed), Address(await page.Locator("[data-part=pointer]").InnerTextAsync()), 64.0 * (1 << 20));
        Assert.NotEqual(whole, await RangeAsync(page));

        string near = await RangeAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-part=range]")).Not.ToHaveTextAsync(near);
        string nearest = await RangeAsync(page);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("[data-part=range]")).Not.ToHaveTextAsync(nearest);
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("[data-part=range]")).ToHaveTextAsync(whole);
        Assert.DoesNotContain("from=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PanZoomAndHover_OfTheDrawing_SendNothingToTheServer()
    {
        IPage page = await OpenMapAsync(path: "?from=0x100000000&to=0x800000000");
        // The page itself acknowledges the renders of its ages, and the connection keeps itself alive.
        await page.EvaluateAsync("""
            () => {
                const send = WebSocket.prototype.send;
                window.sent = [];
                WebSocket.prototype.send = function (message) {
                    const text = new TextDecoder().decode(message);
                    if (text.length > 8 && !text.includes('OnRenderCompleted')) { window.sent.push(text); }
                    return send.call(this, message);
                };
            }
            """);
        LocatorBoundingBoxResult box = (await page.Locator("[data-part=zoom]").BoundingBoxAsync())!;

        await page.Mouse.MoveAsync(box.X + 300, box.Y + 90);
        await page.Mouse.DownAsync();
        for (int i = 1; i <= 20; i++)
        {
            await page.Mouse.MoveAsync(box.X + 300 - (i * 5), box.Y + 90);
        }

        await page.Mouse.UpAsync();
        await page.Locator("[data-part=overview]").FocusAsync();
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        await page.WaitForURLAsync(url => url.Contains("from=0x", StringComparison.Ordinal) && !url.Contains("from=0x100000000&", StringComparison.Ordinal));

        Assert.Empty(await page.EvaluateAsync<string[]>("() => window.sent"));
    }

    [Theory]
    [InlineData("4G+16M", "0x1_0100_0000 lies in")]
    [InlineData("pfn:0x100001", "0x1_0000_1000 lies in")]
    [InlineData("0x2000", "0x2000 lies in")]
    [InlineData("4GB", "write 4GiB")]
    [InlineData("nowhere", "is no address")]
    public async Task GoTo_Text_SaysWhatLiesThereOrWhatIsWrong(string text, string said)
    {
        IPage page = await OpenMapAsync();
        await page.Locator("[data-part=overview]").FocusAsync();
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.TypeAsync(text);
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Locator("[data-part=go-message]")).ToContainTextAsync(said);
    }

    [Fact]
    public async Task Select_ByClick_KeepsMapTableAndPaneInStepAndTheLinkBringsItBack()
    {
        IPage page = await OpenMapAsync();
        ILocator row = page.Locator("tbody tr[data-select^='tdmr.']").Last;
        string key = (await row.GetAttributeAsync("data-select"))!;
        await row.ClickAsync();

        await Assertions.Expect(page.Locator("[data-part=pane] h3")).ToHaveTextAsync("TDMR");
        await Assertions.Expect(page.Locator($"tbody tr.selected[data-select='{key}']")).ToHaveCountAsync(1);
        await page.WaitForURLAsync(url => url.Contains($"sel={key}", StringComparison.Ordinal));

        IPage again = await chromium.OpenAsync(new Uri(page.Url));
        await Assertions.Expect(again.Locator("[data-part=pane] h3")).ToHaveTextAsync("TDMR");
        await Assertions.Expect(again.Locator($"tbody tr.selected[data-select='{key}']")).ToHaveCountAsync(1);
        await again.Locator("[data-part=overview]").FocusAsync();
        await again.Keyboard.PressAsync("Escape");
        await Assertions.Expect(again.Locator("tbody tr.selected")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Copy_ByKeyAndMenu_GivesThePlainForms()
    {
        IPage page = await OpenMapAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.Locator("tbody tr[data-select^='tdmr.']").Last.ClickAsync();
        string key = (await page.Locator("tbody tr[data-select^='tdmr.']").Last.GetAttributeAsync("data-select"))!;
        await page.Locator("[data-part=pane]").FocusAsync();
        await page.Keyboard.PressAsync("c");

        await Assertions.Expect(page.Locator("[data-part=toast]")).ToContainTextAsync("Copied 0x");
        await Assertions.Expect(page.Locator("#announcer")).ToContainTextAsync("Copied 0x");
        Assert.Equal(key["tdmr.".Length..], await ClipboardAsync(page));

        await page.Locator("summary", new() { HasText = "Copy" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "JSON" }).First.ClickAsync();
        Assert.Contains($"\"range\":\"{key["tdmr.".Length..]}\"", await ClipboardAsync(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Legend_Unchecked_HidesTheKindFromMapTableAndUrl()
    {
        IPage page = await OpenMapAsync();
        int all = await page.Locator("tbody tr[data-select]").CountAsync();
        int ram = await page.Locator("tbody tr[data-select^='ram.']").CountAsync();
        await page.Locator("input[data-kind=ram]").UncheckAsync();

        await Assertions.Expect(page.Locator("tbody tr[data-select]")).ToHaveCountAsync(all - ram);
        await Assertions.Expect(page.Locator("[data-part=lanes] [aria-label^='RAM']")).ToHaveCountAsync(0);
        await page.WaitForURLAsync(url => url.Contains("hide=ram", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Units_Chosen_AreRememberedAndTheTableFollows()
    {
        IPage page = await OpenMapAsync();
        await page.Locator("[data-part=units]").SelectOptionAsync("pages");
        await Assertions.Expect(page.Locator("section[aria-labelledby=map] tbody tr[data-select] td:nth-child(4)").First).ToContainTextAsync("page");
        await page.GotoAsync(page.Url.Split('?')[0]);
        await page.Locator(".memory-map[data-live]").WaitForAsync();

        await Assertions.Expect(page.Locator("[data-part=units]")).ToHaveValueAsync("pages");
        await Assertions.Expect(page.Locator("section[aria-labelledby=map] tbody tr[data-select] td:nth-child(4)").First).ToContainTextAsync("page");
    }

    private async Task<IPage> OpenMapAsync(string path = "", ColorScheme scheme = ColorScheme.Light)
    {
        IPage page = await chromium.OpenAsync(site.Address, scheme);
        await OpenMapOfAsync(page, path);
        return page;
    }

    /// <summary>Opens the memory page of the first demo host and waits until the map is drawn.</summary>
    internal static async Task OpenMapOfAsync(IPage page, string query = "")
    {
        string host = (await page.Locator("tbody a[href^='/hosts/de30']").First.GetAttributeAsync("href"))!;
        await page.GotoAsync($"{new Uri(page.Url).GetLeftPart(UriPartial.Authority)}{host}/memory{query}");
        await page.Locator(".memory-map[data-live]").WaitForAsync();
    }

    private static Task<string> RangeAsync(IPage page) => page.Locator("[data-part=range]").InnerTextAsync();

    private static Task<string> ClipboardAsync(IPage page) => page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

    private static double Address(string text) => Convert.ToUInt64(HexDigits().Match(text).Value.Replace("_", "", StringComparison.Ordinal), 16);

    [GeneratedRegex("0x[0-9a-f_]+")]
    private static partial Regex HexDigits();
}
