using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Playwright;

namespace TdxDash.Pages;

/// <summary>How much the first visit of a page transfers, as it comes over the wire.</summary>
internal static class Weight
{
    public static async Task RunAsync(Visitor visitor, Uri address)
    {
        string host;
        await using (IBrowserContext context = await visitor.NewContextAsync())
        {
            host = (await (await Visitor.OpenAsync(context, address)).Locator("a.open").First.GetAttributeAsync("href"))!;
        }

        foreach (string path in (string[])["/", host, host + "/memory", host + "/metadata", host + "/history", "/history", "/compare", "/import"])
        {
            await MeasureAsync(visitor, new Uri(address, path), path.Replace(host, "/hosts/ID", StringComparison.Ordinal));
        }
    }

    private static async Task MeasureAsync(Visitor visitor, Uri address, string name)
    {
        await using IBrowserContext context = await visitor.NewContextAsync();
        IPage page = await context.NewPageAsync();
        ICDPSession session = await context.NewCDPSessionAsync(page);
        var files = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var sizes = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        double socket = 0;
        await session.SendAsync("Network.enable");
        session.Event("Network.responseReceived").OnEvent += (_, e) => files[e!.Value.GetProperty("requestId").GetString()!] = e.Value.GetProperty("response").GetProperty("url").GetString()!;
        session.Event("Network.loadingFinished").OnEvent += (_, e) => sizes[e!.Value.GetProperty("requestId").GetString()!] = e.Value.GetProperty("encodedDataLength").GetDouble();
        session.Event("Network.webSocketFrameReceived").OnEvent += (_, e) => socket += PayloadOf(e!.Value);
        await page.GotoAsync(address.ToString());
        await page.Locator("[data-interactive=true]").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Console.WriteLine(FormattableString.Invariant(
            $"first visit of {name}: {sizes.Values.Sum() / 1_000:F0} KB in {sizes.Count} answers, and {socket / 1_000:F0} KB over the socket before its own compression"));
        foreach ((string id, double size) in sizes.OrderByDescending(pair => pair.Value).Take(4))
        {
            Console.WriteLine(FormattableString.Invariant($"    {size / 1_000,6:F1} KB  {(files.TryGetValue(id, out string? url) ? new Uri(url).AbsolutePath : "?")}"));
        }
    }

    // Binary frames come as Base64.
    private static double PayloadOf(JsonElement e)
    {
        JsonElement response = e.GetProperty("response");
        int length = response.GetProperty("payloadData").GetString()!.Length;
        return response.GetProperty("opcode").GetInt32() == 2 ? length * 3.0 / 4 : length;
    }
}
