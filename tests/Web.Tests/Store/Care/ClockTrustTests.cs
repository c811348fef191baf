using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Care;

public sealed class ClockTrustTests : IAsyncDisposable
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3_652);
    private readonly TwoClocks _clocks = new();
    private readonly HistoryStore _store = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.9, true)]
    [InlineData(-0.9, true)]
    [InlineData(1.1, false)]
    [InlineData(-1.1, false)]
    [InlineData(87_600, false)]
    public void Look_ClockThatMovedApartSinceTheLastLook_IsNotBelieved(double hours, bool isBelieved)
    {
        var trust = new ClockTrust(_clocks);
        trust.Begin(HistoryStore.Start);
        _clocks.Wait(TimeSpan.FromHours(1));
        _clocks.Ahead = TimeSpan.FromHours(hours);

        Assert.Equal(isBelieved, trust.Look() is null);
    }

    [Fact]
    public void Look_ClockThatWasSet_IsBelievedAfterADayUnlessItIsSetAgain()
    {
        var trust = new ClockTrust(_clocks);
        trust.Begin(HistoryStore.Start);
        _clocks.Ahead = TenYears;
        Assert.Contains("it was set ahead by 87,648 h", trust.Look(), StringComparison.Ordinal);
        _clocks.Wait(TimeSpan.FromHours(23));
        Assert.NotNull(trust.Look());
        _clocks.Ahead = TimeSpan.Zero;
        Assert.Contains("it was set back by 87,648 h", trust.Look(), StringComparison.Ordinal);
        _clocks.Wait(TimeSpan.FromHours(23));
        Assert.NotNull(trust.Look());
        _clocks.Wait(TimeSpan.FromHours(1));

        Assert.Null(trust.Look());
    }

    [Theory]
    [InlineData(0.9, true)]
    [InlineData(-0.9, true)]
    [InlineData(1.1, false)]
    [InlineData(-1.1, false)]
    public void Begin_StartFarFromTheLastUse_IsNotBelieved(double days, bool isBelieved)
    {
        var trust = new ClockTrust(_clocks);

        trust.Begin(HistoryStore.Start - TimeSpan.FromDays(days));

        Assert.Equal(isBelieved, trust.Look() is null);
    }

    [Fact]
    public async Task RetainAsync_ClockTenYearsAhead_RemovesNothingByAgeUntilItHasRunForADay()
    {
        await WithSnapshotsAsync(3);
        using StoreKeeper keeper = Keeper(new RetentionRule(TimeSpan.FromDays(30), null));
        keeper.Begin();
        Assert.Equal((0, 0), await keeper.RetainAsync(Cancellation));
        _clocks.Wait(TimeSpan.FromHours(1));
        _clocks.Ahead = TenYears;

        Assert.Equal((0, 0), await keeper.RetainAsync(Cancellation));
        Assert.Contains("set ahead", keeper.Held, StringComparison.Ordinal);
        _clocks.Wait(TimeSpan.FromHours(1));
        Assert.Equal((0, 0), await keeper.RetainAsync(Cancellation));
        Assert.Equal(3, Snapshots());
        _clocks.Wait(TimeSpan.FromHours(23));

        Assert.Equal((2, 0), await keeper.RetainAsync(Cancellation));
        Assert.Null(keeper.Held);
    }

    [Fact]
    public async Task RetainAsync_StartWithAClockTenYearsAhead_RemovesNothingByAge()
    {
        await WithSnapshotsAsync(3);
        _clocks.Ahead = TenYears;
        using StoreKeeper keeper = Keeper(new RetentionRule(TimeSpan.FromDays(30), null));
        keeper.Begin();

        Assert.Equal((0, 0), await keeper.RetainAsync(Cancellation));
        Assert.Contains("at the start it said 2036-", keeper.Held, StringComparison.Ordinal);
        Assert.Equal(3, Snapshots());
    }

    [Fact]
    public async Task RetainAsync_ClockThatIsNotBelieved_StillKeepsToTheSize()
    {
        await WithSnapshotsAsync(3);
        _clocks.Ahead = TenYears;
        using StoreKeeper keeper = Keeper(new RetentionRule(TimeSpan.FromDays(30), 1));
        keeper.Begin();

        Assert.Equal((2, 0), await keeper.RetainAsync(Cancellation));
        Assert.NotNull(keeper.Held);
    }

    [Fact]
    public async Task IsCheckDue_OnceADayByTheMonotonicClock()
    {
        using StoreKeeper keeper = Keeper(new RetentionRule(null, null));
        Assert.True(keeper.IsCheckDue);
        await keeper.CheckAsync(Cancellation);
        _clocks.Ahead = TenYears;

        Assert.False(keeper.IsCheckDue);
        _clocks.Ahead = -TenYears;
        _clocks.Wait(TimeSpan.FromHours(23));
        Assert.False(keeper.IsCheckDue);
        _clocks.Wait(TimeSpan.FromHours(1));
        Assert.True(keeper.IsCheckDue);
    }

    private StoreKeeper Keeper(RetentionRule rule) => new(_store.Engine, _store.Writer, new StoreCondition(_store.Writer), JobTurn.Alone(), new DashboardOptions
    {
        DataFolder = _store.Engine.Folder,
        Urls = [],
        AllowRemote = false,
        Store = new StoreOptions { QueueLength = 1, QueueBytes = 1 },
        Retention = rule,
    }, _clocks, NullLogger<StoreKeeper>.Instance);

    private async Task WithSnapshotsAsync(int count)
    {
        for (int sequence = 1; sequence <= count; sequence++)
        {
            await _store.InsertAsync(1, sequence, HistoryStore.Start.AddMinutes(sequence - count));
        }
    }

    private int Snapshots()
    {
        using DbConnection reader = _store.Engine.OpenReader();
        return reader.QuerySingle<int>("SELECT count(*) FROM snapshots");
    }
}
