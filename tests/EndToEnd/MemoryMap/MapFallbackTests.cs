using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>The map on paper, on a telephone, without scripts and without motion.</summary>
[Collection(LookingTests.Name)]
public sealed class MapFallbackTests(Chromium chromium, Site site)
{
    [Fact]
    public async Task Narrow_Screen_HasTheStripAndAListAndScrollsOnlyDown()
    {
        IPage page = await MapPage.OpenAsync(chromium, site, browser: options => options.ViewportSize = new ViewportSize { Width = 360, Height = 740 });

        await Assertions.Expect(page.Part("overview")).ToBeVisibleAsync();
        await Assertions.Expect(page.Part("zoom")).ToBeHiddenAsync();
        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        Assert.Equal("grid", await page.Regions("tdmr").First.EvaluateAsync<string>("row => getComputedStyle(row).display"));
        await page.Regions("tdmr").Last.ClickAsync();
        await Assertions.Expect(page.Part("pane").Locator("h3")).ToHaveTextAsync("TDMR");
        Assert.Equal(360, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Paper_InAnyTheme_HasTheMapInLightColoursAndEveryRow(ColorScheme scheme)
    {
        IPage page = await MapPage.OpenAsync(chromium, site, host: MapPage.Failing, browser: options => options.ColorScheme = scheme);
        await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.EvaluateAsync("() => dispatchEvent(new Event('beforeprint'))");

        ILocator picture = page.Part("print").Locator("svg");
        await Assertions.Expect(picture).ToBeVisibleAsync();
        Assert.Contains("#2f6db3", await picture.Locator("rect").EvaluateAllAsync<string[]>("all => all.map(rect => rect.getAttribute('fill'))"));
        await Assertions.Expect(page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Map tools" })).ToBeHiddenAsync();
        ILocator table = page.Part("table");
        Assert.Equal(await table.EvaluateAsync<int>("e => e.scrollHeight"), await table.EvaluateAsync<int>("e => e.clientHeight"));
    }

    [Fact]
    public async Task Printing_ItselfDrawsThePicture()
    {
        IPage page = await MapPage.OpenAsync(chromium, site);
        byte[] pdf = await page.PdfAsync();

        Assert.Equal("%PDF-"u8, pdf.AsSpan(0, 5));
        await Assertions.Expect(page.Part("print").Locator("svg")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task WithoutScripts_TheTableAloneHasEveryRegion()
    {
        IPage live = await MapPage.OpenAsync(chromium, site);
        string[] regions = await live.Regions().EvaluateAllAsync<string[]>("rows => rows.map(row => row.innerText)");
        IPage page = await chromium.OpenAsync(new Uri(live.Url), browser: options => options.JavaScriptEnabled = false);

        Assert.Equal(regions.Length, await page.Regions().CountAsync());
        await Assertions.Expect(page.Regions().First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".memory-map .stage")).ToBeHiddenAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Group, new PageGetByRoleOptions { Name = "Map tools" })).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("input[data-kind=ram]")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("label:has(input[data-kind=ram])")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task WithoutScripts_TheAddressStillFiltersTheTable()
    {
        Uri address = await MapPage.AddressAsync(chromium, site, MapPage.Plain, "?hide=ram&units=pages");
        IPage page = await chromium.OpenAsync(address, browser: options => options.JavaScriptEnabled = false);

        await Assertions.Expect(page.Regions("ram")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Regions("tdmr").First.Locator("td").Nth(3)).ToHaveTextAsync("524,288 pages");
    }

    [Theory]
    [InlineData(ReducedMotion.Reduce)]
    [InlineData(ReducedMotion.NoPreference)]
    public async Task Motion_OfAStep_IsShortAndAbsentWhereUnwanted(ReducedMotion motion)
    {
        IPage page = await MapPage.OpenAsync(chromium, site, browser: options => options.ReducedMotion = motion);
        await page.Part("overview").FocusAsync();
        // Where the focusable regions stand follows what is drawn, frame by frame.
        double[] moves = await page.EvaluateAsync<double[]>("""
            async () => {
                const spot = document.querySelector('[aria-label="RAM node 1 lane"] > *'), moves = [];
                const watch = new MutationObserver(() => moves.push(performance.now()));
                watch.observe(spot, { attributeFilter: ['style'] });
                const began = performance.now();
                document.querySelector('[data-part=overview]').dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true, cancelable: true }));
                const rests = async () => { let last = -1; while (last !== moves.length) { last = moves.length; for (let i = 0; i < 20; i++) { await new Promise(requestAnimationFrame); } } };
                await rests();
                return moves.map(at => at - began);
            }
            """);

        if (motion == ReducedMotion.Reduce)
        {
            Assert.Single(moves);
        }
        else
        {
            Assert.True(moves.Length > 1, "The step was not shown on its way.");
        }
    }
}
