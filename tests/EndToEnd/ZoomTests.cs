using Microsoft.Playwright;

namespace TdxDash.EndToEnd;

/// <summary>Every page in a window of 1280 x 1024 pixels at a zoom of 200 % and of 400 %, where WCAG 1.4.10 allows scrolling one way only, but for tables and maps in boxes of their own.</summary>
[Collection(PastTests.Name)]
public sealed class ZoomTests(Chromium chromium, PastSite site)
{
    private const int Width = 1_280, Height = 1_024;

    // Of each kind of page the one that shows most.
    private static readonly string[] Others = ["history", "fleet-history", "compare", "compare-four", "compare-empty", "planner", "planner-four", "planner-fleet", "as-of", "import", "store", "catalogue", "probes", "account", "accounts", "audit", "docs-layout", "not-found"];

    // What each of these pages is for; of any other the first thing that can be used.
    private static readonly Dictionary<string, string> MainControls = new()
    {
        ["fleet"] = ".tools .input",
        ["memory"] = "[data-part=overview]",
        ["history"] = ".line .plot",
        ["compare-empty"] = ".picker .input",
        ["planner"] = "#plan-text",
        ["planner-four"] = "#plan-text",
        ["planner-fleet"] = "#fleet-filter",
        ["live"] = ".tools .search .input",
        ["import"] = "#import-text",
    };

    private const string Drawn = "shows => document.querySelector('[data-interactive=true]') && !document.querySelector('[aria-busy=true]') && document.querySelector(shows)";

    private const string Faults = """
        control => {
            const wide = innerWidth, high = innerHeight, faults = new Set(), name = e => e.outerHTML.slice(0, 100);
            const boxOf = e => e === document.body ? null : getComputedStyle(e).overflowX !== 'visible' ? e : boxOf(e.parentElement);
            const drawn = (root, selector) => [...root.querySelectorAll(selector)].filter(e => e.checkVisibility({ visibilityProperty: true }) && !e.closest('.skip, .visually-hidden'));
            const widths = () => {
                if (document.documentElement.scrollWidth > wide) { faults.add(`the page is ${document.documentElement.scrollWidth} pixels wide`); }
                for (const e of drawn(document.body, '*')) {
                    const at = e.getBoundingClientRect();
                    if (at.width >= 2 && (at.right > wide + 0.5 || at.left < -0.5) && !boxOf(e.parentElement)) { faults.add(`from ${at.left} to ${at.right}: ${name(e)}`); }
                }
            };
            // What stays must leave at least half of what it stays in.
            const stays = e => {
                const style = getComputedStyle(e), box = style.position === 'sticky' ? boxOf(e.parentElement) : null, at = e.getBoundingClientRect();
                const [across, down] = box ? [Math.min(box.clientWidth, wide), Math.min(box.clientHeight, high)] : [wide, high];
                if (down < 2) { return; }
                if ((style.top !== 'auto' || style.bottom !== 'auto') && at.height > down / 2) { faults.add(`stays over ${at.height} of ${down} pixels: ${name(e)}`); }
                if (box && style.left !== 'auto' && at.width + parseFloat(style.left) > across / 2) { faults.add(`stays over ${at.width} of ${across} pixels across: ${name(e)}`); }
            };
            widths();
            drawn(document.body, '*').filter(e => ['sticky', 'fixed'].includes(getComputedStyle(e).position)).forEach(stays);
            for (const selector of ['h1', `main ${control ?? ':is(input, select, textarea, button, summary, a[href])'}`]) {
                const what = drawn(document, selector)[0];
                if (!what && !control && selector !== 'h1') { continue; }
                what?.scrollIntoView({ block: 'nearest' });
                const at = what?.getBoundingClientRect();
                const hit = at && document.elementFromPoint(at.left + at.width / 2, (Math.max(0, at.top) + Math.min(high, at.bottom)) / 2);
                if (!hit || !(what.contains(hit) || hit.contains(what))) { faults.add(`cannot be seen: ${what ? name(what) : selector}`); }
            }
            const closed = [...document.querySelectorAll('details:not([open])')];
            closed.forEach(details => { details.open = true; });
            widths();
            closed.forEach(details => { details.open = false; });
            scrollTo(0, 0);
            return [...faults];
        }
        """;

    [Fact]
    public async Task Pages_At200And400Percent_ScrollOneWayAndShowHeadingAndMainControl()
    {
        IPage page = await chromium.OpenAsync(site.At("/no-such-page"));
        ICDPSession browser = await page.Context.NewCDPSessionAsync(page);
        var faults = new List<string>();
        int[] zooms = [2, 4];
        foreach ((string name, string path, string shows) in Pages())
        {
            await page.GotoAsync(site.At(path).ToString(), new PageGotoOptions { WaitUntil = WaitUntilState.DOMContentLoaded });
            await page.WaitForFunctionAsync(Drawn, shows);
            foreach (int zoom in zooms)
            {
                await browser.SendAsync("Emulation.setDeviceMetricsOverride",
                    new Dictionary<string, object> { ["width"] = Width / zoom, ["height"] = Height / zoom, ["deviceScaleFactor"] = zoom, ["mobile"] = false });
                await page.WaitForFunctionAsync("wide => innerWidth === wide", Width / zoom);
                string[] found = await page.EvaluateAsync<string[]>(Faults, MainControls.GetValueOrDefault(name));
                faults.AddRange(found.Select(fault => $"{name} at {zoom * 100} %: {fault}"));
            }

            // The next page is loaded at the zoom that there is.
            Array.Reverse(zooms);
        }

        Assert.Empty(faults);
    }

    private IEnumerable<(string Name, string Path, string Shows)> Pages()
    {
        string host = $"/hosts/{PastSite.OldId(1)}";
        yield return ("fleet", "/", ".tables[data-live] tr.host-row");
        yield return ("overview", host, "header.head h1");
        yield return ("memory", $"{host}/memory", ".memory-map[data-live]");
        yield return ("metadata", $"{host}/metadata", "tr#MAX_TDMRS");
        yield return ("pamt", $"{host}/pamt", "main h2");
        yield return ("raw", $"{host}/raw", "main h2");
        yield return ("live", "/live", "[data-ready=true]");
        foreach (string name in Others)
        {
            (string path, string shows) = PastPagesTests.Address(name, site);
            yield return (name, path, shows);
        }
    }
}
