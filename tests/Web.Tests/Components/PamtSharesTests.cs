using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.PamtCost;

namespace TdxDash.Web.Tests.Components;

public sealed class PamtSharesTests
{
    private static readonly Snapshot Host = Samples.Snapshot(layout: TdmrBuilder.Build(Tdx.Memory.MemoryMap.Create(Samples.Blocks), Samples.Limits));

    [Fact]
    public void Of_BuiltLayout_StaticSizeIsTheKernelsFigure()
    {
        Assert.Equal(Host.Layout.Layout.Value.PamtKiB * ByteSize.KiB, PamtShares.Of(Host)!.Static.Bytes);
    }

    [Fact]
    public void Of_BuiltLayout_NodesAddUpToAllOfIt()
    {
        PamtShares shares = PamtShares.Of(Host)!;

        Assert.Equal([0, 1, 2, 3], shares.Nodes.Select(node => node.Node));
        Assert.Equal(shares.Static.Bytes, (ulong)shares.Nodes.Sum(node => (long)node.Pamt.Bytes));
        Assert.Equal(shares.Memory.Bytes, (ulong)shares.Nodes.Sum(node => (long)node.Memory.Bytes));
    }

    [Fact]
    public void BreakEven_UsualHost_LiesWhereBothCostTheSame()
    {
        PamtShares shares = PamtShares.Of(Host)!;

        double share = Assert.NotNull(shares.BreakEven);
        TdmrLayout layout = Host.Layout.Layout.Value;
        DynamicPamtCost cost = DynamicPamt.Cost(layout.Tdmrs.Select(tdmr => tdmr.Range.Size), shares.Memory, Samples.Blocks[^1].Range.End, share, Samples.Limits);
        Assert.InRange(Math.Abs((double)cost.Total.Bytes - shares.Static.Bytes), 0, 3 * 8192);
    }

    [Fact]
    public void Of_FailedLayout_StillSaysWhatPamtWouldTake()
    {
        PamtShares shares = PamtShares.Of(Samples.Snapshot(layout: Samples.FailedLayout()))!;

        // 2 GiB and 62 GiB: 4104 KiB for each GiB and one page of 1G entries for each TDMR (tdmr_get_pamt_sz).
        Assert.Equal(((64 * 4104) + (2 * 4)) * ByteSize.KiB, shares.Static.Bytes);
    }

    [Fact]
    public void Curve_UsualHost_CrossesTheStaticCostAtTheMark()
    {
        PamtShares shares = PamtShares.Of(Host)!;

        ChartData curve = DynamicPamtCard.Curve(shares);

        Assert.Equal([0.0, 5.0, 10.0], curve.Percents!.Take(3).Select(percent => Math.Round(percent, 6)));
        Assert.Equal(100, curve.Percents![^1]);
        Assert.All(curve.Series[1].Values, value => Assert.Equal(shares.Static.Bytes, value));
        double at = Assert.Single(curve.Marks).At;
        for (int i = 0; i < curve.Percents.Count; i++)
        {
            Assert.Equal(curve.Percents[i] >= at, curve.Series[0].Values[i] >= shares.Static.Bytes);
        }
    }

    [Fact]
    public void Of_NoMemoryMap_IsNothing()
    {
        Snapshot unknown = Host with { Memory = Host.Memory with { Map = Reading.Unreadable<IReadOnlyList<MemoryBlock>>("/proc/iomem", "denied", "Run as root.") } };

        Assert.Null(PamtShares.Of(unknown));
    }
}
