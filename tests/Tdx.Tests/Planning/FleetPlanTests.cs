using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class FleetPlanTests
{
    private static readonly string[] Texts =
        ["2 sockets x 512 GiB, hole 2G-4G, keyids 32, use 25%", "2 sockets x 32 GiB, hole 2G-4G, dynamic-pamt", "2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G", "70 sockets x 2 GiB"];

    [Fact]
    public void Of_SeveralMachines_AddsUpWhatEachPays()
    {
        FleetPlan fleet = FleetPlan.Of([.. Machines(), new FleetMachine("dark", Reading.Unreadable<PlanMachine>("file", "There is no map.", "Add one."))], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal(["0", "1", "2", "3"], fleet.Rows.Select(row => row.Id));
        Assert.Equal([new FleetGap("dark", "There is no map.", "Add one.")], fleet.Gaps);
        Assert.Equal((4, 2), (fleet.Total.Machines, fleet.Total.Failing));
        Assert.Equal([true, true, false, false], fleet.Rows.Select(row => row.Verdict.Initializes));
        Assert.Equal(4_202_516 * ByteSize.KiB, fleet.Rows[0].Paid?.Bytes);
        Assert.Equal(fleet.Rows[1].DynamicPamt, fleet.Rows[1].Paid);
        Assert.Equal((null, null, null), (fleet.Rows[2].Paid, fleet.Rows[3].StaticPamt, fleet.Rows[3].Gain));
        Assert.Equal((decimal)fleet.Rows[0].Paid!.Value.Bytes + fleet.Rows[1].Paid!.Value.Bytes, fleet.Total.Paid);
        Assert.Equal((decimal)(1_024 + 64) * ByteSize.GiB, fleet.Total.Initialised);
        Assert.Equal((31L, 1, 1), (fleet.Total.KeyIds, fleet.Total.KeyIdsUnknown, fleet.Total.UsingDynamicPamt));
        Assert.Equal([PlanLimit.ReservedAreas, PlanLimit.ReservedAreas, PlanLimit.ReservedAreas, PlanLimit.Tdmrs], fleet.Rows.Select(row => row.Nearest!.Value.Limit));
        Assert.Equal([(-3, 1), (14, 2)], fleet.ByReserved.Select(level => (level.Headroom, level.Machines)));
        Assert.Equal([(-6, 1), (60, 1), (61, 2)], fleet.ByTdmrs.Select(level => (level.Headroom, level.Machines)));
        Assert.Equal((1, -3, -6), (fleet.Uncounted, fleet.Total.FewestReserved, fleet.Total.FewestTdmrs));
        Assert.Equal(31, fleet.Rows[0].KeyIds);
    }

    [Fact]
    public void Of_WithAnotherModule_RecomputesEachExactly()
    {
        TdmrLimits wide = TdmrLimits.Usual with { MaxReservedPerTdmr = 19, MaxTdmrs = 128 };
        FleetPlan fleet = FleetPlan.Of(Machines(), new FleetChange { Module = PlanModules.Find("tdx-1.5.08-emr"), Limits = wide, DynamicPamt = true }, TestContext.Current.CancellationToken);

        // Linux would take 70 TDMRs then; TDH.SYS.CONFIG takes 64 at most.
        Assert.Equal([PlanLimit.None, PlanLimit.None, PlanLimit.None, PlanLimit.Module], fleet.Rows.Select(row => row.Verdict.Limit));
        Assert.Equal([true, true, true, false], fleet.Rows.Select(row => row.Verdict.Initializes));
        Assert.All(fleet.Rows.SkipLast(1), row => Assert.Equal(row.StaticPamt, row.Paid));
        Assert.All(fleet.Rows, row => Assert.Equal(Provenance.Hypothetical, row.Provenance));
    }

    [Fact]
    public void Row_OfAnyMachine_IsThePlannersOwnResult() => PlanGenerator.Plans.Sample(spec =>
    {
        if (Record.Exception(() => PlanMachine.From(spec)) is null)
        {
            var machine = PlanMachine.From(spec);
            PlanResult result = Planner.Calculate(machine);
            FleetRow row = Assert.Single(FleetPlan.Of([new FleetMachine("a", Reading.Known(machine, Provenance.Hypothetical, "plan"))]).Rows);
            PlanPamt? pamt = result.Pamt.Or(null);
            Assert.Equal((result.Verdict.Initializes, result.Verdict.Sentence), (row.Verdict.Initializes, row.Verdict.Sentence));
            Assert.Equal((pamt?.Static.Total, pamt?.Dynamic), (row.StaticPamt, row.DynamicPamt));
            Assert.Equal(result.Verdict.Initializes ? pamt!.Paid : (ByteSize?)null, row.Paid);
            Assert.Equal(result.Peak?.Used, row.PeakReserved);
        }
    }, iter: 300);

    [Theory]
    [InlineData("GNR", null, true)]
    [InlineData("EMR", null, false)]
    [InlineData("6/106", null, false)]
    [InlineData(null, null, true)]
    public void Apply_AModule_IsForItsFamiliesOnly(string? family, bool? offers, bool isPlanned)
    {
        PlanMachine machine = PlanTextTests.Accepted(Texts[0]).Machine! with { Family = family, OffersDynamicPamt = offers };

        Reading<PlanMachine> changed = new FleetChange { Module = PlanModules.Find("tdx-2.0.08-gnr"), DynamicPamt = true }.Apply(machine);

        Assert.Equal(isPlanned, changed.IsKnown);
        Assert.Equal(isPlanned ? "" : $"Module tdx-2.0.08-gnr is for GNR, and the CPU is {family}.", changed.Reason);
        Assert.Equal(isPlanned, changed.Or(null)?.UsesDynamicPamt ?? false);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(null, true)]
    public void Apply_DynamicPamtOnAModuleThatNoListHas_FollowsTheModulesOwnFeatures(bool? offers, bool uses) =>
        Assert.Equal(uses, new FleetChange { DynamicPamt = true }.Apply(PlanTextTests.Accepted(Texts[0]).Machine! with { OffersDynamicPamt = offers }).Value.UsesDynamicPamt);

    [Theory]
    [InlineData("1 socket x 64 GiB, max-tdmrs 0", PlanLimit.Tdmrs)]
    [InlineData("1 socket x 64 GiB, keyids 1", null)]
    public void Nearest_OfNoTdmrsIsThem_AndOfAnotherLimitNone(string text, PlanLimit? limit)
    {
        FleetRow row = Assert.Single(FleetPlan.Of([new FleetMachine("", Reading.Known(PlanTextTests.Accepted(text).Machine!, Provenance.Hypothetical, "plan"))], cancellation: TestContext.Current.CancellationToken).Rows);

        Assert.Equal(limit, row.Nearest?.Limit);
    }

    [Fact]
    public void Of_WithMoreMemory_LaysEachOutAsAPlanWithSoMuchMoreDoes()
    {
        FleetPlan grown = FleetPlan.Of(Machines(), new FleetChange { Added = new ByteSize(64 * ByteSize.GiB) }, TestContext.Current.CancellationToken);

        // The last range ends where its CMR does, so that it grows.
        PlanMachine expected = PlanTextTests.Accepted("1 socket x 32 GiB, 1 socket x 96 GiB, hole 2G-4G, dynamic-pamt").Machine!;
        FleetRow planned = Assert.Single(FleetPlan.Of([new FleetMachine("", Reading.Known(expected, Provenance.Hypothetical, "plan"))], cancellation: TestContext.Current.CancellationToken).Rows);
        Assert.Equal((planned.Memory, planned.StaticPamt, planned.DynamicPamt, planned.PeakReserved), (grown.Rows[1].Memory, grown.Rows[1].StaticPamt, grown.Rows[1].DynamicPamt, grown.Rows[1].PeakReserved));
        Assert.All(grown.Rows, row => Assert.Equal(Provenance.Hypothetical, row.Provenance));
    }

    [Fact]
    public void Of_WithMoreMemoryThanThereAreAddresses_NamesTheGap()
    {
        FleetPlan grown = FleetPlan.Of(Machines().Take(1), new FleetChange { Added = new ByteSize(1UL << 52) }, TestContext.Current.CancellationToken);

        FleetGap gap = Assert.Single(grown.Gaps);
        Assert.Equal(("0", "There is no room for 4096 TiB more below 2^52: memory ends at 0x10080000000."), (gap.Id, gap.Reason));
    }

    [Fact]
    public void Of_MachinesThatAreBought_CountsEachOfThemAndGivesThemNoMoreMemory()
    {
        FleetMachine bought = Machines().First() with { Id = "", Bought = 20 };

        FleetPlan fleet = FleetPlan.Of([.. Machines().Take(1), bought], new FleetChange { Added = new ByteSize(ByteSize.GiB) }, TestContext.Current.CancellationToken);

        Assert.Equal(21, fleet.Total.Machines);
        Assert.Equal((21 * 1_024UL * ByteSize.GiB) + ByteSize.GiB, fleet.Total.Memory);
        Assert.Equal((decimal)fleet.Rows[0].Paid!.Value.Bytes + (20 * fleet.Rows[1].Paid!.Value.Bytes), fleet.Total.Paid);
        Assert.Equal([(14, 21)], fleet.ByReserved.Select(level => (level.Headroom, level.Machines)));
    }

    [Fact]
    public void Of_TheLargestMachinesThatCanBe_AreAddedUpBeyond64Bits()
    {
        PlanMachine largest = PlanTextTests.Accepted("1 socket x 1024 TiB, hole 2G-4G").Machine!;

        FleetPlan fleet = FleetPlan.Of([new FleetMachine("", Reading.Known(largest, Provenance.Hypothetical, "plan"), 100_000)], cancellation: TestContext.Current.CancellationToken);

        Assert.Equal((100_000, 100_000M * largest.Memory.Bytes), (fleet.Total.Machines, fleet.Total.Memory));
        Assert.InRange(fleet.Total.PaidPercent, 0.39, 0.40);
    }

    [Fact]
    public void Of_Cancelled_Ends() => Assert.ThrowsAny<OperationCanceledException>(() => FleetPlan.Of(Machines(), null, new CancellationToken(canceled: true)));

    [Fact]
    public void Money_IsTheGiBsTimesThePrice() => Assert.Equal(-10.5m, FleetPlan.Money(-(long)ByteSize.GiB * 3, 3.5m));

    private static IEnumerable<FleetMachine> Machines() => Texts.Select((text, i) => new FleetMachine($"{i}", Reading.Known(PlanTextTests.Accepted(text).Machine!, Provenance.Hypothetical, "plan")));
}
