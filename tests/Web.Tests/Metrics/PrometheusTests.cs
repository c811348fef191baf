using System.Diagnostics;
using TdxDash.DemoFleet;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Ingest;
using TdxDash.Web.Metrics;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Metrics;

/// <summary>The metrics, the rules and the Grafana dashboard against the Prometheus that Debian ships.</summary>
public sealed class PrometheusTests
{
    private const int DemoHosts = 4;
    private const string Failed = "exhausted";

    private static readonly string Deploy = Path.Combine(Repository.Root, "deploy");

    [Fact]
    public async Task Prometheus_OfDebian_ScrapesADashboardAndItsAlertFires()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithHostsAsync(folder);
        Assert.Equal((0, ""), await PromtoolAsync(await ScrapeAsync(dashboard), "check", "metrics"));
        await using PrometheusServer prometheus = PrometheusServer.Start(dashboard.Address, await dashboard.TokenAsync(new Grant(Role.Viewer, null)));

        IReadOnlyDictionary<string, string> alert = Assert.Single(await prometheus.WaitForAsync("ALERTS{alertname=\"TdxInitFailed\",alertstate=\"firing\"}"));

        Assert.Equal((Failed, "false", "critical"), (alert["host"], alert["emulated"], alert["severity"]));
        Assert.Equal(1, await prometheus.CountAsync("up{job=\"tdxdash\"} == 1"));
        Assert.Equal(DemoHosts, await prometheus.CountAsync("tdxdash_host_info{origin=\"demo\",emulated=\"true\"}"));
        Assert.Equal(0, await prometheus.CountAsync($"count by (host_id) ({{__name__=~\"tdxdash_host_.+\"}}) > {HostMetrics.MostSeries}"));
        Assert.NotEqual(0, await prometheus.CountAsync("tdxdash_host_reserved_areas_peak{emulated=\"true\"} / tdxdash_host_reserved_areas_limit > 0"));
        await AskGrafanaQueriesAsync(prometheus);
    }

    [Fact]
    public async Task Promtool_TakesTheConfigurationAndItsRules()
    {
        using var folder = new TempFolder();
        PrometheusServer.Configure(folder.Path, "127.0.0.1:8080", "tdx_none");

        (int code, string output) = await PromtoolAsync("", "check", "config", folder.File("prometheus.yml"));
        Assert.True(code == 0, output);
        (code, output) = await PromtoolAsync("", "test", "rules", Path.Combine(Deploy, "prometheus", "tdxdash-rules.test.yml"));
        Assert.True(code == 0, output);
    }

    // Each query has to be PromQL, and find something where a fleet of failed, endangered and sound hosts has something to find.
    private static async Task AskGrafanaQueriesAsync(PrometheusServer prometheus)
    {
        string[] mayBeEmpty = ["increase(", "rate(", "emulated=\"false\"", "releases_behind"];
        foreach (string query in GrafanaTests.Queries())
        {
            string asked = query.Replace("$emulated", ".*", StringComparison.Ordinal).Replace("$host", ".*", StringComparison.Ordinal).Replace("$instance", ".*", StringComparison.Ordinal);
            int found = await prometheus.CountAsync(asked);
            Assert.True(found > 0 || mayBeEmpty.Any(part => query.Contains(part, StringComparison.Ordinal)), $"{query} finds nothing");
        }
    }

    private static async Task<Dashboard> WithHostsAsync(TempFolder folder)
    {
        Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: HostSummary.From);
        var shapes = new DemoShapes();
        for (int i = 0; i < DemoHosts; i++)
        {
            var host = new DemoHost(i);
            await Dashboard.DeliverAsync(await dashboard.ConnectAsync(host.Id, host.Name), SmallSnapshot.Envelope(1, DemoYear.Of(host, shapes).Last().Snapshot));
        }

        // A host whose kernel ran out of reserved areas, as its log was published.
        string log = await File.ReadAllTextAsync(Repository.Data("captures", "01b-emr-reserved-areas-exhausted.txt"), TestContext.Current.CancellationToken);
        ImportOutcome imported = await dashboard.Imports.StoreAsync(ImportReader.Read(log).Named(Failed), Failed, TestContext.Current.CancellationToken);
        Assert.Equal("", imported.Error);
        return dashboard;
    }

    private static async Task<string> ScrapeAsync(Dashboard dashboard)
    {
        using HttpClient http = await dashboard.ClientAsync();
        return await http.GetStringAsync(new Uri(dashboard.Address, MetricsEndpoint.Route), TestContext.Current.CancellationToken);
    }

    private static async Task<(int Code, string Output)> PromtoolAsync(string input, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("promtool", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
