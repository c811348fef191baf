using CsCheck;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Memory;

public sealed class IomemTextTests
{
    private const string Machine = """
        00000000-00000fff : Reserved
        00001000-0009fbff : System RAM
        0009fc00-000fffff : Reserved
          000f0000-000fffff : System ROM
        00100000-bfffffff : System RAM
          01000000-02209987 : Kernel code
        eec00000-febfffff : Reserved
          eec00000-eecfffff : PCI ECAM 0000 [bus 00-00]
            eec00000-eecfffff : PCI Bus 0000:00
        100000000-63fffffff : System RAM

        """;

    [Fact]
    public void Parse_RealMachine_GivesRamHalfOpen()
    {
        IomemMap map = IomemText.Parse(Machine);

        Assert.False(map.AddressesHidden);
        Assert.Equal(10, map.Entries.Count);
        Assert.Equal(
            ["[0x1000, 0x9fc00)", "[0x100000, 0xc0000000)", "[0x100000000, 0x640000000)"],
            map.SystemRam.Select(ram => ram.Range.ToString()));
        Assert.Equal(2, map.Entries[8].Depth);
        Assert.Equal("PCI Bus 0000:00", map.Entries[8].Name);
    }

    [Fact]
    public void Parse_ZeroAddresses_SaysThatTheyAreHidden()
    {
        IomemMap map = IomemText.Parse("00000000-00000000 : Reserved\n00000000-00000000 : System RAM\n  00000000-00000000 : Kernel code\n");

        Assert.True(map.AddressesHidden);
        Assert.Empty(map.Entries);
    }

    [Fact]
    public void Parse_RamBelowCxlWindow_IsRamOfItsOwnKind()
    {
        IomemMap map = IomemText.Parse("""
            00001000-0009ffff : System RAM
            4000000000-4fffffffff : CXL Window 0
              4000000000-4fffffffff : region0
                4000000000-4fffffffff : dax0.0
                  4000000000-4fffffffff : System RAM (kmem)
            """);

        Assert.Equal(["System RAM", "System RAM (kmem)"], map.SystemRam.Select(ram => ram.Kind));
    }

    [Fact]
    public void Parse_Empty_GivesNothing()
    {
        Assert.Empty(IomemText.Parse("").Entries);
        Assert.False(IomemText.Parse("").AddressesHidden);
    }

    [Theory]
    [InlineData("00100000-000fffff : System RAM", "Line 1", "runs backwards")]
    [InlineData("00001000-0009ffff : System RAM\n0009f000-000fffff : Reserved", "Line 2", "overlaps or precedes")]
    [InlineData("00001000-ffffffffffffffff : System RAM", "Line 1", "beyond 2^52")]
    [InlineData("00001000-10000000000000 : System RAM", "Line 1", "beyond 2^52")]
    [InlineData("00001000 : System RAM", "Line 1", "start-end : name")]
    [InlineData("0000100g-0009ffff : System RAM", "Line 1", "hexadecimal")]
    [InlineData("-0009ffff : System RAM", "Line 1", "hexadecimal")]
    public void Parse_BadLine_NamesLineAndRemedy(string text, string line, string why)
    {
        SourceFormatException e = Assert.Throws<SourceFormatException>(() => IomemText.Parse(text));

        Assert.Contains(line, e.Reason, StringComparison.Ordinal);
        Assert.Contains(why, e.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(e.Remedy);
    }

    [Fact]
    public void Parse_TooManyRanges_IsRefused()
    {
        string text = string.Concat(Enumerable.Range(1, MemoryMap.MaxBlocks + 1).Select(i => $"{i * 0x1000L:x}-{(i * 0x1000L) + 0xfff:x} : System RAM\n"));

        SourceFormatException e = Assert.Throws<SourceFormatException>(() => IomemText.Parse(text));

        Assert.Contains("at most 65536", e.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OverlongLineOrText_IsRefused()
    {
        Assert.Contains("5018 characters", Assert.Throws<SourceFormatException>(
            () => IomemText.Parse("00001000-0009ffff" + new string('x', 5_001))).Reason, StringComparison.Ordinal);
        Assert.Contains("at most 16777216", Assert.Throws<SourceFormatException>(() => IomemText.Parse(new string(' ', (16 << 20) + 1))).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyText_GivesAMapOrItsOwnError() => Gen.String[Gen.Char["0123456789abcdef-: \nSystemRAM"], 0, 200].Sample(text =>
    {
        try
        {
            return IomemText.Parse(text).Entries.Count >= 0;
        }
        catch (SourceFormatException e)
        {
            return e.Reason.Length > 0;
        }
    });
}
