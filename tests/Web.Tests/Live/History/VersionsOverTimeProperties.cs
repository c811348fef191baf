using CsCheck;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.History;

public sealed class VersionsOverTimeProperties
{
    private const int Span = 30;

    private static readonly Gen<(int Host, long Sequence, int Received, int Version)[]> Deliveries =
        Gen.Select(Gen.Int[1, 4], Gen.Long[1, 10], Gen.Int[0, Span], Gen.Int[0, 3]).Array[1, 25];

    [Fact]
    public async Task Versions_AnyDeliveries_EqualTheFleetOfEachMoment() => await Gen.Select(Deliveries, Gen.Bool).SampleAsync(async (deliveries, compared) =>
    {
        await using var store = new HistoryStore(HostSummary.From);
        var sent = new Dictionary<(int, long), int>();
        foreach ((int host, long sequence, int received, int version) in deliveries)
        {
            int boot = sent[(host, sequence)] = sent.GetValueOrDefault((host, sequence)) + 1;
            await store.InsertAsync(host, sequence, HistoryStore.Start.AddMinutes(received), Running(host, version), boot);
        }

        if (compared)
        {
            await store.CompareAllAsync();
        }

        var window = new TimeWindow(HistoryStore.Start.AddMinutes(5), HistoryStore.Start.AddMinutes(Span + 1));
        VersionsOverTime versions = await store.Past.VersionsAsync(window, 9, TestContext.Current.CancellationToken);

        Assert.Equal((window.From, window.To), (versions.Moments[0], versions.Moments[^1]));
        for (int i = 0; i < versions.Moments.Count; i++)
        {
            IReadOnlyList<HostEntry> fleet = await store.Past.AsOfAsync(versions.Moments[i], TestContext.Current.CancellationToken);
            var expected = fleet.GroupBy(entry => Version(entry.Summary)).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (group.Key, group.Count()));
            var actual = versions.Series.Where(series => series.Hosts[i] > 0).OrderBy(series => series.Version ?? "", StringComparer.Ordinal).Select(series => (series.Version ?? "", series.Hosts[i]));
            Assert.Equal(expected, actual);
        }
    }, iter: 40);

    private static string Version(HostSummary summary) => summary.Version.TryGet(out ModuleVersion version) ? version.ToString() : "";

    private static Snapshot Running(int host, int version)
    {
        Snapshot machine = TestSnapshots.VirtualMachine($"host-{host}");
        return version == 0 ? machine : machine with
        {
            Kernel = machine.Kernel with { ModuleVersion = Reading.Known($"1.5.{version:00}", Provenance.Kernel, "/sys/devices/faux/tdx_host/version") },
        };
    }
}
