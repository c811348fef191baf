using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>The map's URL, and what the map tells the server.</summary>
[Collection(LookingTests.Name)]
public sealed class MapAddressTests(Chromium chromium, Site site)
{
    // The page itself acknowledges the renders of its ages, and the connection keeps itself alive.
    private const string RecordFrames = """
        () => {
            const send = WebSocket.prototype.send;
            window.sent = [];
            WebSocket.prototype.send = function (message) {
                const text = new TextDecoder().decode(message);
                if (text.length > 8 && !text.includes('OnRenderCompleted')) { window.sent.push(text); }
                return send.call(this, message);
            };
        }
        """;

    [Fact]
    public async Task Link_OfAView_BringsAllOfItBack()
    {
        const string Query = "?from=0x8000000000&to=0x18000000000&scale=linear&units=MiB&hide=firmware.ram&sel=tdmr.0x10080000000-0x20080000000";
        IPage page = await MapPage.OpenAsync(chromium, site, Query);

        Assert.Equal((0x80_0000_0000UL, 0x180_0000_0000UL), await page.SeenAsync());
        await Assertions.Expect(page.Part("scale")).ToHaveValueAsync("linear");
        await Assertions.Expect(page.Part("units")).ToHaveValueAsync("MiB");
        await Assertions.Expect(page.Locator("input[data-kind=firmware]")).Not.ToBeCheckedAsync();
        await Assertions.Expect(page.Locator("input[data-kind=cmr]")).ToBeCheckedAsync();
        await Assertions.Expect(page.Regions("ram")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Part("pane").Locator("h3")).ToHaveTextAsync("TDMR");
        await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveAttributeAsync("data-select", "tdmr.0x10080000000-0x20080000000");
        Assert.EndsWith(Query, page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Palette_Address_GoesThereOnceAndTheUrlSaysWhatIsSeen()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?from=0x0&to=0x80000000");

        // The second time the address is the same, and the map has moved meanwhile.
        for (int i = 0; i < 2; i++)
        {
            await page.Keyboard.PressAsync("Control+k");
            await page.Keyboard.TypeAsync("0x10080001000");
            await Assertions.Expect(page.Locator("#palette-list [aria-selected=true]")).ToContainTextAsync("Go to 0x100_8000_1000in the memory map of " + MapPage.Plain);
            await page.Keyboard.PressAsync("Enter");

            await Assertions.Expect(page.Part("go-message")).ToContainTextAsync("0x100_8000_1000 lies in");
            await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveCountAsync(1);
            await page.WaitForURLAsync(url => url.Contains("sel=", StringComparison.Ordinal) && !url.Contains("go=", StringComparison.Ordinal));
            await page.Part("overview").FocusAsync();
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(page.Part("go-message")).ToBeEmptyAsync();
        }
    }

    [Fact]
    public async Task Link_OfAnAddress_GoesThereAndMalformedOnesAreNamed()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?go=pfn:0x10080001");
        await Assertions.Expect(page.Part("go-message")).ToContainTextAsync("0x100_8000_1000 lies in");
        (ulong start, ulong end) = await page.SeenAsync();
        Assert.InRange(0x100_8000_1000UL, start, end);

        page = await MapPage.OpenAsync(chromium, site, "?go=nowhere");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("'nowhere' is no address");
    }

    [Fact]
    public async Task Query_Malformed_IsNamedPartByPartAndTheMapStaysUsable()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?from=zzz&to=0x10&scale=banana&units=miles&hide=foo&sel=bar&page=abc");
        ILocator main = page.Locator("main");
        foreach (string said in (string[])["'zzz' is no address", "'banana', which is not known: use compressed, linear, equal", "'miles'", "'foo', which is no kind of region", "'bar', which names no region", "'abc': use a whole number"])
        {
            await Assertions.Expect(main).ToContainTextAsync(said);
        }

        await page.Part("overview").FocusAsync();
        await page.Keyboard.PressAsync("+");
        await page.WaitForURLAsync(url => url.Contains("from=0x", StringComparison.Ordinal));
        Assert.DoesNotContain("banana", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Selection_OfARegionThatTheHostDoesNotHave_IsNamed()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?sel=tdmr.0x40000000-0x80000000");

        await Assertions.Expect(page.Locator("main")).ToContainTextAsync("This host has no region 'tdmr.0x40000000-0x80000000'");
        await Assertions.Expect(page.Part("pane").Locator("h3")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task PanZoomAndHover_OfTheDrawing_SendNothingToTheServer()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?from=0x1000000000&to=0x8000000000");
        await page.EvaluateAsync(RecordFrames);
        (float x, float y) = await page.PlaceAsync("TDMR", 0.5);

        await page.Mouse.MoveAsync(x, y);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x - 100, y, new MouseMoveOptions { Steps = 20 });
        await page.Mouse.UpAsync();
        await page.Mouse.MoveAsync(x + 100, y + 60, new MouseMoveOptions { Steps = 20 });
        await page.Keyboard.DownAsync("Control");
        await page.Mouse.WheelAsync(0, -200);
        await page.Keyboard.UpAsync("Control");
        await page.Part("overview").FocusAsync();
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("Shift+ArrowRight");
        string before = page.Url;
        await page.Keyboard.PressAsync("-");
        await page.WaitForURLAsync(url => url != before);

        Assert.Empty(await page.EvaluateAsync<string[]>("() => window.sent"));
    }

    [Fact]
    public async Task Selection_Made_IsToldOnce()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.EvaluateAsync(RecordFrames);
        (float x, float y) = await page.PlaceAsync("TDMR", 0.75);
        await page.Mouse.ClickAsync(x, y);
        await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveCountAsync(1);

        string frame = Assert.Single(await page.EvaluateAsync<string[]>("() => window.sent.filter(text => text.includes('StateChanged'))"));
        Assert.Contains("sel=tdmr.0x10080000000-0x20080000000", frame, StringComparison.Ordinal);
    }
}
