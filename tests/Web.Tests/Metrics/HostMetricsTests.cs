using System.Text.RegularExpressions;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Metrics;
using TdxDash.Web.Tests.Live;

namespace TdxDash.Web.Tests.Metrics;

public sealed class HostMetricsTests
{
    private const string Injected = "a\"} 1\nup 0\n{\\";

    [Fact]
    public async Task Scrape_OfAHost_HasItsValuesInBaseUnits()
    {
        using var own = new OwnMeters();
        FleetHost host = FleetSamples.Host("rack1-a07", TdxState.AtRisk, labels: FleetSamples.Labels("site-b"));

        Scrape scrape = await Scrape.OfAsync(own.Reader, [host], "viewer:*");

        Assert.Equal(
            ("1", "1", "0", "0", "274877906944", "1073741824", "0.00390625", "5", "64", "11", "16", "31", "3"),
            (scrape.Value("tdxdash_host_state", "state=\"atrisk\""), scrape.Value("tdxdash_host_ready"), scrape.Value("tdxdash_host_state", "state=\"ready\""), scrape.Value("tdxdash_host_silent"),
            scrape.Value("tdxdash_host_memory_bytes"), scrape.Value("tdxdash_host_pamt_bytes"), scrape.Value("tdxdash_host_pamt_ratio"),
            scrape.Value("tdxdash_host_tdmrs"), scrape.Value("tdxdash_host_tdmrs_limit"), scrape.Value("tdxdash_host_reserved_areas_peak"), scrape.Value("tdxdash_host_reserved_areas_limit"),
            scrape.Value("tdxdash_host_keyids"), scrape.Value("tdxdash_host_keyids_in_use")));
        Assert.Equal("1772366402", scrape.Value("tdxdash_host_last_seen_timestamp_seconds"));
        Assert.Equal("1", scrape.Value("tdxdash_host_module_info", "host_id=\"rack1-a07\",host=\"rack1-a07\",emulated=\"false\",version=\"1.5.08\",cpu_family=\"EMR\""));
        Assert.Equal("1", scrape.Value("tdxdash_host_info", "origin=\"live\",group=\"site-b\",cpu_family=\"EMR\",kernel=\"7.2.1\",tier=\"root files\",probe_version=\"0.1.0\""));
        Assert.Equal("1", scrape.Value("tdxdash_host_provenance_info", "module_version=\"kernel\",memory=\"kernel\",pamt=\"computed\""));
    }

    [Fact]
    public async Task Scrape_OfWhatIsNotKnown_LeavesTheSeriesOut()
    {
        using var own = new OwnMeters();
        FleetHost host = FleetSamples.Host("a", with: summary => summary with { Version = FleetSamples.Unknown<Tdx.Metadata.ModuleVersion>(), Pamt = FleetSamples.Unknown<ByteSize>(), KeyIdsInUse = FleetSamples.Unknown<long>() });

        Scrape scrape = await Scrape.OfAsync(own.Reader, [host], "viewer:*");

        string[] absent = ["tdxdash_host_module_info", "tdxdash_host_pamt_bytes", "tdxdash_host_pamt_ratio", "tdxdash_host_keyids_in_use", "tdxdash_host_releases_behind", "tdxdash_host_journal_dropped_total"];
        Assert.DoesNotContain(scrape.Samples, sample => absent.Contains(sample.Name));
        Assert.Equal("31", scrape.Value("tdxdash_host_keyids"));
    }

    [Fact]
    public async Task Scrape_OfADemoHost_SaysEmulatedOnEverySeries()
    {
        using var own = new OwnMeters();

        Scrape scrape = await Scrape.OfAsync(own.Reader, [FleetSamples.Host("demo-1", origin: Origin.Demo)], "viewer:*");

        (string Name, string Labels, string Value)[] series = [.. scrape.Samples.Where(sample => sample.Name.StartsWith("tdxdash_host_", StringComparison.Ordinal))];
        Assert.NotEmpty(series);
        Assert.All(series, sample => Assert.Contains("emulated=\"true\"", sample.Labels, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Scrape_OfHostileHosts_StaysWithinFiftySeriesOfBoundedLabels()
    {
        using var own = new OwnMeters();
        string[] hostile = [Injected, new string('x', 100_000), "\u202E\u0000\uD800", "", string.Concat(Enumerable.Range(0, 5_000).Select(i => $"label{i}=\"v\","))];
        FleetHost[] hosts = [.. hostile.Select((text, i) => FleetSamples.Host($"id-{i}", labels: FleetSamples.Labels("site", [.. Enumerable.Range(0, 16).Select(tag => $"tag{tag}")]), with: summary => summary with
        {
            Name = Web.Live.FleetView.Limit(summary with { Name = text }).Name,
            StateReason = text,
            CpuFamily = Web.Live.FleetView.Limit(summary with { CpuFamily = text }).CpuFamily,
            KernelRelease = Reading.Known(text, Provenance.Kernel, text),
            Memory = Reading.Known(new ByteSize(ulong.MaxValue), Provenance.Kernel, text),
            Tdmrs = Reading.Known(int.MaxValue, Provenance.Computed, text),
            KeyIds = Reading.Known(long.MaxValue, Provenance.Kernel, text),
        }))];

        Scrape scrape = await Scrape.OfAsync(own.Reader, hosts, "viewer:*");

        ILookup<string, (string Name, string Labels, string Value)> byHost = scrape.Samples.Where(sample => sample.Labels.Contains("host_id=", StringComparison.Ordinal))
            .ToLookup(sample => Regex.Match(sample.Labels, "host_id=\"([^\"]*)\"").Groups[1].Value);
        Assert.Equal(hostile.Length, byHost.Count);
        Assert.All(byHost, host => Assert.InRange(host.Count(), 10, HostMetrics.MostSeries));
        Assert.True(HostMetrics.All.Sum(metric => metric.Series.Count) <= HostMetrics.MostSeries);
        Assert.DoesNotContain(scrape.Samples, sample => sample.Name == "up" || sample.Labels.Length > 1_200);
        Assert.Equal(scrape.Samples.Count, scrape.Samples.Select(sample => (sample.Name, sample.Labels)).Distinct().Count());
    }

    [Fact]
    public async Task Scrape_OfACallerWithOneGroup_HasItsHostsAndNothingElse()
    {
        using var own = new OwnMeters();
        FleetHost[] hosts = [FleetSamples.Host("mine", labels: FleetSamples.Labels("lab")), FleetSamples.Host("theirs", labels: FleetSamples.Labels("site-b")), FleetSamples.Host("nobodys")];

        Scrape lab = await Scrape.OfAsync(own.Reader, hosts, "viewer:lab"), none = await Scrape.OfAsync(own.Reader, hosts), all = await Scrape.OfAsync(own.Reader, hosts, "operator:*");

        Assert.Contains(lab.Samples, sample => sample.Labels.Contains("host=\"mine\"", StringComparison.Ordinal));
        Assert.All(lab.Samples, sample => Assert.Contains("host=\"mine\"", sample.Labels, StringComparison.Ordinal));
        Assert.Empty(none.Samples);
        Assert.Equal(3, all.Samples.Count(sample => sample.Name == "tdxdash_host_info"));
        Assert.Contains(all.Samples, sample => sample.Name == "tdxdash_store_writable");
    }

    [Fact]
    public async Task Families_AreNamedByConventionAndDocumented()
    {
        using var own = new OwnMeters();
        string document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "metrics.md"), TestContext.Current.CancellationToken);
        MetricFamily[] families = [.. HostMetrics.All.Select(metric => metric.Family), .. own.Reader.Families];

        Assert.Equal(families.Length, families.Select(family => family.Name).Distinct().Count());
        Assert.All(families, family =>
        {
            Assert.Matches("^(tdxdash|dotnet)_[a-z_]+$", family.Name);
            Assert.EndsWith(family.Unit, family.Name, StringComparison.Ordinal);
            Assert.EndsWith(".", family.Help, StringComparison.Ordinal);
            Assert.Contains($"`{family.SampleName}`", document, StringComparison.Ordinal);
        });
    }
}
