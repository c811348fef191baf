using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Layout;

public sealed class TdmrWordsTests
{
    private const ulong GiB = ByteSize.GiB;
    private const ulong MiB = ByteSize.MiB;

    [Fact]
    public void Of_TdmrsOfALayout_SayWhichBlockMadeThemAndWhyTheyBeginAndEndThere()
    {
        IReadOnlyList<TdmrExplanation> words = Explain((4096, 0x9f000, 0), (MiB, GiB + (512 * MiB), 0), (GiB + (600 * MiB), 2 * GiB, 0), (2 * GiB, (3 * GiB) + MiB, 0), ((3 * GiB) + (2 * MiB), 5 * GiB, 1));

        Assert.Equal(
            [
                "Linux makes one TDMR after another, in whole GiB: this one for block 1 [0x100000, 0x60000000), the first memory of its list.",
                "It begins at 0x0, the border of a GiB at or below the block's start.",
                "It ends at 0x80000000, the border of a GiB at or above the block's end. It covers the blocks up to block 2 [0x65800000, 0x80000000).",
            ],
            words[0].Range);
        Assert.Equal("Linux makes one TDMR after another, in whole GiB: this one for block 3 [0x80000000, 0xc0100000), the first that reaches past TDMR 0.", words[1].Range[0]);
        Assert.Equal("It begins at 0x80000000, where TDMR 0 ends.", words[1].Range[1]);
        Assert.Equal("It begins at 0x100000000, where TDMR 1 ends.", words[2].Range[1]);
    }

    [Fact]
    public void Of_Pamt_SaysItsPartsItsNodeAndHowItsPlaceIsKnown()
    {
        IReadOnlyList<string> pamt = Explain((4 * GiB, 8 * GiB, 0), (8 * GiB, 12 * GiB, 1))[1].Pamt;

        Assert.Equal(
            [
                "The PAMT holds the state of every page of TDMR 1: 4 KiB pages 16 MiB (16 bytes each), 2 MiB pages 32 KiB (16 bytes each), 1 GiB pages 4 KiB (16 bytes each), each part in whole pages.",
                "Linux asks node 1 for it: that of block 1 [0x200000000, 0x300000000), the first that ends above the TDMR's start.",
                "Its address is hypothetical: the kernel takes the first contiguous pages that are free when it boots, and the model an otherwise empty machine.",
            ],
            pamt);
    }

    [Fact]
    public void Of_LayoutWithoutPamts_SaysNothingOfThem()
    {
        TdmrLimits one = TdmrLimits.Usual with { MaxTdmrs = 1 };
        MemoryMap map = Map((4 * GiB, 8 * GiB, 0), (8 * GiB, 12 * GiB, 1));

        Assert.All(LayoutExplanation.Of(map, one, TdmrBuilder.Build(map, one)).Tdmrs, tdmr => Assert.Empty(tdmr.Pamt));
    }

    private static IReadOnlyList<TdmrExplanation> Explain(params (ulong Start, ulong End, int Node)[] blocks)
    {
        MemoryMap map = Map(blocks);
        return LayoutExplanation.Of(map, TdmrLimits.Usual, TdmrBuilder.Build(map, TdmrLimits.Usual)).Tdmrs;
    }

    private static MemoryMap Map(params (ulong Start, ulong End, int Node)[] blocks) =>
        MemoryMap.Create([.. blocks.Select(block => new MemoryBlock(new AddressRange(block.Start, block.End), block.Node))]);
}
