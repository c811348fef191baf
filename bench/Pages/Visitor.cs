using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>Somebody who is signed in, with browsers that were never there before: nothing is cached.</summary>
/// <param name="browser">The program; each visit has a profile of its own.</param>
/// <param name="session">The session's cookie.</param>
internal sealed class Visitor(IBrowser browser, Cookie session)
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
    public Task<double> FirstRowsAsync(Uri address) => PaintedAsync(address, "tr.host-row");

    /// <summary>From the navigation until what a selector names is painted, in milliseconds.</summary>
    public async Task<double> PaintedAsync(Uri address, string selector)
    {
        await using IBrowserContext context = await NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Watch.Replace("WANTED", $"'{selector}'", StringComparison.Ordinal));
        await page.GotoAsync(address.ToString());
        await page.WaitForFunctionAsync("() => window.paintedAt !== undefined");
        return await page.EvaluateAsync<double>("window.paintedAt");
    }

    /// <summary>A browser without a past but that it is signed in.</summary>
    public async Task<IBrowserContext> NewContextAsync()
    {
        IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1_280, Height = 900 } });
        await context.AddCookiesAsync([session]);
        return context;
    }

    /// <summary>Opens a page that is connected to the server.</summary>
    public static async Task<IPage> OpenAsync(IBrowserContext context, Uri address)
    {
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(address.ToString());
        await page.Locator("[data-interactive=true]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        return page;
    }
}
