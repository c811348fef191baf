using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;
using TdxDash.Tdx.Tests.Layout;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.SysConfig;

public sealed class LayoutAcceptanceTests
{
    private const ulong GiB = ByteSize.GiB;
    private const int AddressBits = 46;

    // The exceptions that the facts name: the builder alone does not know that addresses end below the HKID, that there
    // are at most 64 TDMRs, and that a page of memory below 1 MiB is no CMR.
    [Fact]
    public void Judge_AnyBuiltLayoutWithCmrsOverItsMemory_IsAccepted() => MapGenerator.Maps(12).Sample(map =>
    {
        TdmrLayout layout = TdmrBuilder.Build(map, TdmrLimits.Usual);
        if (layout.Error == LayoutError.None && layout.Tdmrs[^1].Range.End.Value <= 1UL << AddressBits)
        {
            LayoutAcceptance acceptance = LayoutAcceptance.Judge(layout, Pages(map), AddressBits);
            Assert.True(acceptance.Answer.IsAccepted, acceptance.Sentence);
        }
    });

    [Fact]
    public void Judge_MemoryOutsideEveryCmr_IsRefusedWithItsTdmr()
    {
        MemoryMap map = MemoryMap.Create([new(new AddressRange(GiB, 8 * GiB), 0), new(new AddressRange(16 * GiB, 20 * GiB), 1)]);
        LayoutAcceptance acceptance = LayoutAcceptance.Judge(TdmrBuilder.Build(map, TdmrLimits.Usual), [new AddressRange(GiB, 8 * GiB)], AddressBits);

        Assert.Equal(SysConfigStatus.PamtOutsideCmrs | 0x201, acceptance.Answer.Status);
        Assert.Contains("TDX_PAMT_OUTSIDE_CMRS", acceptance.Sentence, StringComparison.Ordinal);
        Assert.Contains("TDMR 1", acceptance.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Judge_TouchingCmrs_CountAsOne()
    {
        MemoryMap map = MemoryMap.Create([new(new AddressRange(GiB, 8 * GiB), 0)]);
        AddressRange[] cmrs = [new(GiB, 4 * GiB), new(4 * GiB, 8 * GiB)];
        Assert.True(LayoutAcceptance.Judge(TdmrBuilder.Build(map, TdmrLimits.Usual), cmrs, AddressBits).Answer.IsAccepted);
    }

    [Fact]
    public void Judge_DynamicPamt_TakesTheBitmap()
    {
        MemoryMap map = MemoryMap.Create([new(new AddressRange(GiB, 8 * GiB), 0)]);
        var options = new LayoutOptions { Behavior = LinuxBehavior.Upstream with { DynamicPamt = true } };
        Assert.True(LayoutAcceptance.Judge(TdmrBuilder.Build(map, TdmrLimits.Usual, options), [new AddressRange(GiB, 8 * GiB)], AddressBits).Answer.IsAccepted);
    }

    [Theory]
    [InlineData(46, true)]
    [InlineData(48, true)]
    [InlineData(49, false)]
    [InlineData(52, false)]
    [InlineData(null, true)]
    public void Judge_DynamicPamt_NeedsKeyIdsThatBeginLowEnough(int? addressBits, bool accepted)
    {
        MemoryMap map = MemoryMap.Create([new(new AddressRange(GiB, 8 * GiB), 0)]);
        var options = new LayoutOptions { Behavior = LinuxBehavior.Upstream with { DynamicPamt = true } };

        LayoutAcceptance acceptance = LayoutAcceptance.Judge(TdmrBuilder.Build(map, TdmrLimits.Usual, options), [new AddressRange(GiB, 8 * GiB)], addressBits);

        Assert.Equal(accepted, acceptance.Answer.IsAccepted);
        Assert.Equal(accepted ? 0 : SysConfigStatus.OperandInvalid | 8, acceptance.Answer.Status);
        Assert.Equal(!accepted, acceptance.Sentence.Contains("Dynamic PAMT needs KeyIDs that begin at address bit 48 or below", StringComparison.Ordinal));
        Assert.True(LayoutAcceptance.Judge(TdmrBuilder.Build(map, TdmrLimits.Usual), [new AddressRange(GiB, 8 * GiB)], addressBits).Answer.IsAccepted);
    }

    [Fact]
    public void Of_HostWithoutCmrs_SaysWhy()
    {
        Reading<LayoutAcceptance> acceptance = LayoutAcceptance.Of(TestSnapshots.WorkingHost(), Reading.Unreadable<IReadOnlyList<AddressRange>>("TDH.SYS.RD", "No module.", "Load one."));
        Assert.Equal((ReadingState.Unreadable, "No module.", "Load one."), (acceptance.State, acceptance.Reason, acceptance.Remedy));
    }

    // As the kernel sees memory: whole pages, above the first MiB.
    private static List<AddressRange> Pages(MemoryMap map)
    {
        const ulong page = 4096;
        var cmrs = new List<AddressRange>();
        foreach (AddressRange range in map.Blocks.Select(block => block.Range))
        {
            ulong start = Math.Max((range.Start.Value + page - 1) / page * page, ByteSize.MiB);
            ulong end = range.End.Value / page * page;
            if (end > start)
            {
                cmrs.Add(new AddressRange(start, end));
            }
        }

        return cmrs;
    }
}
