using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Metadata;

public sealed class MetadataTextTests
{
    [Theory]
    [InlineData("MAX_TDMRS", 64, "64")]
    [InlineData("VENDOR_ID", 0x8086, "0x8086")]
    [InlineData("BUILD_DATE", 20250325, "2025-03-25")]
    [InlineData("BUILD_DATE", 0x20250325, "539296549 (not a date)")]
    [InlineData("TDCS_BASE_SIZE", 24576, "24 KiB")]
    [InlineData("CMR_BASE", 0x1080000000, "0x10_8000_0000")]
    [InlineData("PKG_FMS", 0x806F8, "0x806f8 (SPR, stepping 8)")]
    [InlineData("PKG_FMS", 0xC06F2, "0xc06f2 (EMR, stepping 2)")]
    [InlineData("PKG_FMS", 0, "0x0")]
    [InlineData("CPUID_CONFIG_LEAVES", 0xFFFFFFFF00000001, "0x1")]
    [InlineData("CPUID_CONFIG_LEAVES", 0x0000000100000007, "0x7, sub-leaf 0x1")]
    [InlineData("CPUID_CONFIG_LEAVES", ulong.MaxValue, "unused")]
    public void Element_OfAField_IsWrittenByItsFormat(string name, ulong value, string text) =>
        Assert.Equal(text, MetadataText.Element(MetadataCatalogue.Find(name), value));

    [Fact]
    public void Element_OfUnknownField_IsHexadecimal() => Assert.Equal("0xffff_ffff_ffff_ffff", MetadataText.Element(null, ulong.MaxValue));

    [Fact]
    public void Of_BitField_NamesTheSetBits() =>
        Assert.Equal("0x8000_0000_7000_0001: DEBUG, SEPT_VE_DISABLE, MIGRATABLE, PKS, PERFMON", MetadataText.Of(Value("ATTRIBUTES_FIXED0", 0x8000000070000001)));

    [Fact]
    public void Of_Array_ShowsTheUsedElementsAlone() =>
        Assert.Equal("2 of 32 used: 0x10_0000, 0x1_0000_0000", MetadataText.Of(Value("CMR_BASE", [0x100000, 0x100000000, .. new ulong[30]])));

    [Fact]
    public void Of_UnusedArray_SaysSo() => Assert.Equal("0 of 2 used", MetadataText.Of(Value("CPUID_CONFIG_LEAVES", ulong.MaxValue, ulong.MaxValue)));

    [Fact]
    public void Elements_OfArray_KeepsEverySlot() =>
        Assert.Equal(["2 GiB", "0 B"], MetadataText.Elements(Value("CMR_SIZE", 0x80000000, 0)));

    [Fact]
    public void Features0_Of158_NamesEverySetBit()
    {
        IReadOnlyList<NamedBit> bits = FeatureBits.Features0(0x22E1F0FBF);
        Assert.Equal(39, bits.Count);
        Assert.True(bits.Single(bit => bit.Name == "NO_RBP_MOD").IsSet);
        Assert.False(bits.Single(bit => bit.Name == "DYNAMIC_PAMT").IsSet);
        Assert.False(bits.Single(bit => bit.Name == "TDX_CONNECT").IsSet);
        Assert.DoesNotContain(bits, bit => bit.Name.StartsWith("bit ", StringComparison.Ordinal));
    }

    [Fact]
    public void Features0_OfUnnamedBit_GivesItsNumber() => Assert.Contains(new NamedBit(63, "bit 63", true), FeatureBits.Features0(1UL << 63));

    [Fact]
    public void Xfam_OfThe15Mask_NamesEverySetBit()
    {
        NamedBit[] set = [.. FeatureBits.Xfam(0x6DBE7).Where(bit => bit.IsSet)];
        Assert.Equal([0, 1, 2, 5, 6, 7, 8, 9, 11, 12, 14, 15, 17, 18], set.Select(bit => bit.Bit));
        Assert.DoesNotContain(set, bit => bit.Name.StartsWith("bit ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(6, 143, "SPR")]
    [InlineData(6, 207, "EMR")]
    [InlineData(6, 173, "GNR")]
    [InlineData(6, 174, "GNR")]
    [InlineData(6, 175, "SRF")]
    [InlineData(6, 221, "CWF")]
    [InlineData(6, 85, "6/85")]
    [InlineData(25, 1, "25/1")]
    public void ShortName_OfAModel_IsTheFamilysOrTheNumbers(int family, int model, string name) => Assert.Equal(name, CpuFamilies.ShortName(family, model));

    [Theory]
    [InlineData(0x806F8, 6, 143, 8)]
    [InlineData(0xA06D1, 6, 173, 1)]
    [InlineData(0x00A00F11, 25, 1, 1)]
    public void Decode_OfASignature_GivesDisplayFamilyAndModel(uint eax, int family, int model, int stepping) =>
        Assert.Equal((family, model, stepping), CpuFamilies.Decode(eax));

    private static MetadataValue Value(string name, params ulong[] values) => new(MetadataCatalogue.Find(name)!.Id, values);
}
