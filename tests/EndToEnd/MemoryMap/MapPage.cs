using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace TdxDash.EndToEnd.MemoryMap;

/// <summary>The memory page of a demo host, as the tests of the map find their way on it.</summary>
internal static partial class MapPage
{
    /// <summary>Two nodes with three TDMRs.</summary>
    public const string Plain = "demo-r1-a07";

    /// <summary>Reserved areas that are exhausted.</summary>
    public const string Failing = "demo-r2-b02";

    /// <summary>Memory in two far parts, so that the axis has a break.</summary>
    public const string Broken = "demo-r2-c01";

    /// <summary>A kernel whose log names the CMRs.</summary>
    public const string Reporting = "demo-r1-a01";

    // A demo host has the same address everywhere.
    private static readonly Dictionary<string, string> Paths = [];

    /// <summary>The address of a demo host's memory page.</summary>
    public static async Task<Uri> AddressAsync(Chromium chromium, Site site, string host, string query = "")
    {
        if (Paths.TryGetValue(host, out string? known))
        {
            return new Uri(site.Address, $"{known}/memory{query}");
        }

        IPage page = await chromium.OpenAsync(site.Address);
        string path = (await Site.Row(page, host).GetByRole(AriaRole.Link, new LocatorGetByRoleOptions { Name = host, Exact = true }).GetAttributeAsync("href"))!;
        await page.Context.CloseAsync();
        Paths[host] = path;
        return new Uri(site.Address, $"{path}/memory{query}");
    }

    /// <summary>Opens it and waits until the map is drawn.</summary>
    public static async Task<IPage> OpenAsync(Chromium chromium, Site site, string query = "", string host = Plain, Action<BrowserNewContextOptions>? browser = null)
    {
        IPage page = await chromium.OpenAsync(await AddressAsync(chromium, site, host, query), browser: browser);
        await page.Locator(".memory-map[data-live]").WaitForAsync();
        return page;
    }

    /// <summary>A part of the map by its name.</summary>
    public static ILocator Part(this IPage page, string name) => page.Locator($".memory-map [data-part={name}]");

    /// <summary>The rows of the table of regions, all or those of one kind.</summary>
    public static ILocator Regions(this IPage page, string kind = "") => page.Locator($".memory-map tbody tr[data-select{(kind.Length > 0 ? $"^='{kind}.'" : "")}]");

    /// <summary>The range that is seen, as the page says it.</summary>
    public static async Task<(ulong Start, ulong End)> SeenAsync(this IPage page)
    {
        MatchCollection ends = Grouped().Matches(await page.Part("range").InnerTextAsync());
        return (Number(ends[0].Value), Number(ends[1].Value));
    }

    /// <summary>The address that the page names for the pointer.</summary>
    public static async Task<ulong> PointedAsync(this IPage page) => Number(Grouped().Match(await page.Part("pointer").InnerTextAsync()).Value);

    /// <summary>Where a lane of the drawing lies; the place is between 0 and 1 along its axis.</summary>
    public static async Task<(float X, float Y)> PlaceAsync(this IPage page, string lane, double along)
    {
        LocatorBoundingBoxResult zone = (await page.Part("zoom").BoundingBoxAsync())!;
        int index = (await page.Part("lanes").GetByRole(AriaRole.Listbox).EvaluateAllAsync<string[]>("lists => lists.map(list => list.getAttribute('aria-label'))"))
            .IndexOf($"{lane} lane");
        Assert.True(index >= 0, $"The map has no lane '{lane}'.");
        const int Labels = 96, Right = 8, Row = 28;
        return (MathF.Round(zone.X + Labels + (float)((zone.Width - Labels - Right) * along)), zone.Y + Row + (Row * index) + 10);
    }

    /// <summary>What the clipboard holds.</summary>
    public static Task<string> ClipboardAsync(this IPage page) => page.EvaluateAsync<string>("() => navigator.clipboard.readText()");

    /// <summary>What has the focus: the name of a part of the map or else of an element, and its text.</summary>
    public static Task<string> FocusedAsync(this IPage page) => page.EvaluateAsync<string>("""
        () => {
            const e = document.activeElement;
            return `${e.dataset.part ?? (e.getAttribute('role') || e.localName)}: ${e.getAttribute('aria-label') ?? e.textContent.trim()}`;
        }
        """);

    /// <summary>A plain or grouped hex number.</summary>
    public static ulong Number(string hex) => Convert.ToUInt64(hex.Replace("_", "", StringComparison.Ordinal), 16);

    [GeneratedRegex("0x[0-9a-f_]+")]
    private static partial Regex Grouped();
}
