using System.Globalization;
using CsCheck;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.Tdx.Tests.Seamcalls;

public sealed class SeamcallStatusTests
{
    [Theory]
    [InlineData(0x0000000000000000, "TDX_SUCCESS", "")]
    [InlineData(0x00000C0B00000000, "TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT", "")]
    [InlineData(0xC000010000000001, "TDX_OPERAND_INVALID", "operand RCX")]
    [InlineData(0xC000010000000008, "TDX_OPERAND_INVALID", "operand R8")]
    [InlineData(0x80000200000000B8, "TDX_OPERAND_BUSY", "operand SYS")]
    [InlineData(0xC0000100000003E7, "TDX_OPERAND_INVALID", "operand 999")]
    [InlineData(0xC000030000000001, "TDX_PAGE_METADATA_INCORRECT", "operand RCX")]
    [InlineData(0xC000092100000122, "TDX_INCORRECT_MSR_VALUE", "MSR 0x122 (IA32_TSX_CTRL)")]
    [InlineData(0xC000092000009999, "TDX_INCONSISTENT_MSR", "MSR 0x9999")]
    [InlineData(0xC0000A0000000003, "TDX_INVALID_TDMR", "TDMR 3")]
    [InlineData(0xC0000A1000000102, "TDX_INVALID_PAMT", "TDMR 2, PAMT of 2M pages")]
    [InlineData(0xC0000A1100000000, "TDX_PAMT_OUTSIDE_CMRS", "TDMR 0, PAMT of 4K pages")]
    [InlineData(0xC0000A1200050201, "TDX_PAMT_OVERLAP", "TDMR 1, PAMT of 1G pages, against TDMR 5")]
    [InlineData(0xC0000A2000000F01, "TDX_INVALID_RESERVED_IN_TDMR", "TDMR 1, reserved area 15")]
    [InlineData(0xC000062100000000, "TDX_X2APIC_ID_NOT_UNIQUE", "x2APIC id 0x0")]
    [InlineData(0xC0000C0E00000000, "TDX_METADATA_FIELD_NOT_ALLOCATED", "")]
    [InlineData(0x6000000200000000, "TDX_NON_RECOVERABLE_TD", "")]
    [InlineData(0x4000000200000000, "TDX_NON_RECOVERABLE_TD", "")]
    [InlineData(0x8000FF00FFFF0000, "TDX_SEAMCALL_VMFAILINVALID", "")]
    [InlineData(0x8000FF000000000D, "TDX_SEAMCALL_GP", "")]
    [InlineData(0x8000FF0000000006, "TDX_SEAMCALL_UD", "")]
    [InlineData(0x8000000000020001, "P-SEAMLDR EBADHASH", "")]
    [InlineData(0xFFFFFFFFFFFFFFFF, "UNINITIALIZE_ERROR", "")]
    [InlineData(0xC0000F0100000007, "TDX_IOMMU_IQ_QUEUE_FULL", "details 0x7")]
    [InlineData(0x80000F5100000000, "TDX_IOMMU_ECMD_TIMEOUT", "")]
    [InlineData(0xC0000F1500000007, "unknown", "details 0x7")]
    [InlineData(0xC0000B0D00000001, "TDX_EPT_ENTRY_STATE_INCORRECT", "operand RCX")]
    [InlineData(0xC0000B0D00000000, "TDX_EPT_ENTRY_STATE_INCORRECT", "")]
    [InlineData(0xC0000B0600000003, "TDX_GPA_RANGE_NOT_BLOCKED", "operand RBX")]
    [InlineData(0xC000090880000008, "TDX_CPUID_LEAF_NOT_SUPPORTED", "CPUID leaf 0x80000008")]
    [InlineData(0xC000091200000401, "TDX_SMRR_OVERLAPS_CMR", "SMRR 1, CMR 4")]
    [InlineData(0x8000051200030000, "TDX_UPDATE_COMPATIBILITY_SENSITIVE", "3 TDs are being built")]
    [InlineData(0x8000051200020001, "TDX_UPDATE_COMPATIBILITY_SENSITIVE", "2 migrations are interrupted")]
    [InlineData(0xE000062100000007, "TDX_X2APIC_ID_NOT_UNIQUE", "x2APIC id 0x7")]
    [InlineData(0xC000030600000001, "TDX_PAMT_PAGE_NOT_EMPTY", "page 1 of the pair")]
    [InlineData(0xE000010000000060, "TDX_OPERAND_INVALID", "operand TDMR_INFO_PA")]
    public void Explain_OfAStatus_GivesNameAndDetail(ulong value, string name, string detail)
    {
        SeamcallStatus status = SeamcallStatus.Explain(value);
        Assert.Equal((name, detail), (status.Name, status.Detail));
        Assert.NotEqual("", status.Meaning);
    }

    [Fact]
    public void Explain_OfAnything_HasAMeaning() =>
        Gen.ULong.Sample(value => SeamcallStatus.Explain(value) is { Name.Length: > 0, Meaning.Length: > 0 } status && status.Value == value && (!status.IsError || status.Remedy.Length > 0));

    [Fact]
    public void Explain_OfTheDocumentedTable_NamesEveryStatus()
    {
        string[] lines = [.. File.ReadAllLines(Testing.Repository.Data("seamcalls", "status.txt")).Where(line => !line.StartsWith('#'))];
        Assert.Equal(270, lines.Length);
        foreach (string[] parts in lines.Select(line => line.Split(' ')))
        {
            ulong value = ulong.Parse(parts[0].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            SeamcallStatus status = SeamcallStatus.Explain(value);
            Assert.Equal(parts[1], status.Name);
            Assert.True(SeamcallStatus.TryParse(parts[1], out ulong found) && found == value, parts[1]);

            // A sentence of its own, and what to do, for each: none falls back to what its class says.
            Assert.EndsWith(".", status.Meaning.TrimEnd(')'), StringComparison.Ordinal);
            Assert.EndsWith(".", status.Remedy, StringComparison.Ordinal);
            Assert.DoesNotContain("It speaks of", status.Meaning, StringComparison.Ordinal);
            Assert.DoesNotContain("Look it up", status.Remedy, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("0xc000050500000000", 0xC000050500000000)]
    [InlineData("0XC000_0505_0000_0001", 0xC000050500000001)]
    [InlineData("C000050500000000", 0xC000050500000000)]
    [InlineData("8000020200000000", 0x8000020200000000)]
    [InlineData("9223374244467965952", 0x8000020200000000)]
    [InlineData("ff", 255)]
    [InlineData("255", 255)]
    [InlineData("tdx_sys_busy", 0x8000020200000000)]
    [InlineData("SYS_BUSY", 0x8000020200000000)]
    [InlineData("TDX_NON_RECOVERABLE_TD", 0x6000000200000000)]
    [InlineData("TDX_SEAMCALL_UD", 0x8000FF0000000006)]
    [InlineData("P-SEAMLDR EBADHASH", 0x8000000000020001)]
    [InlineData("UNINITIALIZE_ERROR", ulong.MaxValue)]
    public void TryParse_AStatusAsPeopleWriteIt_IsUnderstood(string text, ulong value)
    {
        Assert.True(SeamcallStatus.TryParse(text, out ulong parsed));
        Assert.Equal(value, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("-1")]
    [InlineData("c000_0505")]
    [InlineData("0x1_0000_0000_0000_0000")]
    [InlineData("18446744073709551616")]
    [InlineData("TDX_")]
    public void TryParse_AnythingElse_IsRefused(string text) => Assert.False(SeamcallStatus.TryParse(text, out _));

    [Fact]
    public void Explain_OfCpuidMismatch_NamesBitsAndWhatTheyMustBe() => Assert.Equal("CPUID leaf 0x7, sub-leaf 0x1, EBX bits 0x200000 must be 0x200000, EDX bits 0x3 must be 0x1",
        SeamcallStatus.Explain(0xC000090000000000, SeamcallLeaf.SysInit, new Dictionary<string, ulong>
        {
            ["RCX"] = 0x1_0000_0007,
            ["RDX"] = 0x20_0000_0000_0000,
            ["R8"] = 0x3_0000_0000,
            ["R9"] = 0x20_0000_0000_0000,
            ["R10"] = 0x1_0000_0000,
        }).Detail);

    [Theory]
    [InlineData(0xC000050500000000)]
    [InlineData(0x8000020200000000)]
    [InlineData(0x8000020300000000)]
    [InlineData(0xC000090000000000)]
    [InlineData(0xC000092100000122)]
    [InlineData(0xC0000A0200000000)]
    [InlineData(0xC0000A2200000000)]
    [InlineData(0x8000FF00FFFF0000)]
    public void Explain_OfAnInitialisationFailure_HasItsOwnMeaningAndRemedy(ulong value)
    {
        SeamcallStatus status = SeamcallStatus.Explain(value);
        Assert.DoesNotContain("It speaks of", status.Meaning, StringComparison.Ordinal);
        Assert.DoesNotContain("Look it up", status.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OfNotReadyOnSysRd_BlamesAnOldModule()
    {
        Assert.Contains("1.0 module", SeamcallStatus.Explain(0xC000050500000000, SeamcallLeaf.SysRd).Meaning, StringComparison.Ordinal);
        Assert.DoesNotContain("1.0 module", SeamcallStatus.Explain(0xC000050500000000, 40).Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_OfCpuidMismatch_NamesTheLeafInRcx() =>
        Assert.Equal("CPUID leaf 0x7", new FailedSeamcall(33, 0xC000090000000000, new Dictionary<string, ulong> { ["RCX"] = 7 }).Explain().Detail);

    [Theory]
    [InlineData(33, "TDH.SYS.INIT")]
    [InlineData(34, "TDH.SYS.RD")]
    [InlineData(35, "TDH.SYS.LP.INIT")]
    [InlineData(37, "TDH.SYS.RDALL")]
    [InlineData(45, "TDH.SYS.CONFIG")]
    [InlineData(0x1002D, "TDH.SYS.CONFIG")] // version 1
    [InlineData(69, "TDH.SYS.DISABLE")]
    [InlineData(83, "TDH.IMPORT.MEM")]
    [InlineData(166, "TDH.DEVIF.MT.RD")]
    [InlineData(999, "leaf 999")]
    [InlineData(0x8000000000000000, "SEAMLDR.INFO")]
    [InlineData(0x8000000000000009, "P-SEAMLDR leaf 0x8000000000000009")]
    public void NameOf_ALeaf_IsTheSpecifications(ulong leaf, string name) => Assert.Equal(name, SeamcallLeaf.NameOf(leaf));
}
