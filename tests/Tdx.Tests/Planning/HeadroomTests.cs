using System.Globalization;
using CsCheck;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class HeadroomTests
{
    [Fact]
    public void Holes_AreTight_OneMoreFails()
    {
        Headroom headroom = Of("2 sockets x 64 GiB, hole 2G-4G, firmware 10 x 64 KiB in 1M-1G");

        HoleHeadroom fewest = headroom.FewestHoles!;
        Assert.Equal((0, 5L, PlanLimit.ReservedAreas), (fewest.Tdmr, fewest.Figure.Most, fewest.Figure.Limit));
        Assert.Equal("5 more holes in TDMR 0; with one more: TDMR 0 would need 17 of 16 reserved areas.", fewest.Figure.Sentence);
        Assert.True(Initializes("2 sockets x 64 GiB, hole 2G-4G, firmware 15 x 64 KiB in 1M-1G"));
        Assert.False(Initializes("2 sockets x 64 GiB, hole 2G-4G, firmware 16 x 64 KiB in 1M-1G"));
    }

    [Fact]
    public void Nodes_AreTight_OneMoreFails()
    {
        HeadroomFigure nodes = Of("2 sockets x 32 GiB, hole 2G-4G").Nodes.Value;

        Assert.Equal((61L, PlanLimit.Tdmrs), (nodes.Most, nodes.Limit));
        Assert.EndsWith("; with one more: The memory would need 65 of 64 TDMRs.", nodes.Sentence, StringComparison.Ordinal);
        Assert.True(Initializes("63 sockets x 32 GiB, hole 2G-4G"));
        Assert.False(Initializes("64 sockets x 32 GiB, hole 2G-4G"));
    }

    [Fact]
    public void Tds_AreTight_OneMoreExceedsTheKeyIds()
    {
        HeadroomFigure tds = Of("1 socket x 1 TiB, hole 2G-4G, keyids 32, tds 2 x 8 GiB").Tds.Value;

        Assert.Equal((29L, PlanLimit.KeyIds), (tds.Most, tds.Limit));
        Assert.Equal(PlanLimit.None, Guests("1 socket x 1 TiB, hole 2G-4G, keyids 32, tds 31 x 8 GiB").Exceeded);
        Assert.Equal(PlanLimit.KeyIds, Guests("1 socket x 1 TiB, hole 2G-4G, keyids 32, tds 32 x 8 GiB").Exceeded);
    }

    [Fact]
    public void Memory_OfAnyAddressWidth_IsTight() => Gen.Select(Gen.Int[42, 50], Gen.Int[1, 2_000]).Sample((bits, gib) =>
    {
        string Text(long more) => string.Create(CultureInfo.InvariantCulture, $"1 socket x {gib + more} GiB, address-bits {bits}");
        HeadroomFigure memory = Of(Text(0)).MemoryGiB.Value;

        Assert.Equal((1L << (bits - 30)) - gib, memory.Most);
        Assert.Equal(PlanLimit.Module, memory.Limit);
        Assert.True(Initializes(Text(memory.Most)));
        Assert.False(Initializes(Text(memory.Most + 1)));
    }, iter: 30);

    [Fact]
    public void Tds_OfAnySize_AreTight() => Gen.Select(Gen.Int[128, 2_048], Gen.Int[2, 128], Gen.Int[1, 64]).Sample((gib, keyIds, size) =>
    {
        string Text(long tds) => string.Create(CultureInfo.InvariantCulture, $"1 socket x {gib} GiB, hole 2G-4G, keyids {keyIds}, tds {tds} x {size} GiB");
        HeadroomFigure more = Of(Text(1)).Tds.Value;

        Assert.NotEqual(PlanLimit.None, more.Limit);
        Assert.Equal(PlanLimit.None, Guests(Text(1 + more.Most)).Exceeded);
        Assert.Equal(more.Limit, Guests(Text(2 + more.Most)).Exceeded);
    }, iter: 100);

    [Fact]
    public void Holes_OfAnyFirmware_AreTight() => Gen.Select(Gen.Int[2, 64], Gen.Int[0, 12], Gen.Int[8, 24]).Sample((gib, pieces, reserved) =>
    {
        string Text(long more) => string.Create(CultureInfo.InvariantCulture, $"1 socket x {gib} GiB, max-reserved {reserved}, firmware {pieces + 1 + more} x 4K in 1M-1000M");
        if (Initializes(Text(0)) && Of(Text(0)).Holes is [{ Tdmr: 0, Figure: { Limit: PlanLimit.ReservedAreas } holes }, ..])
        {
            Assert.True(Initializes(Text(holes.Most)), Text(holes.Most));
            Assert.False(Initializes(Text(holes.Most + 1)), Text(holes.Most + 1));
        }
    }, iter: 100);

    [Fact]
    public void EveryFigure_OfAnyMachine_NamesWhatOneMoreRunsInto() => PlanGenerator.Plans.Sample(spec =>
    {
        if (Record.Exception(() => PlanMachine.From(spec)) is null)
        {
            var headroom = Headroom.Of(PlanMachine.From(spec), TestContext.Current.CancellationToken);
            HeadroomFigure[] figures = [.. headroom.Holes.Select(holes => holes.Figure), .. headroom.MemoryGiB.IsKnown ? [headroom.MemoryGiB.Value, headroom.Nodes.Value] : Array.Empty<HeadroomFigure>()];
            Assert.All(figures, figure => Assert.True(figure.Most >= 0 && (figure.Limit != PlanLimit.None || figure.Sentence.EndsWith("more were not tried.", StringComparison.Ordinal)), figure.Sentence));
        }
    }, iter: 20);

    [Theory]
    [InlineData("ram 1M-8G, cmr 1M-4096T")]
    [InlineData("64 sockets x 8 GiB, max-reserved 65535")]
    public void MachineAtTheEndOfWhatCanBe_HasFigures(string text)
    {
        Headroom headroom = Of(text);

        Assert.True(headroom.MemoryGiB.IsKnown && headroom.Nodes.IsKnown);
        Assert.Equal(Provenance.Hypothetical, headroom.MemoryGiB.Provenance);
    }

    [Fact]
    public void MachineThatFails_HasNone()
    {
        Headroom headroom = Of("70 sockets x 2 GiB");

        Assert.Empty(headroom.Holes);
        Assert.Contains("70 of 64 TDMRs", headroom.MemoryGiB.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Holes_OfManyRanges_AreTriedInTheFullestTdmrOnly()
    {
        Headroom headroom = Of("2 sockets x 8 GiB, max-reserved 5000, firmware 4096 x 4K in 1G-1100M");

        Assert.Equal("903 more holes in TDMR 0; with one more: TDMR 0 would need 5001 of 5000 reserved areas.", Assert.Single(headroom.Holes).Figure.Sentence);
    }

    [Fact]
    public void Of_Cancelled_Ends() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Headroom.Of(PlanTextTests.Accepted("1 socket x 8 GiB").Machine!, new CancellationToken(canceled: true)));

    [Theory]
    [InlineData(-1, 100)]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(63, 100)]
    [InlineData(64, 100)]
    [InlineData(99, 100)]
    [InlineData(1_000, 100)]
    [InlineData(0, 0)]
    [InlineData(5, 1)]
    public void Largest_FindsTheBorderOrTheCap(long border, long cap) => Assert.Equal(Math.Min(border, cap), Search.Largest(n => n <= border, cap));

    private static Headroom Of(string text) => Headroom.Of(PlanTextTests.Accepted(text).Machine!, TestContext.Current.CancellationToken);

    private static bool Initializes(string text) => Planner.Verdict(PlanTextTests.Accepted(text).Machine!).Initializes;

    private static PlanGuests Guests(string text) => Planner.Calculate(PlanTextTests.Accepted(text).Machine!).Guests.Value;
}
