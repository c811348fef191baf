using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>What is laid over the map and beside it: the kernel's own view, legend, units, scales, gauges, and the reasons.</summary>
[Collection(LookingTests.Name)]
public sealed class MapOverlayTests(Chromium chromium, Site site)
{
    private static readonly (string Kind, string Said)[] Reasons =
    [
        ("firmware", "It is no usable memory"),
        ("ram", "Linux puts the whole pages of it on its list of TDX memory"),
        ("cmr", "Only convertible memory can be private memory of a TD"),
        ("tdmr", "Linux makes one TDMR after another"),
        ("hole", "No memory above block 5"),
        ("reserved-pamt", "The PAMT of TDMR 2 lies here"),
        ("pamt", "The PAMT holds the state of every page of TDMR 2"),
    ];

    private static readonly (string Text, string Said)[] Addresses =
    [
        ("4G+16M", "0x1_0100_0000 lies in"),
        ("4311744512", "0x1_0100_0000 lies in"),
        ("0x101000000", "0x1_0100_0000 lies in"),
        ("pfn:0x100001", "0x1_0000_1000 lies in"),
        ("pfn:1048577", "0x1_0000_1000 lies in"),
        ("0x2000", "0x2000 lies in"),
        ("0x1080000000-0x2080000000", "Shows [0x10_8000_0000, 0x20_8000_0000), 64 GiB (68,719,476,736 bytes)."),
        ("0xfffffffff0000", "Nothing that is known lies at 0xf_ffff_ffff_0000"),
        ("4GB", "write 4GiB"),
        ("nowhere", "is no address"),
        ("0x10000000000000", "52"),
    ];

    [Fact]
    public async Task Overlay_OfTheKernelLog_IsDrawnBelowAndSaysHowFarItAgrees()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, host: MapPage.Reporting);
        ILocator box = page.Part("overlay");
        await Assertions.Expect(box.Locator("..")).ToContainTextAsync(new Regex(@"^\s*kernel log below \((\d+) of \1 regions equal\)$"));
        (float x, float y) = await page.PlaceAsync("CMR", 0.75);
        await page.Mouse.MoveAsync(x, y + 8);
        await Assertions.Expect(page.Part("tip")).ToContainTextAsync("of the demo machine.");

        await box.CheckAsync();
        await page.Mouse.MoveAsync(x, y + 7);
        await Assertions.Expect(page.Part("tip")).ToContainTextAsync(new Regex(@"^kernel log: CMR .* of the kernel log\. \(kernel\)$", RegexOptions.Singleline));
        await page.Mouse.MoveAsync(x, y - 6);
        await Assertions.Expect(page.Part("tip")).ToContainTextAsync("of the demo machine.");

        await page.WaitForURLAsync(url => url.EndsWith("?below=1", StringComparison.Ordinal));
        await page.ReloadAsync();
        await page.Locator(".memory-map[data-live]").WaitForAsync();
        await Assertions.Expect(box).ToBeCheckedAsync();
        await page.Mouse.MoveAsync(x, y + 7);
        await Assertions.Expect(page.Part("tip")).ToContainTextAsync(new Regex("^kernel log: CMR"));
        await box.UncheckAsync();
        await page.WaitForURLAsync(url => !url.Contains("below", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Legend_Unchecked_HidesTheKindFromMapTableAndUrlAndBringsItBack()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        int all = await page.Regions().CountAsync(), ram = await page.Regions("ram").CountAsync();
        await Assertions.Expect(page.Locator("label:has(input[data-kind=ram])")).ToHaveTextAsync(new Regex($@"^\s*RAM\s*{ram}, 2 TiB\s*$"));
        await page.Locator("input[data-kind=ram]").UncheckAsync();

        await Assertions.Expect(page.Regions()).ToHaveCountAsync(all - ram);
        await Assertions.Expect(page.Part("lanes").Locator("[aria-label^='RAM']")).ToHaveCountAsync(0);
        await page.WaitForURLAsync(url => url.EndsWith("?hide=ram", StringComparison.Ordinal));
        await page.Locator("input[data-kind=ram]").CheckAsync();
        await Assertions.Expect(page.Regions()).ToHaveCountAsync(all);
        await Assertions.Expect(page.Part("lanes").Locator("[aria-label='RAM node 0 lane']")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Units_Chosen_AreRememberedAndTableTooltipAndLegendFollow()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        await page.Part("units").SelectOptionAsync("pages");
        await Assertions.Expect(page.Regions("tdmr").First.Locator("td").Nth(3)).ToHaveTextAsync("524,288 pages");
        await Assertions.Expect(page.Locator("label:has(input[data-kind=tdmr])")).ToContainTextAsync("pages");
        (float x, float y) = await page.PlaceAsync("TDMR", 0.75);
        await page.Mouse.MoveAsync(x, y);
        await Assertions.Expect(page.Part("tip")).ToContainTextAsync("268,435,456 pages (1,099,511,627,776 bytes)");
        await page.GotoAsync(page.Url.Split('?')[0]);
        await page.Locator(".memory-map[data-live]").WaitForAsync();

        await Assertions.Expect(page.Part("units")).ToHaveValueAsync("pages");
        await Assertions.Expect(page.Regions("tdmr").First.Locator("td").Nth(3)).ToHaveTextAsync("524,288 pages");
    }

    [Fact]
    public async Task Scale_Chosen_IsInTheUrlAndKeepsWhatIsSeen()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, "?from=0x8000000000&to=0xa000000000", MapPage.Broken);
        (ulong Start, ulong End) seen = await page.SeenAsync();
        foreach (string scale in (string[])["linear", "equal", "compressed"])
        {
            await page.Part("scale").SelectOptionAsync(scale);
            (ulong start, ulong end) = await page.SeenAsync();
            Assert.Equal((seen.Start, seen.End), (start, end));
            await page.WaitForURLAsync(url => url.Contains($"scale={scale}", StringComparison.Ordinal) || (scale == "compressed" && !url.Contains("scale", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Gauge_OfAFullTdmr_SaysSoInWordsAndSelectsIt()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, host: MapPage.Failing);
        ILocator gauge = page.Locator(".memory-map .gauges li").First;
        await Assertions.Expect(gauge.Locator(".text")).ToHaveTextAsync("17 / 16 reserved (hole 17, PAMT 0)");
        await Assertions.Expect(gauge).ToHaveClassAsync(new Regex("fail"));
        await gauge.GetByRole(AriaRole.Button).ClickAsync();

        await Assertions.Expect(page.Part("pane")).ToContainTextAsync("16 reserved areas");
        await Assertions.Expect(page.Locator(".memory-map tr.selected")).ToHaveAttributeAsync("data-select", "tdmr.0x0-0x80000000");
    }

    [Fact]
    public async Task Why_OfEachKind_IsSentencesWithALinkToItsRule()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        foreach ((string kind, string said) in Reasons)
        {
            await page.Regions(kind).Last.ClickAsync();
            await Assertions.Expect(page.Part("pane").Locator("ol")).ToContainTextAsync(said);
            await Assertions.Expect(page.Part("pane").GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", $"docs/layout#{kind}");
        }

        await page.Part("pane").GetByRole(AriaRole.Link).ClickAsync();
        await page.WaitForURLAsync(url => url.EndsWith("/docs/layout#pamt", StringComparison.Ordinal));
        foreach ((string kind, _) in Reasons)
        {
            await Assertions.Expect(page.Locator($"h2#{kind}")).ToBeVisibleAsync();
        }
    }

    [Fact]
    public async Task GoTo_EachNotation_SaysWhatLiesThereOrWhatIsWrong()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        foreach ((string text, string said) in Addresses)
        {
            await page.Part("overview").FocusAsync();
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.TypeAsync(text);
            await page.Keyboard.PressAsync("Enter");

            await Assertions.Expect(page.Part("go-message")).ToContainTextAsync(said);
        }
    }
}
