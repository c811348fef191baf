using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Memory;

public sealed class MemblockTextTests
{
    [Fact]
    public void Parse_NewKernel_GivesNodesAndFlags()
    {
        IReadOnlyList<MemblockRange> ranges = MemblockText.Parse("""
               0: 0x0000000000001000..0x000000000009efff    0 NONE
               1: 0x0000000000100000..0x000000006d8effff    0 NONE
               2: 0x0000000100000000..0x000000107fffffff    1 HOTPLUG|MIRROR
            """);

        Assert.Equal(
            [
                new MemblockRange(new AddressRange(0x1000, 0x9f000), 0, "NONE"),
                new MemblockRange(new AddressRange(0x100000, 0x6d8f0000), 0, "NONE"),
                new MemblockRange(new AddressRange(0x1_0000_0000, 0x10_8000_0000), 1, "HOTPLUG|MIRROR"),
            ],
            ranges);
    }

    [Theory]
    [InlineData("   0: 0x0000000000001000..0x000000000009efff")]
    [InlineData("   0: 0x0000000000001000..0x000000000009efff    x NONE")]
    public void Parse_WithoutNode_GivesNone(string line) => Assert.Null(Assert.Single(MemblockText.Parse(line)).Node);

    [Theory]
    [InlineData("0: 0x1000..0xfff 0 NONE", "runs backwards")]
    [InlineData("0: 0x1000..0x10000000000000 0 NONE", "beyond 2^52")]
    [InlineData("0: 0x1000..0x1fff 1024 NONE", "NUMA node")]
    [InlineData("0: 0x1000..0x1fff 0 NONE more", "is not of the form")]
    [InlineData("0: 1000..1fff 0 NONE", "is not of the form")]
    [InlineData("x: 0x1000..0x1fff 0 NONE", "is not of the form")]
    [InlineData("0: 0x1000..0x2fff 0 NONE\n1: 0x2000..0x3fff 0 NONE", "overlaps or precedes")]
    public void Parse_BadLine_SaysWhy(string text, string why) =>
        Assert.Contains(why, Assert.Throws<SourceFormatException>(() => MemblockText.Parse(text)).Reason, StringComparison.Ordinal);
}
