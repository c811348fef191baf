using System.Data.Common;
using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.DemoFleet;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Live;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live;

/// <summary>The rows of the fleet after a start come from stored digests; they must be those that the bodies give.</summary>
public class FleetStartTests
{
    private const int DemoHosts = 300;

    [Fact]
    public async Task Load_DemoHostsAndCaptures_RowsOfDigestsAreThoseOfBodies()
    {
        await using var store = new HistoryStore(HostSummary.From);
        var shapes = new DemoShapes();
        Snapshot[] snapshots =
        [
            .. Enumerable.Range(0, DemoHosts).SelectMany(number => DemoYear.Of(new DemoHost(number), shapes)).Select(moment => moment.Snapshot),
            .. Directory.GetFiles(Repository.Data("captures"), "*.txt").Select(file => ImportReader.Read(File.ReadAllText(file)).Snapshot).OfType<Snapshot>(),
        ];
        for (int i = 0; i < snapshots.Length; i++)
        {
            await store.InsertAsync(i, 1, HistoryStore.Start.AddSeconds(i), snapshots[i]);
        }

        FleetView digests = Loaded(store);
        using (DbConnection connection = store.Engine.OpenBeside())
        {
            connection.Execute("UPDATE snapshots SET digest = NULL");
        }

        FleetView bodies = Loaded(store);

        Assert.True(snapshots.Length > DemoHosts + 20);
        Assert.Equal(Ordered(bodies), Ordered(digests));
        Assert.Equal(Ordered(store.Fleet).Select(host => host.Summary), Ordered(digests).Select(host => host.Summary));
    }

    [Fact]
    public async Task Load_StoredDigests_OpensNoBody()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        var view = new FleetView(new SnapshotReader(store.Engine), store.Digests, _ => throw new InvalidOperationException("A body was opened."), store.Time, NullLogger<FleetView>.Instance);

        view.Load();

        Assert.Equal("host-1 6.16.1", Assert.Single(view.Hosts).Summary.Name);
    }

    [Fact]
    public async Task Start_DigestOfAnOlderVersion_IsCorrectedFromTheBody()
    {
        using var folder = new TempFolder();
        await using (Dashboard first = await Dashboard.StartAsync(folder, summarise: Older))
        {
            await Dashboard.DeliverAsync(await first.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        }

        await using Dashboard second = await Dashboard.StartAsync(folder);
        await second.Service<BodyCheck>().ExecuteTask!.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(TdxState.NoTdx, Assert.Single(second.Fleet.Hosts).Summary.State);
    }

    [Fact]
    public void Correct_HostWithANewerBody_KeepsIt()
    {
        using var folder = new TempFolder();
        var path = new StorePath(folder.Path);
        var bodies = new SnapshotReader(path);
        var view = new FleetView(bodies, new DigestSource(bodies, new TextTable(path), HostDigest.From), HostDigest.From, TimeProvider.System, NullLogger<FleetView>.Instance);
        HostEntry newer = Entry("2", 2);
        view.Apply(2, newer);

        view.Correct(newer.HostId, Entry("1", 1).Hash, Entry("1", 1).Summary);
        view.MarkDamaged(newer.HostId, Entry("1", 1).Hash);

        Assert.Equal((newer, 2L), (Assert.Single(view.Hosts), view.HeldSequence(newer.HostId)));
        view.MarkDamaged(newer.HostId, newer.Hash);
        Assert.Equal((0L, 2L), (view.HeldSequence(newer.HostId), view.LatestSequence(newer.HostId)));
        view.Apply(3, Entry("3", 3));
        Assert.Equal(3, view.HeldSequence(newer.HostId));
    }

    [Fact]
    public void Gaps_OfTheDemoYear_AreTheSameEachTimeAndLieBetweenSnapshots()
    {
        var shapes = new DemoShapes();
        int away = 0;
        for (int number = 0; number < DemoHosts; number++)
        {
            var host = new DemoHost(number);
            (int Boot, TimeSpan At)[] moments = [.. DemoYear.Of(host, shapes).Select(moment => (moment.Boot, moment.At))];
            DemoGap[] gaps = [.. DemoYear.Gaps(host, moments)];

            Assert.Equal(gaps, DemoYear.Gaps(new DemoHost(number), moments));
            Assert.All(gaps, gap => Assert.True(gap.From < gap.To && !moments.Any(moment => moment.At > gap.From && moment.At < gap.To), $"{host.Name}: {gap}"));
            Assert.InRange(DemoYear.LastSeen(host, moments[^1].At), moments[^1].At, DemoYear.Length);
            away += gaps.Length > 0 ? 1 : 0;
        }

        Assert.InRange(away, DemoHosts / 10, DemoHosts * 9 / 10);
    }

    private static HostSummary Older(Snapshot snapshot) => SmallSnapshot.Summarise(snapshot) with { State = TdxState.Ready };

    private static HostEntry Entry(string kernel, long revision) => new()
    {
        HostId = Dashboard.HostA,
        Revision = revision,
        Summary = SmallSnapshot.Summarise(SmallSnapshot.Make(kernel)),
        Hash = SnapshotHash.Of(SnapshotCodec.Write(SmallSnapshot.Make(kernel))),
        TakenAt = HistoryStore.Start,
        LastSeen = HistoryStore.Start,
        ProbeVersion = "",
    };

    private static FleetView Loaded(HistoryStore store)
    {
        var view = new FleetView(new SnapshotReader(store.Engine), store.Digests, HostDigest.From, store.Time, NullLogger<FleetView>.Instance);
        view.Load();
        return view;
    }

    private static IEnumerable<HostEntry> Ordered(FleetView view) => view.Hosts.OrderBy(host => host.HostId, StringComparer.Ordinal);
}
