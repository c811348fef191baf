using System.Runtime.InteropServices;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>Debian's browser without the part that draws windows, one for each collection, as a browser has one clipboard; each test opens a context of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>How long a page may take to arrive, in milliseconds.</summary>
    internal const float Patience = 15_000;

    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private readonly Dictionary<string, List<(string Test, IBrowserContext Context)>> _contexts = [];
    private IPlaywright? _playwright;
    private readonly Dictionary<string, Task<IBrowser>> _browsers = [];

    public async ValueTask InitializeAsync() => _playwright = await Playwright.CreateAsync();

    /// <summary>Opens a page and waits until the server answers its clicks, not only until it is drawn.</summary>
    public async Task<IPage> OpenAsync(Uri address, ColorScheme scheme = ColorScheme.Light, string? zone = null, Action<BrowserNewContextOptions>? browser = null,
        bool isSignedIn = true, string? session = null, bool isInteractive = true)
    {
        var options = new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            TimezoneId = zone,
            Permissions = ["clipboard-read", "clipboard-write"],
            ViewportSize = new ViewportSize { Width = 1280, Height = 900 },
        };
        browser?.Invoke(options);
        IBrowserContext context = await NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        session ??= isSignedIn ? await SignedIn.ValueAsync(address) : null;
        if (session is not null)
        {
            await context.AddCookiesAsync([new Cookie { Name = SignedIn.Cookie, Value = session, Domain = address.Host, Path = "/", Secure = true, HttpOnly = true, SameSite = SameSiteAttribute.Lax }]);
        }

        IPage page = await context.NewPageAsync();
        await page.GotoAsync(address.ToString());
        if (isInteractive && options.JavaScriptEnabled != false)
        {
            await InteractiveAsync(page);
        }

        return page;
    }

    // Pages of tests that are over would go on to draw what changes, hundreds of them in the end. The tests of a collection run one after the other.
    private async Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions options)
    {
        string collection = TestContext.Current.TestCollection?.UniqueID ?? "", test = TestContext.Current.Test?.UniqueID ?? "";
        IBrowser browser = await BrowserAsync(collection);
        IBrowserContext context = await browser.NewContextAsync(options);
        (string Test, IBrowserContext Context)[] over;
        lock (_contexts)
        {
            List<(string Test, IBrowserContext Context)> open = CollectionsMarshal.GetValueRefOrAddDefault(_contexts, collection, out _) ??= [];
            over = [.. open.Where(one => one.Test != test)];
            open.RemoveAll(one => one.Test != test);
            open.Add((test, context));
        }

        foreach ((string _, IBrowserContext past) in over)
        {
            await past.CloseAsync();
        }

        return context;
    }

    /// <summary>Waits until the page is connected to the server.</summary>
    public static Task InteractiveAsync(IPage page) =>
        page.Locator("[data-interactive=true]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });

    public async ValueTask DisposeAsync()
    {
        foreach (Task<IBrowser> browser in _browsers.Values)
        {
            await (await browser).CloseAsync();
        }

        _playwright?.Dispose();
    }

    private Task<IBrowser> BrowserAsync(string collection)
    {
        lock (_browsers)
        {
            return CollectionsMarshal.GetValueRefOrAddDefault(_browsers, collection, out _) ??=
                _playwright!.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium-headless-shell", Args = Flags });
        }
    }
}
