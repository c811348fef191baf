using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Layout;

public sealed class TdmrBuilderProperties
{
    private static readonly TdmrLimits Wide = new(ushort.MaxValue, ushort.MaxValue, 16, 16, 16);

    private static readonly Gen<TdmrLimits> Limits = Gen.Select(
        Gen.OneOf((ushort[])[2, 4, 16, 64]), Gen.OneOf((ushort[])[1, 4, 16, 64]), Gen.OneOf((ushort[])[16, 16, 32, 200]), Gen.OneOf((ushort[])[1, 16, 40]))
        .Select((tdmrs, reserved, size4K, size2M) => new TdmrLimits(tdmrs, reserved, size4K, size2M, 16));

    // Limits that no module has, but that no rule excludes.
    private static readonly Gen<TdmrLimits> OddLimits = Gen.Select(
        Gen.OneOf((ushort[])[0, 1, 2, 3, 5, 64, ushort.MaxValue]), Gen.OneOf((ushort[])[0, 1, 2, 3, 16, ushort.MaxValue]),
        Gen.OneOf((ushort[])[0, 1, 8, 16, 24, 4096, ushort.MaxValue]), Gen.OneOf((ushort[])[0, 1, 16, 4096, ushort.MaxValue]), Gen.OneOf((ushort[])[0, 16, ushort.MaxValue]))
        .Select((tdmrs, reserved, size4K, size2M, size1G) => new TdmrLimits(tdmrs, reserved, size4K, size2M, size1G));

    [Fact]
    public void Run_OddMapsAndLimits_EqualsTheRulesStepByStep() =>
        Gen.Select(MapGenerator.OddRanges(12), OddLimits).Sample((ranges, limits) => Describe(ranges, limits) == StepwiseLayout.Describe(ranges, limits), iter: 300);

    [Fact]
    public void Run_AnyMap_EqualsTheRulesStepByStep() =>
        Gen.Select(MapGenerator.Ranges(24), Limits).Sample((ranges, limits) => Describe(ranges, limits) == StepwiseLayout.Describe(ranges, limits), iter: 1_000);

    [Fact]
    public void Run_MoreExtentsThanASearchFromTheStartBears_EqualsTheRulesStepByStep() =>
        MapGenerator.Ranges(160, SearchMark.Worthwhile / 2 + 1).Sample(ranges => Describe(ranges, Wide) == StepwiseLayout.Describe(ranges, Wide), iter: 8);

    [Fact]
    public void Build_AnyMap_TdmrsAreAlignedAscendingAndDisjoint() => MapGenerator.Maps(30).Sample(map =>
    {
        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            AddressRange range = layout.Tdmrs[i].Range;
            Assert.Equal(0UL, range.Start.Value % ByteSize.GiB);
            Assert.Equal(0UL, range.End.Value % ByteSize.GiB);
            Assert.True(i == 0 || range.Start >= layout.Tdmrs[i - 1].Range.End, $"TDMR {i} begins inside the one before it.");
        }
    });

    [Fact]
    public void Build_Success_CoversMemoryAndReservesNoneOfItButPamts() => MapGenerator.Maps(30).Sample(map =>
    {
        TdmrLayout layout = TdmrBuilder.Build(map, Wide);
        if (layout.Error != LayoutError.None)
        {
            return;
        }

        foreach (MemoryBlock block in map.Blocks.Where(block => block.Range.End.Value > ByteSize.MiB))
        {
            var usable = new AddressRange(Math.Max(block.Range.Start.Value, ByteSize.MiB), block.Range.End.Value);
            ulong covered = layout.Tdmrs.Aggregate(0UL, (sum, tdmr) => sum + Shared(tdmr.Range, usable));
            Assert.Equal(usable.Size.Bytes, covered);
            Assert.DoesNotContain(layout.Tdmrs.SelectMany(tdmr => tdmr.Reserved), area => area.Cause == ReservedCause.Hole && area.Range.Overlaps(usable));
        }
    });

    [Fact]
    public void Build_Success_AreasLieInsideTheirTdmrSortedAndExplained() => MapGenerator.Maps(30).Sample(map =>
    {
        TdmrLayout layout = TdmrBuilder.Build(map, Wide);
        foreach (Tdmr tdmr in layout.Tdmrs)
        {
            for (int i = 0; i < tdmr.Reserved.Count; i++)
            {
                ReservedArea area = tdmr.Reserved[i];
                Assert.True(tdmr.Range.Contains(area.Range));
                Assert.True(i == 0 || area.Range.Start >= tdmr.Reserved[i - 1].Range.End);
                AssertCause(map, layout, area);
            }
        }
    });

    [Fact]
    public void Build_Success_PamtsLieInMemoryOfOneNodeWithoutOverlap() => MapGenerator.Maps(30).Sample(map =>
    {
        Pamt[] pamts = [.. TdmrBuilder.Build(map, Wide).Tdmrs.Select(tdmr => tdmr.Pamt).OfType<Pamt>().OrderBy(pamt => pamt.Start.Value)];
        for (int i = 0; i < pamts.Length; i++)
        {
            AddressRange range = pamts[i].Range;
            Assert.True(range.Start.Value >= ByteSize.MiB);
            Assert.True(i == 0 || range.Start >= pamts[i - 1].Range.End);
            Assert.Contains(map.Blocks.GroupBy(block => block.Node), node =>
                node.Aggregate(0UL, (sum, block) => sum + Shared(block.Range, range)) == range.Size.Bytes);
        }
    });

    [Fact]
    public void ReservedUse_AnyMap_HoldsTheModelsUse() => MapGenerator.Maps(20).Sample(map =>
    {
        TdmrLayout layout = TdmrBuilder.Build(map, Wide);
        IReadOnlyList<ReservedUse> uses = ReservedUseRange.Of(map, layout);
        for (int i = 0; i < uses.Count; i++)
        {
            Assert.InRange(layout.Tdmrs[i].Reserved.Count, uses[i].Least, uses[i].Most);
            Assert.InRange(uses[i].Most, uses[i].Holes, uses[i].Holes + layout.Tdmrs.Count);
        }
    });

    [Fact]
    public void ReservedUse_AnyMapAndPamtSizes_IsThatOfPlainFirstFit() => Gen.Select(MapGenerator.Maps(30), Gen.ULong[1, 1 << 20].Array[30]).Sample((map, pages) =>
    {
        TdmrLayout built = TdmrBuilder.Build(map, Wide);
        Tdmr WithPages(Tdmr tdmr, int index) => tdmr with { Pamt = tdmr.Pamt! with { Size4K = new ByteSize((pages[index] >> (int)(pages[index] % 20)) << 12) } };
        TdmrLayout odd = built.Error == LayoutError.None ? built with { Tdmrs = [.. built.Tdmrs.Select(WithPages)] } : built;
        Assert.Equal(PlainReservedUse.Of(map, built), ReservedUseRange.Of(map, built));
        Assert.Equal(PlainReservedUse.Of(map, odd), ReservedUseRange.Of(map, odd));
    });

    private static string Describe(RawRange[] ranges, TdmrLimits limits)
    {
        using TdmrEngine engine = TdmrEngine.Run(ranges, new LayoutRules(limits));
        if (engine.Error != LayoutError.None)
        {
            return $"{engine.Error} {(engine.FailedTdmr < 0 ? "TDMRs" : engine.FailedTdmr)}";
        }

        var text = new System.Text.StringBuilder();
        foreach (RawTdmr tdmr in engine.Tdmrs)
        {
            text.Append($"{tdmr.Base:x}-{tdmr.End:x}:{string.Concat(engine.ReservedOf(tdmr).ToArray().Select(a => $" {a.Start:x}-{a.End:x}"))}\n");
        }

        return text.ToString();
    }

    private static ulong Shared(AddressRange a, AddressRange b) => a.Overlaps(b)
        ? Math.Min(a.End.Value, b.End.Value) - Math.Max(a.Start.Value, b.Start.Value)
        : 0;

    private static void AssertCause(MemoryMap map, TdmrLayout layout, ReservedArea area)
    {
        if (area.Cause == ReservedCause.Pamt)
        {
            Assert.True(layout.Tdmrs[area.PamtOfTdmr!.Value].Pamt!.Range.Contains(area.Range));
            return;
        }

        // Nothing but the first MiB lies between the two blocks that a hole names, and the hole lies between them.
        ulong low = area.BlockBefore is int before ? map.Blocks[before].Range.End.Value : 0;
        ulong high = area.BlockAfter is int after ? Math.Max(map.Blocks[after].Range.Start.Value, ByteSize.MiB) : PhysAddr.MaxValue;
        Assert.InRange(area.Range.Start.Value, low, high);
        Assert.InRange(area.Range.End.Value, low, high);
        Assert.DoesNotContain(map.Blocks, block => block.Range.Start.Value >= Math.Max(low, ByteSize.MiB) && block.Range.End.Value <= high && block.Range.Start.Value < high);
    }
}
