using System.Data.Common;
using CsCheck;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.History;

public class AbsenceTests
{
    private static readonly DateTimeOffset Start = HistoryStore.Start;

    [Fact]
    public async Task Heard_AfterSilence_LeavesTheSilence()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        store.Time.SetUtcNow(Start.AddMinutes(2));
        store.Fleet.Heard(HistoryStore.HostId(1), "0.1.0");
        store.Time.SetUtcNow(Start.AddMinutes(2).AddSeconds(10));
        store.Fleet.Heard(HistoryStore.HostId(1), "0.1.0");
        await SaveAsync(store);

        HostTimeline timeline = await TimelineAsync(store);

        Assert.Equal([new Absence(Start, Start.AddMinutes(2), AbsenceCause.Silent)], timeline.Absences);
    }

    [Fact]
    public async Task Silences_OfTheFleet_CountWhoIsSilentNowAndWhoWas()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        await store.InsertAsync(2, 1, Start);
        store.Time.SetUtcNow(Start.AddMinutes(4));
        store.Fleet.Heard(HistoryStore.HostId(1), "0.1.0");
        await SaveAsync(store);

        // Host 1 was silent for four minutes and is again from then on; host 2 never came back.
        store.Time.SetUtcNow(Start.AddMinutes(10));
        SilencesOverTime silences = await store.Past.SilencesAsync(new TimeWindow(Start.AddMinutes(-2), Start.AddMinutes(8)), 6, TestContext.Current.CancellationToken);

        Assert.Equal([-2, 0, 2, 4, 6, 8], silences.Moments.Select(moment => (moment - Start).TotalMinutes));
        Assert.Equal([0, 2, 2, 2, 2, 2], silences.Hosts);

        store.Fleet.Heard(HistoryStore.HostId(1), "0.1.0");
        store.Fleet.Heard(HistoryStore.HostId(2), "0.1.0");
        await SaveAsync(store);
        silences = await store.Past.SilencesAsync(new TimeWindow(Start.AddMinutes(8), Start.AddMinutes(12)), 5, TestContext.Current.CancellationToken);
        Assert.Equal([2, 2, 0, 0, 0], silences.Hosts);
    }

    [Fact]
    public void SilenceCounter_AnySilences_CountsThoseThatHoldEachMoment()
    {
        Gen.Select(Gen.Long[-50, 50], Gen.Long[1, 500], Gen.Int[2, 40], Gen.Select(Gen.Long[-100, 600], Gen.Long[1, 200]).Array[0, 20]).Sample((from, length, moments, silences) =>
        {
            var counter = new SilenceCounter(from, from + length, moments);
            foreach ((long start, long lasts) in silences)
            {
                counter.Add(start, start + lasts);
            }

            Assert.Equal(
                Enumerable.Range(0, moments).Select(i => SilenceCounter.Moment(from, from + length, moments, i)).Select(moment => silences.Count(silence => silence.Item1 <= moment && moment < silence.Item1 + silence.Item2)),
                counter.Counts);
        });
    }

    [Theory]
    [InlineData(3652)]
    [InlineData(-3652)]
    public async Task Heard_AfterTheWallClockWasSet_LeavesNoSilenceAndHealsWhatWasSaved(int days)
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        var clock = new TwoClocks();
        FleetView fleet = Loaded(store, clock);
        foreach (int jump in new[] { 0, days, 0 })
        {
            clock.Wait(TimeSpan.FromSeconds(5));
            clock.Ahead = TimeSpan.FromDays(jump);
            fleet.Heard(HistoryStore.HostId(1), "0.1.0");
            SignsOfLife signs = fleet.TakeUnsaved();
            Assert.Empty(signs.Silences);
            await RunAsync(store, new SignsWork(signs, UnixTime.ToMicroseconds(clock.GetUtcNow())));
        }

        using DbConnection reader = store.Engine.OpenReader();
        Assert.Equal(UnixTime.ToMicroseconds(Start.AddSeconds(15)), reader.QuerySingle<long>("SELECT last_seen_us FROM hosts"));
    }

    [Fact]
    public async Task Heard_AfterASilenceInWhichTheWallClockWasSet_LeavesAsMuchAsWasSilent()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        var clock = new TwoClocks();
        FleetView fleet = Loaded(store, clock);
        fleet.Heard(HistoryStore.HostId(1), "0.1.0");
        clock.Wait(TimeSpan.FromMinutes(2));
        clock.Ahead = TimeSpan.FromHours(-1);
        fleet.Heard(HistoryStore.HostId(1), "0.1.0");

        Silence silence = Assert.Single(fleet.TakeUnsaved().Silences);
        Assert.Equal((long)TimeSpan.FromMinutes(2).TotalMicroseconds, silence.To - silence.From);
    }

    [Fact]
    public async Task Load_WithASignOfLifeOfTheFuture_CallsItNow()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start.AddYears(10));

        Assert.Equal(Start, Loaded(store, new TwoClocks()).Find(HistoryStore.HostId(1))!.LastSeen);
    }

    [Fact]
    public async Task Timeline_HostThatIsSilentNow_HasAnAbsenceWithoutEnd()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        store.Time.SetUtcNow(Start.AddMinutes(3));

        HostTimeline timeline = await TimelineAsync(store);

        Assert.Equal([new Absence(Start, null, AbsenceCause.Silent)], timeline.Absences);
    }

    [Fact]
    public async Task AsOf_WithinAndAfterASilence_SaysWhenTheHostWasLastHeardOf()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        store.Time.SetUtcNow(Start.AddMinutes(10));
        store.Fleet.Heard(HistoryStore.HostId(1), "0.1.0");
        await SaveAsync(store);

        Assert.Equal(Start, await LastSeenAsync(store, Start.AddMinutes(5)));
        Assert.Equal(Start.AddMinutes(10), await LastSeenAsync(store, Start.AddMinutes(12)));
        Assert.Equal(Start, await LastSeenAsync(store, Start));
    }

    [Fact]
    public async Task Start_AfterTheDashboardWasAway_LeavesAPause()
    {
        await using var store = new HistoryStore();
        await RunAsync(store, new StartedWork(UnixTime.ToMicroseconds(Start)));
        await RunAsync(store, new StartedWork(UnixTime.ToMicroseconds(Start.AddSeconds(5))));
        await RunAsync(store, new StartedWork(UnixTime.ToMicroseconds(Start.AddHours(1))));

        using DbConnection connection = store.Engine.OpenReader();

        Assert.Equal([(UnixTime.ToMicroseconds(Start.AddSeconds(5)), UnixTime.ToMicroseconds(Start.AddHours(1)))], connection.Query<(long, long)>("SELECT from_us, to_us FROM pauses"));
    }

    [Theory]
    [InlineData("100-200", "", "100-200 Silent")]
    [InlineData("100-900", "400-500", "100-400 Silent, 400-500 DashboardAway, 500-900 Silent")]
    [InlineData("395-520", "400-500", "395-520 DashboardAway")]
    [InlineData("100-900", "400-500 600-880", "100-400 Silent, 400-500 DashboardAway, 500-600 Silent, 600-900 DashboardAway")]
    [InlineData("300-450 460-700", "200-500", "300-450 DashboardAway, 460-500 DashboardAway, 500-700 Silent")]
    public void Of_SilencesAndPauses_TellsWhoWasAway(string silences, string pauses, string expected)
    {
        List<Absence> pieces = AbsencePieces.Of(Parse(silences), Parse(pauses));

        Assert.Equal(expected, string.Join(", ", pieces.Select(piece => $"{Seconds(piece.From)}-{Seconds(piece.To!.Value)} {piece.Cause}")));
    }

    [Fact]
    public async Task PutBack_SilencesThatWereNotSaved_AreSavedNextTime()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        store.Time.SetUtcNow(Start.AddMinutes(2));
        store.Fleet.Heard(HistoryStore.HostId(1), "0.1.0");

        store.Fleet.PutBack(store.Fleet.TakeUnsaved());
        await SaveAsync(store);

        Assert.Single((await TimelineAsync(store)).Absences);
    }

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();

    private static (long From, long To)[] Parse(string pieces) => [.. pieces.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(piece => piece.Split('-')).Select(ends => (long.Parse(ends[0]) * 1_000_000, long.Parse(ends[1]) * 1_000_000))];

    private static Task SaveAsync(HistoryStore store) => RunAsync(store, new SignsWork(store.Fleet.TakeUnsaved(), UnixTime.ToMicroseconds(store.Time.GetUtcNow())));

    // The writer takes works in order, so that a later one with a result tells that this one is done.
    private static async Task RunAsync(HistoryStore store, TdxDash.Web.Store.IStoreWork work)
    {
        Assert.Null(store.Writer.TryEnqueue(work));
        await new TdxDash.Web.Store.DirectWork<int>(_ => 0).RunAsync(store.Writer).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
    }

    private static async Task<DateTimeOffset> LastSeenAsync(HistoryStore store, DateTimeOffset at) =>
        Assert.Single(await store.Past.AsOfAsync(at, TestContext.Current.CancellationToken)).LastSeen;

    private static Task<HostTimeline> TimelineAsync(HistoryStore store) =>
        store.Hosts.TimelineAsync(HistoryStore.HostId(1), new TimeWindow(Start.AddHours(-1), Start.AddHours(2)), 100, TestContext.Current.CancellationToken);

    private static FleetView Loaded(HistoryStore store, TimeProvider clock)
    {
        var fleet = new FleetView(new SnapshotReader(store.Engine), store.Digests, store.MakeDigest, clock, NullLogger<FleetView>.Instance);
        fleet.Load();
        return fleet;
    }
}
