using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Live;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Care;

public class EventRetentionTests
{
    private static readonly DateTimeOffset Now = HistoryStore.Start.AddDays(100);

    [Fact]
    public async Task Plan_Age_CountsObservationsOfEarlierBootsAndApplyingItRemovesExactlyThose()
    {
        await using HistoryStore store = await WithBootsAsync();
        RetentionPlan plan = Plan(store, new RetentionRule(TimeSpan.FromDays(75), null));

        long removed = await ApplyAsync(store, plan);

        // Boots began on days 0, 10, 20 and 30; on day 100 those of days 0, 10 and 20 are older than 75 days, and day 30's is the latest.
        Assert.Equal((0L, 60L, 2L), (plan.Snapshots, plan.Events, plan.Hosts));
        Assert.Equal(60, removed);
        Assert.Equal([(1L, HistoryStore.BootId(4), 10L), (2L, HistoryStore.BootId(4), 10L)], Kept(store));
        Assert.Equal(0, Plan(store, new RetentionRule(TimeSpan.FromDays(75), null)).Events);
    }

    [Fact]
    public async Task Plan_AgeOfAllBoots_NeverTouchesTheLatest()
    {
        await using HistoryStore store = await WithBootsAsync();

        await ApplyAsync(store, Plan(store, new RetentionRule(TimeSpan.FromSeconds(1), null)));

        Assert.Equal([(1L, HistoryStore.BootId(4), 10L), (2L, HistoryStore.BootId(4), 10L)], Kept(store));
    }

    [Fact]
    public async Task Plan_SizeThatObservationsExceed_IsReachedByThem()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        await store.InsertAsync(1, 2, HistoryStore.Start.AddDays(90));
        for (int boot = 1; boot <= 20; boot++)
        {
            await store.ObserveAsync(1, boot, boot * 1_000, 250, HistoryStore.Start.AddDays(boot));
        }

        long used = Plan(store, new RetentionRule(null, null)).UsedBytes;
        var rule = new RetentionRule(null, used / 2);
        RetentionPlan plan = Plan(store, rule);
        await ApplyAsync(store, plan);

        // The snapshot gave way on day 90, after all of them: it stays.
        Assert.Equal(0, plan.Snapshots);
        Assert.InRange(Plan(store, rule).UsedBytes, 0, used * 7 / 10);
    }

    [Fact]
    public async Task Plan_Age_LeavesWhatCameLater()
    {
        await using HistoryStore store = await WithBootsAsync();

        RetentionPlan plan = Plan(store, new RetentionRule(TimeSpan.FromDays(85), null));

        Assert.Equal((40L, UnixTime.ToMicroseconds(HistoryStore.Start.AddDays(10)) + 1), (plan.Events, plan.Before));
        Assert.Contains("40 observations of 2 hosts would be removed now", RetentionText.Due(plan), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_MarksWhereTheStreamOfAHostBegins()
    {
        await using HistoryStore store = await WithBootsAsync();
        var reader = new EventReader(store.Engine, NullLogger<EventReader>.Instance);
        Assert.Empty(reader.CutAfter(0));

        await ApplyAsync(store, Plan(store, new RetentionRule(TimeSpan.FromDays(85), null)));

        // Revisions 1 to 10 and 21 to 30 are of host 1, 11 to 20 and 31 to 40 of host 2.
        Assert.Equal([HistoryStore.HostId(1), HistoryStore.HostId(2)], reader.CutAfter(29).Select(cut => cut.HostId));
        Assert.Equal([HistoryStore.HostId(2)], reader.CutAfter(30).Select(cut => cut.HostId));
        Assert.Empty(reader.CutAfter(40));
    }

    private static async Task<HistoryStore> WithBootsAsync()
    {
        var store = new HistoryStore();
        for (int boot = 1; boot <= 4; boot++)
        {
            foreach (int host in new[] { 1, 2 })
            {
                await store.ObserveAsync(host, boot, boot * 100, 10, HistoryStore.Start.AddDays((boot - 1) * 10));
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
            (long count, after) = await new EventRetentionWork(plan.Before, from).RunAsync(store.Writer);
            removed += count;
        }

        return removed;
    }

    private static List<(long Host, string Boot, long Count)> Kept(HistoryStore store)
    {
        using DbConnection reader = store.Engine.OpenReader();
        return reader.Query<(long, string, long)>("SELECT host, boot_id, count(*) FROM events GROUP BY host, boot_id ORDER BY host").AsList();
    }
}
