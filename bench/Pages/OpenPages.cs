using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>Memory of the server for each page that is open.</summary>
internal static class OpenPages
{
    private const int Count = 30;

    public static async Task RunAsync(IBrowser browser, Server server)
    {
        await using IBrowserContext context = await Visit.NewContextAsync(browser);
        IPage fleet = await Visit.OpenAsync(context, server.Address);
        string[] hosts = [.. (await fleet.Locator("a.open").EvaluateAllAsync<string[]>("links => links.map(link => link.getAttribute('href'))")).Distinct().Take(10)];
        // Pages that are open once have warmed every cache and every path.
        await (await Visit.OpenAsync(context, new Uri(server.Address, hosts[0]))).CloseAsync();
        await MeasureAsync(context, server, "host page", i => hosts[i % hosts.Length]);
        await MeasureAsync(context, server, "memory map of a host", i => hosts[i % hosts.Length] + "/memory");
        await MeasureAsync(context, server, "Fleet page", _ => "/");
    }

    private static async Task MeasureAsync(IBrowserContext context, Server server, string what, Func<int, string> path)
    {
        long heap = await server.HeapAsync(), resident = server.Resident;
        var pages = new List<IPage>();
        for (int i = 0; i < Count; i++)
        {
            pages.Add(await Visit.OpenAsync(context, new Uri(server.Address, path(i))));
        }

        await pages[^1].WaitForLoadStateAsync(LoadState.NetworkIdle);
        long heapThen = await server.HeapAsync(), residentThen = server.Resident;
        Console.WriteLine(FormattableString.Invariant(
            $"server memory for each open {what}: {(heapThen - heap) / 1024.0 / Count:F0} KiB of managed heap after a collection, {(residentThen - resident) / 1024.0 / Count:F0} KiB resident ({Count} pages; {heapThen >> 20} MiB and {residentThen >> 20} MiB in all)"));
        foreach (IPage page in pages)
        {
            await page.CloseAsync();
        }
    }
}
