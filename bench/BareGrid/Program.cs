using Microsoft.Playwright;
using MudBlazor.Services;
using TdxDash.BareGrid;

// What a page with nothing but the library's table costs the server, beside which the Fleet page's cost is to be seen.
const int pages = 30;
WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.WebHost.UseUrls("http://127.0.0.1:0").UseStaticWebAssets();
builder.Logging.ClearProviders();

builder.Services.AddRazorComponents().AddInteractiveServerComponents();
builder.Services.AddMudServices();
await using WebApplication app = builder.Build();
app.UseAntiforgery();
app.MapStaticAssets();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
await app.StartAsync();

using IPlaywright playwright = await Playwright.CreateAsync();
await using IBrowser browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = "/usr/bin/chromium-headless-shell", Args = ["--no-sandbox", "--disable-gpu"] });
await using IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
foreach ((string path, string ready) in new[] { ("/empty", "p"), ("/grid/12", "td"), ("/empty", "p"), ("/grid/12", "td"), ("/grid/6", "td") })
{
    await (await OpenAsync(path, ready)).CloseAsync();
    long before = Heap();
    var open = new List<IPage>();
    for (int i = 0; i < pages; i++)
    {
        open.Add(await OpenAsync(path, ready));
    }

    int rows = await open[0].Locator("tbody tr").CountAsync();
    Console.WriteLine(FormattableString.Invariant($"{path}: {(Heap() - before) / 1024.0 / pages:F0} KiB of managed heap for each of {pages} open pages, {rows} rows"));
    foreach (IPage page in open)
    {
        await page.CloseAsync();
    }
}

async Task<IPage> OpenAsync(string path, string ready)
{
    IPage page = await context.NewPageAsync();
    await page.GotoAsync(app.Urls.First() + path);
    await page.Locator(ready).First.WaitForAsync();
    await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
    return page;
}

static long Heap()
{
    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    GC.WaitForPendingFinalizers();
    return GC.GetTotalMemory(forceFullCollection: true);
}
