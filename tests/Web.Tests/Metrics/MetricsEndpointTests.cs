using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Health;
using TdxDash.Web.Live;
using TdxDash.Web.Metrics;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Metrics;

public sealed class MetricsEndpointTests
{
    [Fact]
    public async Task Get_AfterDeliveries_CountsThem()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using var otherFolder = new TempFolder();
        await using Dashboard other = await Dashboard.StartAsync(otherFolder);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 1, Dropped: 7));
        await Dashboard.HelloAsync(await dashboard.ConnectSilentlyAsync(), new ProbeHello(ProbeContract.Version + 1, Dashboard.HostA, "x", Origin.Demo, "9"));

        Scrape scrape = await GetAsync(dashboard), quiet = await GetAsync(other);

        Assert.Equal("1", scrape.Value("tdxdash_ingest_deliveries_total", "kind=\"snapshot\",outcome=\"stored\""));
        Assert.Equal("1", scrape.Value("tdxdash_ingest_deliveries_total", "kind=\"snapshot\",outcome=\"duplicate\""));
        Assert.Equal("1", scrape.Value("tdxdash_ingest_deliveries_total", "kind=\"heartbeat\",outcome=\"stored\""));
        Assert.Equal("1", scrape.Value("tdxdash_ingest_refusals_total", "reason=\"wrong\""));
        Assert.Equal(("1", "1"), (scrape.Value("tdxdash_ingest_lag_seconds_count"), scrape.Value("tdxdash_ingest_lag_seconds_bucket", "le=\"+Inf\"")));
        Assert.Equal(("1", "1"), (scrape.Value("tdxdash_ingest_probes"), scrape.Value("tdxdash_store_writable")));
        // That the scrape's own token was used is a work of the queue too.
        Assert.InRange(int.Parse(scrape.Value("tdxdash_store_queue_length"), System.Globalization.CultureInfo.InvariantCulture), 0, 1);
        Assert.Equal("7", scrape.Value("tdxdash_host_journal_dropped_total"));
        Assert.True(long.Parse(scrape.Value("tdxdash_store_database_size_bytes"), null) > 0);
        Assert.DoesNotContain(quiet.Samples, sample => sample.Name is "tdxdash_ingest_deliveries_total" or "tdxdash_host_info");
        Assert.Equal("0", quiet.Value("tdxdash_ingest_probes"));
    }

    [Theory]
    [InlineData("", "text/plain", "0.0.4", "counter")]
    [InlineData("application/openmetrics-text;version=1.0.0,text/plain;q=0.5", "application/openmetrics-text", "1.0.0", "# EOF")]
    public async Task Get_InEachForm_SaysWhichItIs(string accept, string type, string version, string holds)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        using var http = new HttpClient(new HttpClientHandler { AutomaticDecompression = DecompressionMethods.GZip });
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await dashboard.TokenAsync());
        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", accept);

        using HttpResponseMessage answer = await http.GetAsync(new Uri(dashboard.Address, MetricsEndpoint.Route), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        MediaTypeHeaderValue given = answer.Content.Headers.ContentType!;
        Assert.Equal((type, version), (given.MediaType, given.Parameters.Single(parameter => parameter.Name == "version").Value));
        Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains(holds, text, StringComparison.Ordinal);
        Assert.Contains("tdxdash_host_info{host_id=\"" + Dashboard.HostA, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithoutOrWithANarrowToken_GivesNoMoreThanItMaySee()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        using var nobody = new HttpClient { BaseAddress = dashboard.Address };
        Assert.True(LabelText.TryParse("lab", out LabelText lab));
        using HttpClient narrow = await dashboard.ClientAsync(new Grant(Role.Viewer, lab));

        using HttpResponseMessage refused = await nobody.GetAsync(MetricsEndpoint.Route, TestContext.Current.CancellationToken);
        string seen = await narrow.GetStringAsync(MetricsEndpoint.Route, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Empty(new Scrape(seen).Samples);
    }

    [Fact]
    public async Task Start_WithoutACollector_LoadsNoSdk()
    {
        using var folder = new TempFolder();
        await using WebApplication app = Build(folder);

        Assert.Null(app.Services.GetService<MeterProvider>());
    }

    [Fact]
    public async Task Start_WithACollector_SendsItTheDashboardsOwnMetrics()
    {
        var sent = new TaskCompletionSource<(string Path, byte[] Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using WebApplication collector = await CollectorAsync(sent);
        using var folder = new TempFolder();
        await using WebApplication app = Build(folder, "--OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.Single(), "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "--OTEL_METRIC_EXPORT_INTERVAL", "100");
        await app.StartAsync(TestContext.Current.CancellationToken);

        (string path, byte[] body) = await sent.Task.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("/v1/metrics", path);
        Assert.True(body.AsSpan().IndexOf("service.name"u8) >= 0, "nothing says whose metrics these are");
    }

    [Fact]
    public async Task Start_WithACollectorThatIsNotThere_LogsItAndRuns()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int port = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        var lines = new Lines();
        using var folder = new TempFolder();
        await using WebApplication app = Build(folder, lines, "--OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}", "--OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "--OTEL_METRIC_EXPORT_INTERVAL", "100");
        await app.StartAsync(TestContext.Current.CancellationToken);

        string line = await lines.First.Task.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        Assert.Equal("Healthy", await http.GetStringAsync(app.Urls.Single() + HealthEndpoints.HealthPath, TestContext.Current.CancellationToken));
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT", line, StringComparison.Ordinal);
    }

    private static WebApplication Build(TempFolder folder, params string[] settings) => Build(folder, null, settings);

    private static WebApplication Build(TempFolder folder, Lines? lines, params string[] settings) => WebSetup.Build(["--urls", "http://127.0.0.1:0", "--TdxDash:DataFolder", folder.Path, .. settings], services =>
        services.AddLogging(logging =>
        {
            logging.ClearProviders();
            if (lines is not null)
            {
                logging.AddProvider(lines);
            }
        }));

    private static async Task<WebApplication> CollectorAsync(TaskCompletionSource<(string, byte[])> sent)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            // The first may come before the store is open, and has the runtime's metrics alone.
            if (body.ToArray().AsSpan().IndexOf("tdxdash.store.database.size"u8) >= 0)
            {
                sent.TrySetResult((context.Request.Path, body.ToArray()));
            }
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    private static async Task<Scrape> GetAsync(Dashboard dashboard)
    {
        using HttpClient http = await dashboard.ClientAsync();
        return new Scrape(await http.GetStringAsync(new Uri(dashboard.Address, MetricsEndpoint.Route), TestContext.Current.CancellationToken));
    }

    /// <summary>What the export's own log says first.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        public TaskCompletionSource<string> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string line = formatter(state, exception);
            if (line.StartsWith("OpenTelemetry: ", StringComparison.Ordinal))
            {
                First.TrySetResult(line);
            }
        }

        public void Dispose()
        {
        }
    }
}
