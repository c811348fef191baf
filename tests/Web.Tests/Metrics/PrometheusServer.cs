using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TdxDash.Testing;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Metrics;

/// <summary>Debian's Prometheus on a free port, with the repository's own configuration and rules, pointed at one dashboard and made to look four times a second.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly TempFolder _folder;
    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly Task<string> _output;

    private PrometheusServer(TempFolder folder, Process process, int port)
    {
        (_folder, _process) = (folder, process);
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        _output = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Puts the configuration into a folder, as an operator would, with what is particular to this machine changed.</summary>
    public static void Configure(string folder, string target, string token)
    {
        string source = Path.Combine(Repository.Root, "deploy", "prometheus");
        string configuration = File.ReadAllText(Path.Combine(source, "prometheus.yml"));
        Assert.Contains("127.0.0.1:8080", configuration, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "prometheus.yml"), configuration
            .Replace("127.0.0.1:8080", target, StringComparison.Ordinal).Replace("interval: 30s", "interval: 250ms", StringComparison.Ordinal));
        File.Copy(Path.Combine(source, "tdxdash-rules.yml"), Path.Combine(folder, "tdxdash-rules.yml"));
        File.WriteAllText(Path.Combine(folder, "tdxdash.token"), token);
    }

    /// <summary>Starts it.</summary>
    public static PrometheusServer Start(Uri dashboard, string token)
    {
        var folder = new TempFolder();
        Configure(folder.Path, dashboard.Authority, token);
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        var start = new ProcessStartInfo("prometheus",
        [
            $"--config.file={folder.File("prometheus.yml")}", $"--storage.tsdb.path={folder.File("data")}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
        ])
        {
            RedirectStandardError = true,
        };
        return new PrometheusServer(folder, Process.Start(start)!, port);
    }

    /// <summary>Asks until the answer has a result.</summary>
    /// <param name="expression">PromQL.</param>
    /// <returns>The labels of each element.</returns>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> WaitForAsync(string expression)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Dashboard.Patience);
        using var clock = new PeriodicTimer(Pause);
        while (true)
        {
            if (_process.HasExited)
            {
                Assert.Fail($"Prometheus ended with {_process.ExitCode}: {await _output}");
            }

            if (await TryAskAsync(expression) is { Count: > 0 } result)
            {
                return result;
            }

            await clock.WaitForNextTickAsync(patience.Token);
        }
    }

    /// <summary>Asks once; what Prometheus cannot read is a failure.</summary>
    public async Task<int> CountAsync(string expression) => (await TryAskAsync(expression))?.Count ?? throw new InvalidOperationException("Prometheus does not answer.");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>?> TryAskAsync(string expression)
    {
        string text;
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync($"api/v1/query?query={Uri.EscapeDataString(expression)}", TestContext.Current.CancellationToken);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                return null;
            }

            text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
            return null;
        }

        using JsonDocument json = JsonDocument.Parse(text);
        Assert.True(json.RootElement.GetProperty("status").GetString() == "success", $"{expression}: {text}");
        return [.. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(element => element.GetProperty("metric").EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!))];
    }
}
