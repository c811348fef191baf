using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;
using static Microsoft.Playwright.Assertions;

namespace TdxDash.EndToEnd;

/// <summary>Every page that the tests of the fleet and of hosts do not look at: accessible in each theme, no wider than a narrow window, and pictured.</summary>
[Collection(PastPictures.Name)]
public sealed class PastPagesTests(Chromium chromium, PastSite site)
{
    private const int TallestPicture = 1_500;

    private static readonly string[] Pages = ["history", "fleet-history", "compare", "compare-change", "compare-four", "compare-empty", "planner", "planner-four", "planner-fails", "planner-empty", "planner-host", "planner-fleet", "as-of", "import", "store", "catalogue", "probes", "account", "accounts", "audit", "docs-layout", "not-found", "unknown-host"];

    private static readonly string[] Themes = ["light", "dark", "contrast"];

    public static TheoryData<string> All => [.. Pages];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Page_InEveryThemeAndNarrow_HasNoSeriousFindingAndGivesAPicture(string name)
    {
        IPage page = await OpenAsync(name);
        foreach (string theme in Themes)
        {
            // Chosen as by its button in the bar, which also draws what is not drawn by style sheets.
            await page.EvaluateAsync("theme => window.tdxTheme.choose(theme)", theme);

            await AccessibilityTests.AssertAccessibleAsync(page);
            await TakeAsync(page, $"{name}-{theme}");
        }

        await AssertNarrowAsync(page, name);
    }

    private static async Task AssertNarrowAsync(IPage page, string name)
    {
        await page.EvaluateAsync("window.tdxTheme.choose('light')");
        await page.SetViewportSizeAsync(360, 780);

        string[] wide = await page.EvaluateAsync<string[]>("""
            [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 360.5 && !e.closest('.scroll')).map(e => e.outerHTML.slice(0, 120))
            """);
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 360, $"{name} is wider than 360 pixels: {string.Join('\n', wide)}");
        await TakeAsync(page, $"narrow-{name}");
    }

    private static async Task TakeAsync(IPage page, string name)
    {
        await Expect(page.Locator("#blazor-error-ui")).ToBeHiddenAsync();
        int height = await page.EvaluateAsync<int>("document.documentElement.scrollHeight");
        byte[] picture = await page.ScreenshotAsync(new PageScreenshotOptions
        {
            Path = Path.Combine(Directory.CreateDirectory(Product.Screenshots).FullName, name + ".png"),
            FullPage = true,
            Clip = new Clip { X = 0, Y = 0, Width = page.ViewportSize!.Width, Height = Math.Min(height, TallestPicture) },
        });
        Assert.NotEmpty(picture);
    }

    // A page, and what shows that it has drawn itself.
    internal static (string Path, string Shows) Address(string name, PastSite site) => name switch
    {
        "history" => ($"/hosts/{PastSite.OldId(1)}/history", ".chart canvas"),
        "fleet-history" => ("/history", ".chart canvas"),
        "compare" => ($"/compare?a={PastSite.OldId(1)}&b={PastSite.OldId(2)}", "[data-change]"),
        "compare-change" => ($"/compare?a={site.ChangedId}@r{site.ChangedRevisions[0]}&b={site.ChangedId}@r{site.ChangedRevisions[1]}", "[data-part=zoom]"),
        "compare-four" => ($"/compare?{string.Join('&', "abcd".Select((letter, i) => $"{letter}={PastSite.OldId(i + 1)}"))}", "td.differs"),
        "compare-empty" => ("/compare", ".picker"),
        "planner" => ($"/planner?plan={Plan(1_024)}", ".chart canvas"),
        "planner-four" => ($"/planner?{string.Join('&', "abcd".Select((letter, i) => $"{letter}={Plan(256 << i)}"))}", "td.differs"),
        "planner-fails" => ("/planner?plan=" + Uri.EscapeDataString("1 socket x 64 GiB, firmware 18 x 64 KiB in 1M-1G"), ".verdict.fails"),
        "planner-empty" => ("/planner", "section[aria-labelledby=plan-empty]"),
        "planner-host" => ($"/planner?host={PastSite.OldId(1)}", ".chart canvas"),
        "planner-fleet" => ("/planner/fleet?price=4.5&add=256&buy=20&like=" + Uri.EscapeDataString("2 sockets x 1 TiB, hole 2G-4G"), "section[aria-labelledby=fleet-plan-hosts] tbody tr"),
        "as-of" => ($"/?at={DateTime.UtcNow.AddDays(-30):yyyy-MM-dd}T00:00:00Z", "tr.host-row"),
        "import" => ("/import", "main h1"),
        "store" => ("/store", "main h1"),
        "probes" => ("/probes", "tr[data-probe]"),
        "account" => ("/account", "[aria-labelledby=tokens]"),
        "accounts" => ("/accounts", "tr[data-account]"),
        "audit" => ("/audit", "main tbody tr"),
        "catalogue" => ("/catalogue", "tr[data-version]"),
        "docs-layout" => ("/docs/layout", "main h2"),
        "not-found" => ("/no-such-page", "main h1"),
        _ => ("/hosts/00000000-0000-0000-0000-000000000000", "main h1"),
    };

    private static string Plan(int gib) => Uri.EscapeDataString($"2 sockets x {gib} GiB, hole 2G-4G, keyids 32, tds 20 x 32 GiB x 8 vcpus");

    private async Task<IPage> OpenAsync(string name)
    {
        (string path, string shows) = Address(name, site);
        IPage page = await chromium.OpenAsync(site.At(path));
        await Expect(page.Locator("[aria-busy=true]")).ToHaveCountAsync(0);
        await Expect(page.Locator(shows).First).ToBeVisibleAsync();
        return page;
    }
}
