using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>The memory map without a mouse.</summary>
[Collection(LookingTests.Name)]
public sealed class MapKeyboardTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Keys_FromTabIntoTheMap_GoThroughRegionsAndLanes()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await TabIntoLanesAsync(page);
        Assert.StartsWith("option: firmware [0x0, 0x1000)", await page.FocusedAsync(), StringComparison.Ordinal);

        await PressAsync(page, "ArrowRight", "option: firmware [0x9_e000, 0x9_f000)");
        await PressAsync(page, "ArrowLeft", "option: firmware [0x0, 0x1000)");
        await PressAsync(page, "ArrowLeft", "option: firmware [0x0, 0x1000)");
        await PressAsync(page, "End", "option: firmware [0x7780_0000, 0x1_0000_0000)");
        await PressAsync(page, "Home", "option: firmware [0x0, 0x1000)");
        await PressAsync(page, "ArrowUp", "option: firmware [0x0, 0x1000)");
        await PressAsync(page, "ArrowDown", "option: CMR [0x10_0000, 0x6d8f_0000)");
        await PressAsync(page, "ArrowDown", "option: RAM [0x10_0000, 0x6d8f_0000)");
        await PressAsync(page, "ArrowUp", "option: CMR [0x10_0000, 0x6d8f_0000)");
    }

    [Fact]
    public async Task Keys_ZoomFitAndAll_MoveTheViewAboutTheFocusedRegion()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        (ulong Start, ulong End) whole = await page.SeenAsync();
        await FocusLaneAsync(page, "TDMR lane");
        await page.Keyboard.PressAsync("End");
        (ulong start, ulong end) = (0x100_8000_0000, 0x200_8000_0000);

        await page.Keyboard.PressAsync("f");
        (ulong Start, ulong End) fitted = await page.SeenAsync();
        Assert.True(fitted.Start < start && fitted.End >= end && fitted.End - fitted.Start < (end - start) * 12 / 10, $"f shows 0x{fitted.Start:x} to 0x{fitted.End:x}.");

        await page.Keyboard.PressAsync("+");
        (ulong Start, ulong End) near = await page.SeenAsync();
        Assert.Equal((fitted.End - fitted.Start) / 1.6, near.End - near.Start, (end - start) / 100.0);
        Assert.True(near.Start > start && near.End < end, "+ left the focused region.");

        await page.Keyboard.PressAsync("-");
        Assert.Equal(fitted.End - fitted.Start, (double)((await page.SeenAsync()).End - (await page.SeenAsync()).Start), (end - start) / 100.0);

        await page.Keyboard.PressAsync("0");
        Assert.Equal(whole, await page.SeenAsync());
    }

    [Fact]
    public async Task Keys_SelectTableGoToCopyAndClear_NeedNoMouse()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await FocusLaneAsync(page, "TDMR lane");
        await page.Keyboard.PressAsync("Home");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(page.Part("pane")).ToBeFocusedAsync();
        await Assertions.Expect(page.Part("pane").GetByRole(AriaRole.Heading, new LocatorGetByRoleOptions { Name = "TDMR" })).ToBeVisibleAsync();

        await page.Keyboard.PressAsync("t");
        await Assertions.Expect(page.Part("table").Locator("button[data-select='tdmr.0x100000000-0x10080000000']")).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("c");
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync("Copied 0x100000000-0x10080000000");
        Assert.Equal("0x100000000-0x10080000000", await page.ClipboardAsync());

        await page.Keyboard.PressAsync("g");
        await Assertions.Expect(page.Part("go-text")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("0x1080000000");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Part("go-message")).ToContainTextAsync("0x10_8000_0000 lies in CMR [0x1_0000_0000, 0x100_7a00_0000), in RAM [0x1_0000_0000, 0x100_7a00_0000), in TDMR 1 [0x1_0000_0000, 0x100_8000_0000).");

        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Part("go-message")).ToBeEmptyAsync();
        await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Keys_OnTheStrip_PanByStepsAndPages()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?from=0x8000000000&to=0xa000000000");
        (ulong Start, ulong End) first = await page.SeenAsync();
        double length = first.End - first.Start;
        await page.Part("overview").FocusAsync();

        await AssertMovedAsync(page, "ArrowRight", 0.1 * length);
        await AssertMovedAsync(page, "ArrowLeft", -0.1 * length);
        await AssertMovedAsync(page, "Shift+ArrowRight", 0.9 * length);
        await AssertMovedAsync(page, "PageDown", -0.9 * length);
        await page.Keyboard.PressAsync("Home");
        Assert.Equal(0UL, (await page.SeenAsync()).Start);
        await page.Keyboard.PressAsync("End");
        Assert.Equal(0x200_8000_0000UL, (await page.SeenAsync()).End);
        await Assertions.Expect(page.Part("overview")).ToHaveAttributeAsync("aria-valuetext", new Regex("to 0x200_8000_0000, "));
    }

    [Fact]
    public async Task Focus_OnARegion_HasARingAndSaysAllThatTheTooltipSays()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await FocusLaneAsync(page, "reserved lane");
        await page.Keyboard.PressAsync("End");

        ILocator spot = page.Part("lanes").Locator("[role=option]:focus");
        await Assertions.Expect(spot).ToHaveAttributeAsync("aria-label", "reserved, hole [0x200_7a00_0000, 0x200_8000_0000), 96 MiB (100,663,296 bytes), TDMR 2, No memory above block 5 [0x10080000000, 0x2007a000000). (emulated)");
        Assert.Equal("2px solid", await spot.EvaluateAsync<string>("e => `${getComputedStyle(e).outlineWidth} ${getComputedStyle(e).outlineStyle}`"));
        (float x, float y) = await page.PlaceAsync("reserved", 0.999);
        await page.Mouse.MoveAsync(x, y);
        string tip = await page.Part("tip").InnerTextAsync();
        Assert.Equal(await spot.GetAttributeAsync("aria-label"), tip.Replace("\n", ", ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SingleKeys_TurnedOff_DoNothingWhileArrowsStay()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.EvaluateAsync("() => localStorage.setItem('tdxdash.single-keys-off', '')");
        (ulong Start, ulong End) whole = await page.SeenAsync();
        await FocusLaneAsync(page, "TDMR lane");
        await page.Keyboard.PressAsync("f");
        await page.Keyboard.PressAsync("g");

        Assert.Equal(whole, await page.SeenAsync());
        await PressAsync(page, "End", "option: TDMR [0x100_8000_0000, 0x200_8000_0000)");
    }

    private static async Task TabIntoLanesAsync(IPage page)
    {
        await page.Part("overview").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
    }

    // By keys alone, from the first lane down.
    private static async Task FocusLaneAsync(IPage page, string lane)
    {
        await TabIntoLanesAsync(page);
        ILocator list = page.Part("lanes").GetByRole(AriaRole.Listbox, new LocatorGetByRoleOptions { Name = lane, Exact = true });
        for (int i = 0; i < 12 && await list.Locator(":focus").CountAsync() == 0; i++)
        {
            await page.Keyboard.PressAsync("ArrowDown");
        }

        await Assertions.Expect(list.Locator(":focus")).ToHaveCountAsync(1);
    }

    private static async Task PressAsync(IPage page, string key, string focused)
    {
        await page.Keyboard.PressAsync(key);
        Assert.StartsWith(focused, await page.FocusedAsync(), StringComparison.Ordinal);
    }

    private static async Task AssertMovedAsync(IPage page, string key, double by)
    {
        (ulong Start, ulong End) before = await page.SeenAsync();
        await page.Keyboard.PressAsync(key);
        (ulong Start, ulong End) after = await page.SeenAsync();
        Assert.Equal(by, (double)after.Start - before.Start, 2.0);
        Assert.Equal(before.End - before.Start, after.End - (double)after.Start, 2.0);
    }
}
