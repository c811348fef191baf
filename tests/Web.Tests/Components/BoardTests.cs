using System.Collections.Immutable;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Tests.Components;

/// <summary>The live board's hosts and who ended on it.</summary>
public sealed class BoardTests
{
    private static readonly ImmutableArray<FleetHost> Hosts = [.. new[] { "a", "b", "c" }.Select(name => Host(name))];

    [Fact]
    public void Of_NothingBegan_HoldsTheHostsThatAllPagesShare()
    {
        var board = Board.Of(Hosts, _ => null, default);

        Assert.True(Hosts == board.Hosts, "It made a list of its own.");
        Assert.Equal(3, board.Counts[BoardPhase.Waiting]);
        Assert.Equal((BoardPhase.Waiting, null), (board.RowOf(Hosts[1]).Phase, board.RowOf(Hosts[1]).Run));
    }

    [Fact]
    public void Of_OneUpdates_ItIsFirst()
    {
        var board = Board.Of(Hosts, Found("b", RunOutcome.Running), default);

        Assert.Equal(["b", "a", "c"], board.Hosts.Select(host => host.Id));
        Assert.Equal((1, 2), (board.Counts[BoardPhase.Updating], board.Counts[BoardPhase.Waiting]));
    }

    [Fact]
    public void EndedSince_HostThatWasOnTheBoard_IsTold()
    {
        var before = Board.Of(Hosts, Found("b", RunOutcome.Running), default);
        var after = Board.Of(Hosts, Found("b", RunOutcome.Verified), default);

        Assert.Equal("b", Assert.Single(after.EndedSince(before)).Host.Id);
        Assert.Empty(after.EndedSince(after));
        Assert.Empty(after.EndedSince(Board.Empty));
    }

    [Fact]
    public void StepOf_NextStageOfTheRunThatIsShown_HasItsWordsAndDots()
    {
        BoardStep step = Drawn(4).StepOf(Seen(5))!;

        Assert.Equal(new BoardStep("b", 5, "Stage 4 of 7: transferring", "done done done running waiting waiting waiting"), step);
    }

    [Fact]
    public void StepOf_WhatIsShownAlready_IsNone()
    {
        Assert.Null(Drawn(4).StepOf(Seen(4)));
        Assert.Null(Drawn(4).StepOf(Seen(3)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(8)]
    public void StepOf_MoreThanTheStageChanges_IsLeftToADrawing(int seen)
    {
        // It begins; nothing is observable; it is over.
        Board board = seen == 1 ? Board.Of(Hosts, _ => null, default) : Drawn(seen - 1);
        Assert.Null(board.StepOf(Seen(seen)));
    }

    [Fact]
    public void StepOf_OtherRunOrBootOrHost_IsLeftToADrawing()
    {
        HostReinit later = Seen(5);
        Assert.Null(Drawn(4).StepOf(later with { BootId = "bbbbbbbb-0000-0000-0000-000000000002" }));
        Assert.Null(Drawn(4).StepOf(later with { HostId = "a" }));
        Assert.Null(Drawn(4).StepOf(later with { State = later.State with { Update = later.State.Update! with { Start = Samples.Now.AddMinutes(1) } } }));
    }

    private static Board Drawn(int seen) => Board.Of(Hosts, id => id == "b" ? Seen(seen) : null, default);

    // The first observations of an update.
    private static HostReinit Seen(int count)
    {
        ReinitState state = Updates.Whole(Samples.Now).Take(count).Aggregate(ReinitState.Empty, (before, seen) => before.Apply(seen));
        return new HostReinit("b", FakeReinits.Boot, state, count, Samples.Now, Samples.Now);
    }

    private static FleetHost Host(string id)
    {
        HostEntry entry = Samples.Entry(id, id);
        return new FleetHost(entry, new HostFigures(entry.Summary), HostLabels.None);
    }

    private static Func<string, HostReinit?> Found(string id, RunOutcome outcome)
    {
        var run = new ReinitRun(RunKind.Update, Samples.Now, []) { Outcome = outcome };
        var known = new HostReinit(id, FakeReinits.Boot, ReinitState.Empty with { Update = run }, 1, Samples.Now, Samples.Now);
        return hostId => hostId == id ? known : null;
    }
}
