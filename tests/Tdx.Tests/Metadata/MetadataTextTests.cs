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
        Assert.Equal(42, bits.Count);
        Assert.True(bits.Single(bit => bit.Name == "NO_RBP_MOD").IsSet);
        Assert.False(bits.Single(bit => bit.Name == "DYNAMIC_PAMT").IsSet);
        Assert.False(bits.Single(bit => bit.Name == "TDX_CONNECT").IsSet);
        Assert.DoesNotContain(bits, bit => bit.Name.StartsWith("bit ", StringComparison.Ordinal));
    }

    // structures.md, TDX_FEATURES0, bit by bit, with what the 1.5.25 source adds.
    [Theory]
    [InlineData(0, "TD_MIGRATION")]
    [InlineData(1, "TD_PRESERVING")]
    [InlineData(2, "SERVICE_TD")]
    [InlineData(3, "TDG_VP_RDWR")]
    [InlineData(4, "RELAXED_MEM_MNG_CONCURRENCY")]
    [InlineData(5, "CPUID_VIRT_GUEST_CTRL")]
    [InlineData(6, "TDX_CONNECT")]
    [InlineData(7, "TD_PARTITIONING")]
    [InlineData(8, "LOCAL_ATTESTATION")]
    [InlineData(9, "TD_ENTRY_ENHANCEMENTS")]
    [InlineData(10, "HOST_PRIORITY_LOCKS")]
    [InlineData(11, "CONFIG_IA32_ARCH_CAPABILITIES")]
    [InlineData(16, "PENDING_EPT_VIOLATION_V2")]
    [InlineData(17, "FMS_CONFIG")]
    [InlineData(18, "NO_RBP_MOD")]
    [InlineData(19, "L2_TLB_INVD_OPT")]
    [InlineData(20, "TOPOLOGY_ENUM")]
    [InlineData(21, "PARTITIONED_TD_MIGRATION")]
    [InlineData(23, "CLFLUSH_BEFORE_ALLOC")]
    [InlineData(24, "EVENT_FILTERING")]
    [InlineData(25, "ICSSD")]
    [InlineData(26, "FIXED_CTR12_PROF")]
    [InlineData(27, "MAXPA_VIRT")]
    [InlineData(28, "APX")]
    [InlineData(29, "CPUID2_VIRT")]
    [InlineData(30, "VE_REDUCTION")]
    [InlineData(31, "ENHANCED_EVENT_FILTERING")]
    [InlineData(32, "TDX_CONNECT_PARTITIONING")]
    [InlineData(33, "MAXGPA_VIRT")]
    [InlineData(36, "DYNAMIC_PAMT")]
    [InlineData(37, "FATAL_DIAGNOSTICS")]
    [InlineData(38, "PAGE_RELEASE")]
    [InlineData(39, "NRX or EXT")]
    [InlineData(40, "ENHANCED_INTR_STATE")]
    [InlineData(41, "DIRTY_BIT_BASED_EXPORT or NON_BLOCKING_EXPORT")]
    [InlineData(42, "PERF_MASK")]
    [InlineData(43, "SCAN_EXPORT_RESTORE")]
    [InlineData(44, "IMPORT_PAGE_STATUS")]
    [InlineData(45, "ENHANCED_INTR_VIRTUALIZATION")]
    [InlineData(46, "VE_INFO_INTR_STATE")]
    [InlineData(47, "UPDATE_COMPATIBILITY")]
    [InlineData(51, "ENHANCE_DEMOTE_INTERRUPTIBILITY")]
    public void Features0_OfABit_HasTheSpecificationsName(int bit, string name) =>
        Assert.Equal(new NamedBit(bit, name, true), Assert.Single(FeatureBits.Features0(1UL << bit), named => named.IsSet));

    [Theory]
    [InlineData("SYS_ATTRIBUTES", 0x80000000, "0x8000_0000: DEBUG")]
    [InlineData("SYS_ATTRIBUTES", 0, "0x0")]
    [InlineData("SYS_ATTRIBUTES", 5, "0x5: bit 0, bit 2")]
    [InlineData("CONFIG_FLAGS_FIXED0", 0x1F, "0x1f: GPAW, FLEXIBLE_PENDING_VE, NO_RBP_MOD, MAXPA_VIRT, MAXGPA_VIRT")]
    [InlineData("ATTRIBUTES_FIXED0", 0xC0000000F8010041, "0xc000_0000_f801_0041: DEBUG, PERF_PROF, ICSSD, LASS, SEPT_VE_DISABLE, MIGRATABLE, PKS, KL, TPA, PERFMON")]
    [InlineData("XFAM_FIXED1", 3, "0x3: x87, SSE")]
    public void Of_EachBitField_NamesItsSetBits(string field, ulong value, string text) => Assert.Equal(text, MetadataText.Of(Value(field, value)));

    [Fact]
    public void Elements_OfCpuidConfigValues_NameTheirRegisters() => Assert.Equal(
        ["EAX 0x1, EBX 0x2", "ECX 0x3, EDX 0x0", "EAX 0x0, EBX 0x0"], MetadataText.Elements(Value("CPUID_CONFIG_VALUES", 0x2_0000_0001, 3, 0)));

    // Every field of every table: a name, a class, a sentence, and a text for any value.
    [Fact]
    public void Of_EveryFieldOfTheCatalogue_DecodesToText()
    {
        foreach (MetadataField field in MetadataCatalogue.Fields)
        {
            ulong largest = ulong.MaxValue >> (64 - field.ElementBits);
            Assert.All((ulong[])[0, 1, largest], element =>
            {
                var value = new MetadataValue(field.Id, [.. Enumerable.Repeat(element, field.TotalElements)]);
                Assert.Equal(field.Name, MetadataText.NameOf(value.Id));
                Assert.NotEqual("", MetadataText.Of(value));
                Assert.Equal(field.TotalElements, MetadataText.Elements(value).Count);
            });
            Assert.NotEqual("", field.ClassName);
            Assert.True(char.IsUpper(field.Meaning[0]), field.Name);
        }
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
