using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.DemoFleet;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Metrics;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Metrics;

/// <summary>The metrics, the rules and the Grafana dashboard against the Prometheus that Debian ships.</summary>
public sealed class PrometheusTests
{
    private static readonly string Deploy = Path.Combine(Repository.Root, "deploy");

    private static readonly (string Name, Func<HostSummary, bool> Is)[] Machines =
    [
        ("failed", summary => summary.State == TdxState.Failed),
        ("almost", summary => summary.State != TdxState.Failed && summary.PeakReserved.Or(0) > 0.9 * summary.MaxReserved.Or(int.MaxValue)),
        ("sound", summary => summary.State == TdxState.Ready),
    ];

    [Fact]
    public async Task Prometheus_OfDebian_ScrapesADashboardAndItsAlertFires()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await WithDemoHostsAsync(folder);
        Assert.Equal((0, ""), await PromtoolAsync(await ScrapeAsync(dashboard), "check", "metrics"));
        await using PrometheusServer prometheus = PrometheusServer.Start(dashboard.Address);

        IReadOnlyDictionary<string, string> alert = Assert.Single(await prometheus.WaitForAsync("ALERTS{alertname=\"TdxInitFailed\",alertstate=\"firing\"}"));

        Assert.Equal(("failed", "true", "critical"), (alert["host"], alert["emulated"], alert["severity"]));
        Assert.Equal(1, await prometheus.CountAsync("up{job=\"tdxdash\"} == 1"));
        Assert.Equal(3, await prometheus.CountAsync("tdxdash_host_info{origin=\"demo\"}"));
        Assert.Equal(0, await prometheus.CountAsync($"count by (host_id) ({{__name__=~\"tdxdash_host_.+\"}}) > {HostMetrics.MostSeries}"));
        Assert.Equal(1, await prometheus.CountAsync("tdxdash_host_reserved_areas_peak{host=\"almost\"} / tdxdash_host_reserved_areas_limit > 0.9"));
        await AskGrafanaQueriesAsync(prometheus);
    }

    [Fact]
    public async Task Promtool_TakesTheConfigurationAndItsRules()
    {
        using var folder = new TempFolder();
        PrometheusServer.Configure(folder.Path, "127.0.0.1:8080");

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

    private static async Task<Dashboard> WithDemoHostsAsync(TempFolder folder)
    {
        Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: HostSummary.From);
        var shapes = new DemoShapes();
        Snapshot[] fleet = [.. Enumerable.Range(0, 200).Select(number => DemoYear.Of(new DemoHost(number), shapes).Last().Snapshot)];
        for (int i = 0; i < Machines.Length; i++)
        {
            Snapshot snapshot = fleet.FirstOrDefault(one => Machines[i].Is(HostSummary.From(one))) ?? throw new InvalidOperationException($"The demo fleet has no host that is {Machines[i].Name}.");
            snapshot = snapshot with { Host = snapshot.Host with { Name = Reading.Known(Machines[i].Name, Provenance.Emulated, "test") } };
            HubConnection probe = await dashboard.ConnectAsync($"aaaaaaaa-0000-0000-0000-{i:d12}", Machines[i].Name);
            await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, snapshot));
        }

        return dashboard;
    }

    private static async Task<string> ScrapeAsync(Dashboard dashboard)
    {
        using var http = new HttpClient();
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
