using System.Data.Common;
using Dapper;
using DbUp.Engine;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Live.History;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Live.History;

public class HistoryKeeperTests
{
    private static readonly TimeWindow Always = new(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));

    [Fact]
    public async Task Deliver_NewKernel_IsComparedAndAnnounced()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using var compared = new SemaphoreSlim(0);
        using IDisposable subscription = dashboard.Service<IHistoryFeed>().Subscribe(_ => compared.Release());
        HubConnection probe = await dashboard.ConnectAsync();

        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("6.16.0")));
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, SmallSnapshot.Make("6.17.0")));

        HistoryPage page;
        do
        {
            Assert.True(await compared.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken));
            page = await dashboard.Service<HostHistory>().EntriesAsync(new HistoryFilter(Always, Dashboard.HostA), null, 10, TestContext.Current.CancellationToken);
        }
        while (page.Entries.Any(entry => entry.Change is null));

        Assert.Equal([2L, 1L], page.Entries.Select(entry => entry.Snapshot.Sequence));
        Assert.Equal(new ChangeSummary(1, ChangeKinds.Kernel | ChangeKinds.Attributes, "kernel 6.16.0 → 6.17.0"), page.Entries[0].Change);
        Assert.Equal(page.Entries[1].Snapshot.Revision, page.Entries[0].Base);
        Assert.Equal(ChangeSummary.OfFirst, page.Entries[1].Change);
    }

    [Fact]
    public async Task WorkOff_DamagedBody_SaysSoOnceAndHealsWithTheBody()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        await store.InsertAsync(1, 2, HistoryStore.Start.AddMinutes(1));
        using (DbConnection connection = store.Engine.OpenBeside())
        {
            connection.Execute("UPDATE bodies SET body = @body WHERE hash = (SELECT hash FROM snapshots WHERE sequence = 1)", new { body = new byte[1] });
        }

        await store.CompareAllAsync();
        Assert.All(await EntriesAsync(store), entry => Assert.Equal(ChangeKinds.Unreadable, entry.Change!.Kinds));
        Assert.Contains("cannot be read", (await EntriesAsync(store))[0].Change!.Headline, StringComparison.Ordinal);

        await store.InsertAsync(1, 1, HistoryStore.Start.AddMinutes(2));
        await store.CompareAllAsync();

        Assert.Equal(ChangeKinds.First, (await EntriesAsync(store))[1].Change!.Kinds);
    }

    [Fact]
    public async Task WorkOff_RowsOfAnOlderVersion_GetDigestsAndComparisons()
    {
        await using var store = new HistoryStore();
        for (int sequence = 1; sequence <= 80; sequence++)
        {
            await store.InsertAsync(1, sequence, HistoryStore.Start.AddMinutes(sequence), withDigest: false);
        }

        Assert.Equal("host-1 6.16.80", Assert.Single(await store.Past.AsOfAsync(HistoryStore.Start.AddHours(3), TestContext.Current.CancellationToken)).Summary.Name);
        await store.CompareAllAsync();

        using DbConnection connection = store.Engine.OpenReader();
        Assert.Equal(80, connection.QuerySingle<int>("SELECT count(*) FROM snapshots WHERE digest IS NOT NULL AND compared > 0"));
        Assert.Equal("host-1 6.16.80", Assert.Single(await store.Past.AsOfAsync(HistoryStore.Start.AddHours(3), TestContext.Current.CancellationToken)).Summary.Name);
    }

    [Fact]
    public async Task Prepare_DatabaseOfTheFirstSchema_KnowsWhenEachSnapshotWasInForce()
    {
        using var folder = new TempFolder();
        var path = new StorePath(folder.Path);
        string first = Path.Combine(TdxDash.Testing.Repository.Root, "src", "Web", "Store", "Migrations", "0001-snapshots.sql");
        new StoreSchema([new SqlScript("0001-snapshots.sql", await File.ReadAllTextAsync(first, TestContext.Current.CancellationToken))]).Prepare(path, TimeProvider.System);
        using (SqliteConnection old = path.OpenPlain())
        {
            old.Execute("""
                INSERT INTO hosts VALUES (1, 'h', 'n', 'Live', '0.1.0', 100, 400);
                INSERT INTO bodies VALUES ('x', 1, 1, x'00');
                INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us) VALUES
                    (1, 'b', 1, 'x', 0, 100), (1, 'b', 3, 'x', 0, 200), (1, 'b', 2, 'x', 0, 300), (1, 'b', 4, 'x', 0, 90);
                """);
        }

        Assert.NotNull(StoreSchema.Current.Prepare(path, TimeProvider.System));

        using SqliteConnection connection = path.OpenPlain();
        Assert.Equal([(1, 90L), (2, 90L), (3, 90L), (4, long.MaxValue)], connection.Query<(long, long)>("SELECT sequence, until_us FROM snapshots ORDER BY sequence"));
        Assert.Equal(90, connection.QuerySingle<long>("SELECT first_seen_us FROM hosts"));
    }

    private static async Task<IReadOnlyList<HistoryEntry>> EntriesAsync(HistoryStore store) =>
        (await store.Hosts.EntriesAsync(new HistoryFilter(Always, HistoryStore.HostId(1)), null, 10, TestContext.Current.CancellationToken)).Entries;
}
