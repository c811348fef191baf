using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>A visit by a browser that was never there before: nothing is cached.</summary>
internal static class Visit
{
    // Two frames after an element is there it has been painted.
    private const string Watch = """
        new MutationObserver((_, observer) => {
            if (document.querySelector(WANTED)) {
                observer.disconnect();
                requestAnimationFrame(() => requestAnimationFrame(() => { window.paintedAt = performance.now(); }));
            }
        }).observe(document, { childList: true, subtree: true });
        """;

    /// <summary>From the navigation until rows of the fleet are painted, in milliseconds.</summary>
    public static Task<double> FirstRowsAsync(IBrowser browser, Uri address) => PaintedAsync(browser, address, "tr.host-row");

    /// <summary>From the navigation until what a selector names is painted, in milliseconds.</summary>
    public static async Task<double> PaintedAsync(IBrowser browser, Uri address, string selector)
    {
        await using IBrowserContext context = await NewContextAsync(browser);
        IPage page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Watch.Replace("WANTED", $"'{selector}'", StringComparison.Ordinal));
        await page.GotoAsync(address.ToString());
        await page.WaitForFunctionAsync("() => window.paintedAt !== undefined");
        return await page.EvaluateAsync<double>("window.paintedAt");
    }

    /// <summary>A browser without a past.</summary>
    public static Task<IBrowserContext> NewContextAsync(IBrowser browser) => browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1_280, Height = 900 } });

    /// <summary>Opens a page that is connected to the server.</summary>
    public static async Task<IPage> OpenAsync(IBrowserContext context, Uri address)
    {
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(address.ToString());
        await page.Locator("[data-interactive=true]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        return page;
    }
}
