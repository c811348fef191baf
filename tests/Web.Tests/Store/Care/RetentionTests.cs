using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Care;

public class RetentionTests
{
    private static readonly DateTimeOffset Now = HistoryStore.Start.AddDays(100);

    [Fact]
    public async Task Plan_Age_NamesWhatWasOvertakenBeforeAndApplyingItRemovesExactlyThat()
    {
        await using HistoryStore store = await WithHistoryAsync();
        RetentionPlan plan = Plan(store, new RetentionRule(TimeSpan.FromDays(50), null));

        long removed = await ApplyAsync(store, plan);

        // Snapshots came on days 0, 10, … 90; the one of day 50 was overtaken on day 60, that of day 40 exactly 50 days ago.
        Assert.Equal((8L, 2L), (plan.Snapshots, plan.Hosts));
        Assert.Equal(plan.Snapshots, removed);
        Assert.Equal(["40", "50", "60", "70", "80", "90"], Kept(store, 1));
        Assert.Equal(0, Plan(store, new RetentionRule(TimeSpan.FromDays(50), null)).Snapshots);
    }

    [Fact]
    public async Task Retain_NeverTouchesTheLatestOfAHost()
    {
        await using HistoryStore store = await WithHistoryAsync();

        await ApplyAsync(store, Plan(store, new RetentionRule(TimeSpan.FromSeconds(1), null)));

        Assert.Equal(["90"], Kept(store, 1));
        Assert.Equal(["90"], Kept(store, 2));
        using DbConnection reader = store.Engine.OpenReader();
        Assert.Equal(2, reader.QuerySingle<int>("SELECT count(*) FROM bodies"));
        Assert.Empty(store.Engine.CheckStructure(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Retain_BodyThatALaterSnapshotNeeds_Stays()
    {
        await using var store = new HistoryStore();
        var same = SmallSnapshot.Make("6.16.1", "host-1");
        await store.InsertAsync(1, 1, HistoryStore.Start, same);
        await store.InsertAsync(1, 2, HistoryStore.Start.AddDays(1));
        await store.InsertAsync(1, 3, HistoryStore.Start.AddDays(2), same);

        await ApplyAsync(store, Plan(store, new RetentionRule(TimeSpan.FromDays(1), null)));

        using DbConnection reader = store.Engine.OpenReader();
        Assert.Equal(1, reader.QuerySingle<int>("SELECT count(*) FROM snapshots"));
        Assert.Equal(1, reader.QuerySingle<int>("SELECT count(*) FROM bodies b JOIN snapshots s ON s.hash = b.hash"));
    }

    [Fact]
    public async Task Plan_Size_TakesTheOldestUntilTheExcessIsGone()
    {
        await using HistoryStore store = await WithHistoryAsync();
        long used = Plan(store, new RetentionRule(null, long.MaxValue)).UsedBytes;

        RetentionPlan little = Plan(store, new RetentionRule(null, used - 1));
        RetentionPlan all = Plan(store, new RetentionRule(null, 1));

        // The first two were overtaken at the same time and go together.
        Assert.Equal((2L, UnixTime.ToMicroseconds(HistoryStore.Start.AddDays(10)) + 1), (little.Snapshots, little.Before));
        Assert.Equal(18, all.Snapshots);
        Assert.Equal(0, Plan(store, new RetentionRule(null, used)).Snapshots);
    }

    [Fact]
    public async Task Plan_NoRule_RemovesNothing()
    {
        await using HistoryStore store = await WithHistoryAsync();

        RetentionPlan plan = Plan(store, new RetentionRule(null, null));

        Assert.Equal(0, plan.Snapshots);
        Assert.InRange(plan.UsedBytes, 1, plan.FileBytes);
    }

    private static async Task<HistoryStore> WithHistoryAsync()
    {
        var store = new HistoryStore();
        for (int day = 0; day < 100; day += 10)
        {
            foreach (int host in new[] { 1, 2 })
            {
                await store.InsertAsync(host, day + 1, HistoryStore.Start.AddDays(day), SmallSnapshot.Make($"6.16.{day}", $"host-{host}"));
            }
        }

        return store;
    }

    private static RetentionPlan Plan(HistoryStore store, RetentionRule rule) => new RetentionReader(store.Engine).Plan(rule, UnixTime.ToMicroseconds(Now));

    private static async Task<long> ApplyAsync(HistoryStore store, RetentionPlan plan)
    {
        long removed = 0;
        for (long? after = 0; after is { } from;)
        {
            (long count, after) = await new RetentionWork(plan.Before, from).RunAsync(store.Writer);
            removed += count;
        }

        return removed;
    }

    private static IEnumerable<string> Kept(HistoryStore store, int host)
    {
        using DbConnection reader = store.Engine.OpenReader();
        return [.. reader.Query<long>("SELECT sequence - 1 FROM snapshots s JOIN hosts h ON h.id = s.host WHERE h.host_id = @id ORDER BY sequence",
            new { id = HistoryStore.HostId(host) }).Select(day => day.ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }
}
