using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Layout;

public sealed class DynamicPamtTests
{
    private const ulong GiB = ByteSize.GiB;
    private static readonly ByteSize OneTiB = new(ByteSize.TiB);

    [Fact]
    public void StaticTables_Of252GiBInThreeTdmrs_AreWhatTheLogSays()
    {
        ByteSize tables = DynamicPamt.StaticTables([new(2 * GiB), new(122 * GiB), new(128 * GiB)], TdmrLimits.Usual);

        Assert.Equal(10_092 * ByteSize.KiB, tables.Bytes);
    }

    [Fact]
    public void Build_WithDynamicPamt_CountsTheStaticTables()
    {
        MemoryMap map = MemoryMap.Create(
            [
                new(new AddressRange(0x100000, 0x77800000), 0), new(new AddressRange(4 * GiB, 126 * GiB), 0), new(new AddressRange(128 * GiB, 256 * GiB), 1),
            ]);

        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual, new LayoutOptions { Behavior = LinuxBehavior.Upstream with { DynamicPamt = true } });

        Assert.Equal(10_092UL, layout.PamtKiB);
        Assert.Equal(1_034_220UL, TdmrBuilder.Build(map, TdmrLimits.Usual).PamtKiB);
    }

    [Theory]
    [InlineData(0.0, "42.02 MiB")]
    [InlineData(0.25, "1.04 GiB")]
    [InlineData(1.0, "4.04 GiB")]
    public void Cost_OfOneTiB_FollowsTheShareInUse(double share, string total)
    {
        DynamicPamtCost cost = DynamicPamt.Cost([OneTiB], OneTiB, new PhysAddr(ByteSize.TiB), share, TdmrLimits.Usual);

        Assert.Equal("40.02 MiB", cost.StaticTables.ToString());
        Assert.Equal("2 MiB", cost.ReferenceCounts.ToString());
        Assert.Equal(total, cost.Total.ToString());
    }

    [Fact]
    public void PamtSizes_OfOneTiB_AreWhatStaticPamtCosts()
    {
        ByteSize total = PamtSizes.Of4K(OneTiB, TdmrLimits.Usual) + PamtSizes.Of2M(OneTiB, TdmrLimits.Usual) + PamtSizes.Of1G(OneTiB, TdmrLimits.Usual);

        Assert.Equal(4_202_512 * ByteSize.KiB, total.Bytes);
        Assert.Equal("4.01 GiB", total.ToString());
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(1UL, 8192UL)]
    [InlineData(0x200000UL, 8192UL)]
    [InlineData(0x200001UL, 16384UL)]
    public void PagePairs_OfMemoryInUse_CountWholeRegions(ulong inUse, ulong bytes) =>
        Assert.Equal(bytes, DynamicPamt.PagePairs(new ByteSize(inUse), TdmrLimits.Usual).Bytes);

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Cost_ShareOutOfRange_IsRefused(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => DynamicPamt.Cost([OneTiB], OneTiB, new PhysAddr(ByteSize.TiB), share, TdmrLimits.Usual));
}
