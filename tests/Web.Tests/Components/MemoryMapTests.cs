using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.MemoryMap;

namespace TdxDash.Web.Tests.Components;

public sealed class MemoryMapTests
{
    private const double Width = 1_000;

    [Fact]
    public void Create_NoRanges_HasNoPieces() => Assert.Empty(MemoryMapScale.Create([], Width).Pieces);

    [Fact]
    public void Create_OneHugeGap_BreaksItAndFillsTheWidth()
    {
        MemoryMapScale scale = MemoryMapScale.Create([new(0, ByteSize.GiB), new(ByteSize.TiB, ByteSize.TiB + ByteSize.GiB)], Width);

        Assert.Equal([false, true, false], scale.Pieces.Select(piece => piece.IsBreak));
        Assert.Equal(MemoryMapScale.BreakWidth, scale.Pieces[1].Width);
        Assert.Equal(scale.Pieces[0].Width, scale.Pieces[2].Width, 6);
        Assert.Equal(Width, scale.Pieces[2].X + scale.Pieces[2].Width, 6);
    }

    [Fact]
    public void Create_SmallGap_KeepsItsTrueWidth()
    {
        MemoryMapScale scale = MemoryMapScale.Create([new(0, 100 * ByteSize.GiB), new(101 * ByteSize.GiB, 200 * ByteSize.GiB)], Width);

        Assert.Single(scale.Pieces);
    }

    [Fact]
    public void ToX_AscendingAddresses_NeverRunsBackwards()
    {
        MemoryMapScale scale = MemoryMapScale.Create(Samples.Blocks.Select(block => block.Range).Append(new AddressRange(1UL << 45, (1UL << 45) + 4096)), Width);

        double[] xs = [.. Enumerable.Range(0, 4_000).Select(i => scale.ToX((ulong)i << 34))];

        Assert.All(xs, x => Assert.InRange(x, 0, Width));
        Assert.All(xs.Zip(xs.Skip(1)), pair => Assert.True(pair.Second >= pair.First));
        Assert.Equal(0, scale.ToX(0));
        Assert.Equal(Width, scale.ToX(PhysAddr.MaxValue));
    }

    [Fact]
    public void ToX_EndsOfAPiece_AreItsEdges()
    {
        MemoryMapScale scale = MemoryMapScale.Create(Samples.Blocks.Select(block => block.Range), Width);

        Assert.All(scale.Pieces, piece =>
        {
            Assert.Equal(piece.X, scale.ToX(piece.Start), 6);
            Assert.Equal(piece.X + piece.Width, scale.ToX(piece.End), 6);
        });
    }

    [Fact]
    public void Lanes_RealHost_HasOneLaneForEachKindAndNode()
    {
        HostMap map = Map(Samples.Snapshot());
        MemoryMapScale scale = map.Scale(Width);

        Assert.Equal(
            ["firmware", "CMR", "RAM node 0", "RAM node 1", "RAM node 2", "RAM node 3", "TDMR", "reserved", "PAMT"],
            MapShapes.Lanes(map.On(scale), scale).Select(lane => lane.Name));
    }

    [Fact]
    public void Lanes_TinyRegion_IsAtLeastThreePixelsAndInsideTheMap()
    {
        MapRegion[] regions = [Ram(0, ByteSize.TiB - 4096), Ram(ByteSize.TiB - 4096, ByteSize.TiB)];
        MemoryMapScale scale = MemoryMapScale.Create(regions.Select(region => region.Range), Width);

        MapShape tiny = MapShapes.Lanes(regions, scale)[0].Shapes[^1];

        Assert.Equal(MapShapes.MinWidth, tiny.Width);
        Assert.True(tiny.X + tiny.Width <= Width);
        Assert.Contains("4 KiB (4,096 bytes)", tiny.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Lanes_SixtyFiveThousandRanges_DrawsAtMostTwoThousandShapesAndLosesNone()
    {
        MapRegion[] regions = [.. Enumerable.Range(0, MemoryMap.MaxBlocks).Select(i => Ram((ulong)i << 22, ((ulong)i << 22) + (1 << 21), i / 4_096))];
        MemoryMapScale scale = MemoryMapScale.Create(regions.Select(region => region.Range), Width);

        IReadOnlyList<MapLane> lanes = MapShapes.Lanes(regions, scale);

        Assert.InRange(lanes.Sum(lane => lane.Shapes.Count), 1, MapShapes.MaxShapes);
        Assert.Equal(regions.Length, lanes.Sum(lane => lane.Shapes.Sum(shape => shape.Count)));
    }

    [Fact]
    public void Lanes_Cluster_SaysHowManyAndHowLarge()
    {
        MapRegion[] regions = [Ram(0, ByteSize.TiB), .. Enumerable.Range(0, 10).Select(i => Ram(ByteSize.TiB + ((ulong)i << 13), ByteSize.TiB + ((ulong)i << 13) + 4096))];
        MemoryMapScale scale = MemoryMapScale.Create(regions.Select(region => region.Range), Width);

        MapShape cluster = MapShapes.Lanes(regions, scale)[0].Shapes[^1];

        Assert.Equal(10, cluster.Count);
        Assert.Contains("first of 10 small regions", cluster.Title, StringComparison.Ordinal);
        Assert.Contains("40 KiB together", cluster.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Lanes_SmallNeighboursOnAllNodes_AreCountedInEachLane()
    {
        MapRegion[] regions = [Ram(0, ByteSize.TiB), Ram(ByteSize.TiB, ByteSize.TiB + 4096, 1), Ram(ByteSize.TiB + 8192, ByteSize.TiB + 12288, 1)];
        MemoryMapScale scale = MemoryMapScale.Create(regions.Select(region => region.Range), Width);

        Assert.Equal([1, 2], MapShapes.Lanes(regions, scale).Select(lane => lane.Shapes.Sum(shape => shape.Count)));
    }

    [Fact]
    public void Scale_DeviceWindowFarBeyondMemory_DoesNotSqueezeMemory()
    {
        HostMap map = Map(Samples.Snapshot());
        MemoryMapScale scale = map.Scale(Width);

        Assert.True(scale.Pieces[^1].End <= 0x40_8000_0000);
        Assert.Equal(1, map.Regions.Count - map.On(scale).Count);
    }

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
        Assert.All(guesses, region => Assert.Contains("(emulated, hypothetical)", region.Describe(), StringComparison.Ordinal));
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

        Assert.Equal(why, Assert.Single(map.Regions, region => region.Kind == RegionKind.Cmr).Why);
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
    public void Describe_Region_HasTypeRangeSizeNodeAndReason()
    {
        var region = new MapRegion(RegionKind.Hole, new AddressRange(0x10_7a00_0000, 0x10_8000_0000), null, 1, "No memory block covers this part of the TDMR.", Provenance.Computed);

        Assert.Equal(
            "reserved, hole [0x10_7a00_0000, 0x10_8000_0000)\n96 MiB (100,663,296 bytes), TDMR 1\nNo memory block covers this part of the TDMR. (computed)",
            region.Describe());
    }

    [Fact]
    public void Ticks_AnyScale_LabelsDoNotOverlap()
    {
        IReadOnlyList<MapTick> ticks = MapTicks.Of(Map(Samples.Snapshot()).Scale(1_104));

        Assert.True(ticks.Count > 4);
        Assert.All(ticks.Zip(ticks.Skip(1)), pair => Assert.True(pair.Second.X - pair.First.X >= 100));
    }

    private static HostMap Map(Snapshot snapshot) => Samples.View(snapshot).Map;

    private static MapRegion Ram(ulong start, ulong end, int node = 0) => new(RegionKind.Ram, new AddressRange(start, end), node, null, "Memory.", Provenance.Kernel);
}
