using System.Collections.Immutable;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Tests.Live;

namespace TdxDash.Web.Tests.Components;

public sealed class HeldRowsTests
{
    private static readonly FleetHost A = FleetSamples.Host("a"), B = FleetSamples.Host("b"), C = FleetSamples.Host("c");

    private readonly HeldRows _rows = new();

    public HeldRowsTests() => _rows.Offer([A, B], isOther: true);

    [Fact]
    public void Offer_NobodyPoints_TakesTheRows()
    {
        _rows.Note("a");
        _rows.Offer([B, A, C], isOther: false);

        Assert.Equal([B, A, C], _rows.Hosts);
        Assert.Equal(0, _rows.Pending);
    }

    [Fact]
    public void Offer_HeldAndMoved_KeepsTheRowsAndCountsHostsOnce()
    {
        _rows.IsHeld = true;
        _rows.Note("a");
        _rows.Note("a");
        _rows.Note("c");
        _rows.Offer([B, A, C], isOther: false);

        Assert.Equal([A, B], _rows.Hosts);
        Assert.Equal(2, _rows.Pending);

        _rows.Take([B, A, C]);
        Assert.Equal([B, A, C], _rows.Hosts);
        Assert.Equal(0, _rows.Pending);
    }

    [Fact]
    public void Offer_HeldAndMovedByItsAgeAlone_SaysThatSomethingWaits()
    {
        _rows.IsHeld = true;
        _rows.Offer([B, A], isOther: false);

        Assert.Equal(1, _rows.Pending);
    }

    [Fact]
    public void Offer_HeldAndInOrder_TakesTheValues()
    {
        FleetHost changed = FleetSamples.Host("a", secondsAgo: 1);
        _rows.IsHeld = true;
        _rows.Note("a");
        _rows.Offer([changed, B], isOther: false);

        Assert.Same(changed, _rows.Hosts[0]);
        Assert.Equal(0, _rows.Pending);
    }

    [Fact]
    public void Offer_HeldAndSomebodyAskedForOthers_TakesThem()
    {
        _rows.IsHeld = true;
        _rows.Offer([C], isOther: true);

        Assert.Equal([C], _rows.Hosts);
    }

    [Fact]
    public void Offer_HeldWithoutRows_TakesThem()
    {
        _rows.Take([]);
        _rows.IsHeld = true;
        _rows.Offer([A], isOther: false);

        Assert.Equal([A], _rows.Hosts);
    }

    [Fact]
    public void IsDrawn_SameRows_AreUntilTheirAgesAreOld()
    {
        DateTimeOffset now = Samples.Now;
        ImmutableArray<FleetHost> changed = [FleetSamples.Host("a"), B];

        Assert.False(_rows.IsDrawn([A, B], now));
        Assert.True(_rows.IsDrawn([A, B], now.AddSeconds(1)));
        Assert.False(_rows.IsDrawn([A], now.AddSeconds(1)));
        Assert.False(_rows.IsDrawn([A, B], now.AddSeconds(2)));
        Assert.False(_rows.IsDrawn(changed, now.AddSeconds(3)));
        Assert.True(_rows.IsDrawn(changed, now.AddSeconds(3) + (HeldRows.AgesAfter / 2)));
        Assert.False(_rows.IsDrawn(changed, now.AddSeconds(3) + HeldRows.AgesAfter));
    }
}
