using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Tests.Components;

public sealed class MemoryMapTests
{
    [Fact]
    public void From_PamtAddresses_AreHypothetical()
    {
        HostMap map = Map(Samples.Snapshot());

        Assert.All(map.Regions.Where(region => region.Kind is RegionKind.Pamt or RegionKind.ReservedPamt), region => Assert.Equal(Provenance.Hypothetical, region.Provenance));
        Assert.Equal(5, map.Total(RegionKind.Pamt).Count);
    }

    [Fact]
    public void From_DemoPamtAddresses_AreEmulatedAndHypothetical()
    {
        HostMap map = Map(Samples.Snapshot(Origin.Demo));

        MapRegion[] guesses = [.. map.Regions.Where(region => region.Kind is RegionKind.Pamt or RegionKind.ReservedPamt)];

        Assert.Equal(10, guesses.Length);
        Assert.All(guesses, region => Assert.Equal([Provenance.Hypothetical, Provenance.Emulated], region.Marks.Order()));
        Assert.Contains(Provenance.Hypothetical, map.Provenances);
    }

    [Theory]
    [InlineData(Origin.Demo, Provenance.Emulated, "CMR 0 of the demo machine.")]
    [InlineData(Origin.Live, Provenance.Emulated, "CMR 0 of the emulated module, made from this machine's memory.")]
    [InlineData(Origin.File, Provenance.Emulated, "CMR 0 of the emulated module, made from the captured machine's memory.")]
    [InlineData(Origin.Live, Provenance.Read, "CMR 0: the firmware made this range convertible.")]
    public void From_Cmr_SaysWhoMadeIt(Origin origin, Provenance provenance, string why)
    {
        Snapshot snapshot = Samples.Snapshot(origin);
        Reading<IReadOnlyList<AddressRange>> cmrs = Reading.Known<IReadOnlyList<AddressRange>>([Samples.Blocks[0].Range], provenance, "TDH.SYS.RDALL");

        HostMap map = HostMap.From(snapshot.Memory, cmrs, snapshot.Layout.Layout, null, origin);

        Assert.Equal(why, Assert.Single(map.Regions, region => region.Kind == RegionKind.Cmr).Reason);
    }

    [Fact]
    public void Total_RegionsBeyond64Bits_IsHeldAtTheLargest()
    {
        MemoryBlock[] blocks = [.. Enumerable.Repeat(new MemoryBlock(new AddressRange(0, PhysAddr.MaxValue), 0), 5_000)];

        (int count, ByteSize size) = Map(Samples.Snapshot()).Total(RegionKind.Cmr);
        HostMap huge = HostMap.From(
            Samples.Snapshot().Memory,
            Reading.Known<IReadOnlyList<AddressRange>>([.. blocks.Select(block => block.Range)], Provenance.Read, "TDH.SYS.RDALL"),
            Samples.Snapshot().Layout.Layout);

        Assert.Equal((5, "255.46 GiB"), (count, TdxDash.Web.Components.Parts.Wording.Size(size)));
        Assert.Equal("too large", TdxDash.Web.Components.Parts.Wording.Size(huge.Total(RegionKind.Cmr).Size));
    }

    [Fact]
    public void Gauges_KnownLimits_CountHolesAndPamtsAgainstThem()
    {
        HostMap map = Map(Samples.Snapshot());

        Assert.Equal(5, map.Gauges.Count);
        Assert.All(map.Gauges, gauge => Assert.Equal("2 / 16 reserved (hole 1, PAMT 1)", gauge.Text));
        Assert.Equal(64, map.MaxTdmrs);
    }

    [Fact]
    public void Reported_LogWithoutCmrs_IsNothing() => Assert.Null(HostMap.Reported(KernelLogFacts.From(["virt/tdx: module initialized"])));

    [Fact]
    public void Reported_LogWithCmrs_HoldsThemAsTheKernels()
    {
        HostMap? reported = HostMap.Reported(KernelLogFacts.From(["virt/tdx: CMR: [0x100000, 0x6f800000)", "virt/tdx: CMR: [0x100000000, 0x107a000000)"]));

        Assert.NotNull(reported);
        Assert.All(reported.Regions, region => Assert.Equal((RegionKind.Cmr, Provenance.Kernel), (region.Kind, region.Provenance)));
    }

    private static HostMap Map(Snapshot snapshot) => Samples.View(snapshot).Map;
}
