using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>Mouse, wheel and fingers on the memory map.</summary>
[Collection(LookingTests.Name)]
public sealed class MapPointerTests(Chromium chromium, Site site)
{
    [Theory]
    [InlineData("")]
    [InlineData("?scale=linear")]
    [InlineData("?scale=equal")]
    public async Task CtrlWheel_KeepsTheAddressUnderThePointerAndBackZoomsOut(string query)
    {
        IPage page = await MapPage.OpenAsync(chromium, site, query, MapPage.Broken);
        string whole = await page.Part("range").InnerTextAsync();
        (float x, float y) = await page.PlaceAsync("TDMR", 0.4);
        await page.Mouse.MoveAsync(x, y);
        ulong pointed = await page.PointedAsync();
        await page.Keyboard.DownAsync("Control");
        for (int i = 0; i < 4; i++)
        {
            await page.Mouse.WheelAsync(0, -200);
        }

        await page.Keyboard.UpAsync("Control");
        await page.WaitForURLAsync(url => url.Contains("from=0x", StringComparison.Ordinal));
        await page.Mouse.MoveAsync(x, y + 1);

        (ulong start, ulong end) = await page.SeenAsync();
        Assert.True(start < pointed && pointed < end);
        Assert.Equal(pointed, (double)await page.PointedAsync(), (end - start) / 300.0);
        await page.GoBackAsync();
        await Assertions.Expect(page.Part("range")).ToHaveTextAsync(whole);
        Assert.DoesNotContain("from=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wheel_WithoutCtrl_ScrollsThePageAndZoomsNothing()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        string whole = await page.Part("range").InnerTextAsync();
        (float x, float y) = await page.PlaceAsync("TDMR", 0.4);
        await page.Mouse.MoveAsync(x, y);
        await page.Mouse.WheelAsync(0, 200);

        await page.WaitForFunctionAsync("() => scrollY > 0");
        Assert.Equal(whole, await page.Part("range").InnerTextAsync());
    }

    [Fact]
    public async Task Zoom_InSteps_ComesBackStepByStep()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.EvaluateAsync("() => { window.isFirstPage = true; }");
        ILocator range = page.Part("range");
        var steps = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            steps.Add(await range.InnerTextAsync());
            await page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = "Zoom in" }).ClickAsync();
            await Assertions.Expect(range).Not.ToHaveTextAsync(steps[^1]);
        }

        foreach (string step in Enumerable.Reverse(steps))
        {
            await page.GoBackAsync();
            await Assertions.Expect(range).ToHaveTextAsync(step);
        }

        Assert.True(await page.EvaluateAsync<bool>("() => window.isFirstPage === true"), "Back loaded the page anew.");
    }

    [Fact]
    public async Task Drag_OnTheDrawing_PansByWhatTheHandMoved()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?from=0x8000000000&to=0xa000000000");
        (float x, float y) = await page.PlaceAsync("TDMR", 0.5);
        await page.Mouse.MoveAsync(x, y);
        ulong held = await page.PointedAsync();
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x - 200, y, new MouseMoveOptions { Steps = 10 });
        await page.Mouse.UpAsync();
        await page.Mouse.MoveAsync(x - 200, y + 1);

        Assert.Equal(held, (double)await page.PointedAsync(), 0x2000000000 / 300.0);
        await page.WaitForURLAsync(url => url.Contains("from=0x", StringComparison.Ordinal) && !url.Contains("from=0x8000000000&", StringComparison.Ordinal));
        await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Drag_OnTheStrip_ZoomsToWhatItCovers()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        LocatorBoundingBoxResult strip = (await page.Part("overview").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(strip.X + (strip.Width * 0.6f), strip.Y + 15);
        ulong from = await page.PointedAsync();
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(strip.X + (strip.Width * 0.8f), strip.Y + 15, new MouseMoveOptions { Steps = 5 });
        ulong to = await page.PointedAsync();
        await Assertions.Expect(page.Part("band")).ToBeVisibleAsync();
        await page.Mouse.UpAsync();

        (ulong start, ulong end) = await page.SeenAsync();
        Assert.Equal((from, to), ((double)start, (double)end), new Near(0x200_0000_0000 / 200.0));
        await Assertions.Expect(page.Part("band")).ToBeHiddenAsync();
    }

    [Theory]
    [InlineData(MouseButton.Middle)]
    [InlineData(MouseButton.Right)]
    public async Task OtherButton_OnTheStrip_LeavesTheViewAndTheNextDragIsWhole(MouseButton button)
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        string whole = await page.Part("range").InnerTextAsync();
        LocatorBoundingBoxResult strip = (await page.Part("overview").BoundingBoxAsync())!;
        await page.Mouse.ClickAsync(strip.X + (strip.Width * 0.3f), strip.Y + 15, new MouseClickOptions { Button = button });
        await page.EvaluateAsync("() => new Promise(requestAnimationFrame)");

        Assert.Equal(whole, await page.Part("range").InnerTextAsync());
        Assert.DoesNotContain("from=", page.Url, StringComparison.Ordinal);
        await page.Mouse.MoveAsync(strip.X + (strip.Width * 0.6f), strip.Y + 15);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(strip.X + (strip.Width * 0.8f), strip.Y + 15, new MouseMoveOptions { Steps = 5 });
        await page.Mouse.UpAsync();
        await page.WaitForURLAsync(new Regex("[?&]from=0x[0-9a-f]+&to=0x[0-9a-f]+$"));
    }

    [Fact]
    public async Task DoubleClick_OnARegion_FitsIt()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        (float x, float y) = await page.PlaceAsync("RAM node 1", 0.75);
        await page.Mouse.DblClickAsync(x, y);

        (ulong start, ulong end) = await page.SeenAsync();
        Assert.InRange(start, 0xe0_0000_0000UL, 0x100_8000_0000UL);
        Assert.Equal(0x200_8000_0000UL, end);
    }

    [Fact]
    public async Task Pinch_ByTwoFingers_ZoomsAboutTheirMiddle()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, browser: options => options.HasTouch = true);
        (ulong Start, ulong End) whole = await page.SeenAsync();
        (float x, float y) = await page.PlaceAsync("TDMR", 0.5);
        await page.Mouse.MoveAsync(x, y);
        ulong middle = await page.PointedAsync();
        ICDPSession touch = await page.Context.NewCDPSessionAsync(page);
        Task TouchAsync(string type, params float[] places) => touch.SendAsync("Input.dispatchTouchEvent", new Dictionary<string, object>
        {
            ["type"] = type,
            ["touchPoints"] = places.Select((place, id) => new Dictionary<string, object> { ["x"] = place, ["y"] = y, ["id"] = id }).ToArray(),
        });

        await TouchAsync("touchStart", x - 50, x + 50);
        for (int i = 1; i <= 10; i++)
        {
            await TouchAsync("touchMove", x - 50 - (i * 15), x + 50 + (i * 15));
        }

        await TouchAsync("touchEnd");
        await page.WaitForURLAsync(url => url.Contains("from=0x", StringComparison.Ordinal));

        (ulong start, ulong end) = await page.SeenAsync();
        double length = end - start;
        Assert.InRange((whole.End - whole.Start) / length, 3.5, 4.5);
        Assert.Equal(middle, start + (length / 2), length / 50);
    }

    [Fact]
    public async Task Hover_OverARegion_TellsTypeRangeSizePlaceAndReason()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        (float x, float y) = await page.PlaceAsync("RAM node 1", 0.75);
        await page.Mouse.MoveAsync(x, y);

        await Assertions.Expect(page.Part("tip")).ToHaveTextAsync("RAM [0x100_8000_0000, 0x200_7a00_0000)\n1023.91 GiB (1,099,410,964,480 bytes), node 1\nMemory block 5 of the kernel's map. (emulated)");
        (x, y) = await page.PlaceAsync("TDMR", 0.75);
        await page.Mouse.MoveAsync(x, y);
        await Assertions.Expect(page.Part("tip")).ToContainTextAsync("1 TiB (1,099,511,627,776 bytes), TDMR 2\nLinux makes one TDMR after another");
        await page.Mouse.MoveAsync(x, y - 400);
        await Assertions.Expect(page.Part("tip")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Click_OnTheDrawing_SelectsInMapTableAndPane()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        (float x, float y) = await page.PlaceAsync("TDMR", 0.75);
        await page.Mouse.ClickAsync(x, y);

        await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveAttributeAsync("data-select", "tdmr.0x10080000000-0x20080000000");
        await Assertions.Expect(page.Part("lanes").Locator("[aria-selected=true]")).ToHaveAttributeAsync("aria-label", new Regex(@"^TDMR \[0x100_8000_0000, 0x200_8000_0000\)"));
        await Assertions.Expect(page.Part("pane").Locator("h3")).ToHaveTextAsync("TDMR");
        await Assertions.Expect(page.Locator("#announcer")).ToContainTextAsync("Selected TDMR [0x100_8000_0000, 0x200_8000_0000)");
        Assert.EndsWith("?sel=tdmr.0x10080000000-0x20080000000", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShiftClick_OnTwoPlaces_MeasuresBetweenTheirBordersInTheChosenUnit()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?units=GiB");
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        (float first, float y) = await page.PlaceAsync("RAM node 1", 0.5);
        (float second, _) = await page.PlaceAsync("RAM node 1", 0.9999);
        await page.Keyboard.DownAsync("Shift");
        await page.Mouse.ClickAsync(first, y);
        await Assertions.Expect(page.Part("pane")).ToContainTextAsync("Shift and click on the other place.");
        await page.Mouse.ClickAsync(second, y);
        await page.Keyboard.UpAsync("Shift");

        await Assertions.Expect(page.Part("pane")).ToContainTextAsync(new Regex(@"Measured\s*\[0x100_[78][0a]00_0000, 0x200_[78][0a]00_0000\)\s*1,02[34][.0-9]* GiB \("));
        await page.Part("overview").FocusAsync();
        await page.Keyboard.PressAsync("c");
        await Assertions.Expect(page.Part("toast")).ToContainTextAsync("Copied 0x100");
        Assert.Matches("^0x100[78][0a]000000-0x200[78][0a]000000$", await page.ClipboardAsync());
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(page.Part("pane")).Not.ToContainTextAsync("Measured");
    }

    private sealed class Near(double slack) : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) a, (double, double) b) => Math.Abs(a.Item1 - b.Item1) <= slack && Math.Abs(a.Item2 - b.Item2) <= slack;

        public int GetHashCode((double, double) pair) => 0;
    }
}
