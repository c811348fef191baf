using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Live;
using TdxDash.Web.Nodes;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>Hosts that other nodes hear of, while the store goes and while it stands still; and the time that nodes share.</summary>
public sealed class SignHorizonTests
{
    [Fact]
    public async Task IsSilentAt_HostHeardElsewhere_GoesByWhatWasKnownWhileTheStoreStandsStill()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        var horizon = new SignHorizon(store.Time);
        var fleet = new FleetView(new SnapshotReader(store.Engine), store.Digests, store.MakeDigest, store.Time, NullLogger<FleetView>.Instance, horizon);
        fleet.Load();
        string host = HistoryStore.HostId(1);
        fleet.HeardElsewhere(host, TimeSpan.Zero, 3);
        Assert.Equal(3, fleet.Find(host)!.Dropped);

        store.Time.Advance(TimeSpan.FromHours(1));
        Assert.False(IsSilent());
        Round();
        Assert.False(IsSilent());

        // Others have had time to tell of it, and did not.
        Pass(SignHorizon.Grace);
        Assert.True(IsSilent());

        fleet.HeardElsewhere(host, TimeSpan.FromSeconds(4), null);
        Assert.Equal(store.Time.GetUtcNow().AddSeconds(-4), fleet.Find(host)!.LastSeen);
        fleet.HeardElsewhere(host, TimeSpan.FromSeconds(5), null);
        Assert.Equal(store.Time.GetUtcNow().AddSeconds(-4), fleet.Find(host)!.LastSeen);
        Pass(ProbeContract.SilentAfter);
        Assert.True(IsSilent());

        // What this node heard itself it knows.
        fleet.Heard(host, "0.1.0");
        store.Time.Advance(ProbeContract.SilentAfter + TimeSpan.FromSeconds(1));
        Assert.True(IsSilent());

        bool IsSilent() => fleet.Find(host)!.IsSilentAt(store.Time.GetUtcNow());

        void Round()
        {
            horizon.Read(store.Time.GetTimestamp());
            horizon.Saved(store.Time.GetTimestamp());
        }

        void Pass(TimeSpan time)
        {
            for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += SignFeed.Interval)
            {
                store.Time.Advance(SignFeed.Interval);
                Round();
            }
        }
    }

    [Fact]
    public void Set_ServerALittleBehind_GoesNotBackButFollowsOneThatWasSet()
    {
        var time = new TwoClocks();
        var clock = new NodeClock(time);
        clock.Set(100_000_000);
        clock.Set(98_000_000);
        time.Wait(TimeSpan.FromSeconds(1));
        Assert.Equal(101_000_000, clock.Now);

        clock.Set(50_000_000);
        Assert.Equal(50_000_000, clock.Now);
    }
}
