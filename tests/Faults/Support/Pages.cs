using System.Diagnostics;
using System.Net;
using System.Text.Json;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.Faults.Support;

/// <summary>The dashboard as a monitor and a browser see it, without a browser: every page is drawn on the server first.</summary>
internal sealed class Pages : IDisposable
{
    /// <summary>What the banner on every page begins with while nothing can be stored.</summary>
    public const string Banner = "Nothing is stored.";

    private readonly HttpClient _client;

    private Pages(HttpClient client) => _client = client;

    /// <summary>Signs in at a dashboard, which has to be well.</summary>
    public static async Task<Pages> OpenAsync(Uri dashboard)
    {
        HttpClient client = await SignedIn.ClientAsync(dashboard);
        client.Timeout = TimeSpan.FromSeconds(15);
        return new Pages(client);
    }

    public async Task<HttpStatusCode> HealthAsync()
    {
        using HttpResponseMessage answer = await _client.GetAsync("/healthz", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    /// <summary>The page's text as HTML; fails unless it is answered with 200.</summary>
    public Task<string> GetAsync(string path) => _client.GetStringAsync(path, TestContext.Current.CancellationToken);

    /// <summary>Waits until the health answers 503 and the fleet's page has the banner; all pages are answered meanwhile.</summary>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> BannerAsync(Func<string> output)
    {
        var clock = Stopwatch.StartNew();
        await Eventually.HoldsAsync("the banner says that nothing is stored", async () =>
            await HealthAsync() == HttpStatusCode.ServiceUnavailable && (await GetAsync("/")).Contains(Banner, StringComparison.Ordinal), output);
        TimeSpan took = clock.Elapsed;
        foreach (string path in new[] { "/", "/store", "/history", "/compare", "/fleet.json" })
        {
            await GetAsync(path);
        }

        return took;
    }

    /// <summary>Waits until all is well again without a restart.</summary>
    public Task RecoveredAsync(Func<string> output) => Eventually.HoldsAsync("the store is well again", async () =>
        await HealthAsync() == HttpStatusCode.OK && !(await GetAsync("/")).Contains(Banner, StringComparison.Ordinal), output);

    /// <summary>A field of each host in the fleet's export, by the host's name.</summary>
    public async Task<Dictionary<string, string>> FieldAsync(string field)
    {
        using JsonDocument fleet = JsonDocument.Parse(await GetAsync("/fleet.json"));
        return fleet.RootElement.EnumerateArray().ToDictionary(host => host.GetProperty("host").GetString()!, host => host.GetProperty(field).ToString());
    }

    public void Dispose() => _client.Dispose();
}
