using System.Text.Json;
using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>Memory of the server for each page that is open.</summary>
internal static class OpenPages
{
    private const int Count = 30;

    private static readonly TimeSpan After = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Visitor visitor, Server server, IReadOnlyList<string> wanted)
    {
        await using IBrowserContext context = await visitor.NewContextAsync();
        // What the dashboard reads by itself in the first minutes is no page's: asked for, it is read at once.
        IPage plan = await OpenAsync(context, server, "/planner/fleet");
        await plan.Locator(".figures").WaitForAsync();
        await LeaveAsync(plan);
        // Hosts of their own for each page: what pages of one host share is not counted on.
        string[] hosts = await HostsAsync(context, server.Address);
        (string Name, Func<int, string> Path)[] kinds =
        [
            ("Fleet", _ => "/"), ("Fleet with a host beside it", i => "/?pane=" + hosts[i]),
            ("host", i => "/hosts/" + hosts[i]), ("host, memory", i => $"/hosts/{hosts[i]}/memory"), ("host, metadata", i => $"/hosts/{hosts[i]}/metadata"),
            ("host, PAMT", i => $"/hosts/{hosts[i]}/pamt"), ("host, history", i => $"/hosts/{hosts[i]}/history"), ("host, raw", i => $"/hosts/{hosts[i]}/raw"),
            ("history", _ => "/history"), ("compare", i => $"/compare?a={hosts[i]}&b={hosts[i + 1]}"), ("planner", _ => "/planner"), ("planner from a host", i => "/planner?host=" + hosts[i]),
            ("planner over the fleet", _ => "/planner/fleet"), ("live", _ => "/live"), ("import", _ => "/import"), ("store", _ => "/store"),
        ];
        foreach ((string name, Func<int, string> path) in kinds.Where(kind => wanted.Count == 0 || wanted.Contains(kind.Name, StringComparer.Ordinal)))
        {
            // A page that was open once has warmed every cache of all pages and every path.
            await LeaveAsync(await OpenAsync(context, server, path(Count)));
            await MeasureAsync(context, server, name, path);
        }
    }

    private static async Task<string[]> HostsAsync(IBrowserContext context, Uri address)
    {
        IAPIResponse answer = await context.APIRequest.GetAsync(new Uri(address, "/fleet.json").ToString());
        using var fleet = JsonDocument.Parse(await answer.BodyAsync());
        return [.. fleet.RootElement.EnumerateArray().Take(Count + 2).Select(row => row.GetProperty("host_id").GetString()!)];
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context, Server server, string path)
    {
        IPage page = await Visitor.OpenAsync(context, new Uri(server.Address, path));
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        return page;
    }

    private static async Task<List<IPage>> OpenAsync(IBrowserContext context, Server server, IEnumerable<string> paths)
    {
        var pages = new List<IPage>();
        foreach (string path in paths)
        {
            pages.Add(await OpenAsync(context, server, path));
        }

        return pages;
    }

    private static async Task MeasureAsync(IBrowserContext context, Server server, string what, Func<int, string> path)
    {
        (long heap, long resident) = await SettleAsync(server);
        List<IPage> pages = await OpenAsync(context, server, Enumerable.Range(0, Count).Select(path));
        (long heapThen, long residentThen) = await SettleAsync(server);
        Console.WriteLine(FormattableString.Invariant(
            $"server memory for each open page, {what}: {(heapThen - heap) / 1024.0 / Count:F0} KiB of managed heap after a collection, {(residentThen - resident) / 1024.0 / Count:F0} KiB resident ({Count} pages; {heapThen >> 20} MiB and {residentThen >> 20} MiB in all)"));
        foreach (IPage page in pages)
        {
            await LeaveAsync(page);
        }
    }

    // A browser that goes elsewhere tells the server, which keeps nothing of the page then; one that is killed does not.
    private static async Task LeaveAsync(IPage page)
    {
        await page.GotoAsync("about:blank");
        await page.CloseAsync();
    }

    // Pages go, and finish what they began, a little later.
    private static async Task<(long Heap, long Resident)> SettleAsync(Server server)
    {
        await server.HeapAsync();
        await Task.Delay(After);
        return (await server.HeapAsync(), server.Resident);
    }
}
