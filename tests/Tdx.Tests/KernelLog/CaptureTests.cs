using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.KernelLog;

/// <summary>Real kernel logs. Figures are asserted on captures marked EXACT, structure on the others.</summary>
public sealed class CaptureTests
{
    [Fact]
    public void From_01_FindsKeyIdsModuleAndFiveCmrs()
    {
        KernelLogFacts facts = Read("01-emr-fox-creek-pass.txt");
        Assert.NotNull(facts.PrivateKeyIds);
        Assert.NotNull(facts.BuildDate);
        Assert.Equal(5, facts.Cmrs.Count);
        Assert.Null(facts.Initialized);
        Assert.Empty(facts.Failures);
    }

    [Fact]
    public void From_01b_FindsExhaustedReservedAreas()
    {
        KernelLogFacts facts = Read("01b-emr-reserved-areas-exhausted.txt");
        Assert.False(facts.Initialized);
        Assert.Equal(["initialization failed: TDMR [0x0, 0x80000000): reserved areas exhausted.", "module initialization failed (-28)"], facts.Failures);
    }

    [Fact]
    public void From_02_DecodesVersionAndHexadecimalDate()
    {
        KernelLogFacts facts = Read("02-gnr-hpe-dl380a-gen12.txt");
        Assert.Equal((32u, 64u), facts.PrivateKeyIds);
        Assert.Equal((2, 0, 8), facts.Version);
        Assert.Equal(882, facts.BuildNumber);
        Assert.Equal(new DateOnly(2025, 3, 25), facts.BuildDate);
        Assert.False(facts.Initialized);
        Assert.Contains("TDMR [0x40000000, 0x80000000): reserved areas exhausted.", facts.Failures[0], StringComparison.Ordinal);
        Assert.Null(facts.PamtKiB);
    }

    [Fact]
    public void From_03_FindsTheFailedReadOfA10Module()
    {
        KernelLogFacts facts = Read("03-module-1.0-no-sysrd.txt");
        Assert.Equal((1, 0, null), facts.Version);
        Assert.Equal((457, new DateOnly(2023, 2, 6)), (facts.BuildNumber, facts.BuildDate));
        Assert.Equal((0x8086u, 0u), (facts.VendorId, facts.Attributes));
        Assert.Equal(new AddressRange(0x10000000000, 0x10080000000), facts.Cmrs[^1]);
        Assert.Equal(4, facts.Cmrs.Count);
        FailedSeamcall failed = Assert.Single(facts.FailedSeamcalls);
        Assert.Equal((34UL, 0xC000050500000000UL), (failed.Leaf, failed.Status));
        Assert.Equal(["R10", "R11", "R8", "R9", "RCX", "RDX"], failed.Registers.Keys.Order());
        Assert.Equal(0x9100000100000008UL, failed.Registers["RDX"]);
        Assert.Contains("too old", failed.Explain().Meaning, StringComparison.Ordinal);
        Assert.False(facts.Initialized);
        Assert.Equal(["SEAMCALL (0x0000000000000022) failed: 0xc000050500000000", "module initialization failed (-5)", "Failed to initialize TDX module."], facts.Failures);
    }

    [Fact]
    public void From_04_FindsTheFailedRead()
    {
        KernelLogFacts facts = Read("04-spr-sysrd-fails.txt");
        Assert.Equal((1u, 128u), facts.PrivateKeyIds);
        Assert.Equal(34UL, Assert.Single(facts.FailedSeamcalls).Leaf);
        Assert.Null(facts.Version);
        Assert.False(facts.Initialized);
    }

    [Theory]
    [InlineData("05-silent.txt", 32u, 64u)]
    [InlineData("06-keyid-64-128.txt", 64u, 128u)]
    [InlineData("25-mainline-6.16.txt", 32u, 64u)]
    public void From_LogThatEndsAtTheKeyIds_KnowsNothingOfInitialisation(string file, uint start, uint end)
    {
        KernelLogFacts facts = Read(file);
        Assert.Equal((start, end), facts.PrivateKeyIds);
        Assert.Null(facts.Initialized);
        Assert.Empty(facts.Failures);
    }

    [Fact]
    public void From_07_FindsThatTheModuleIsNotLoaded()
    {
        KernelLogFacts facts = Read("07-dell-r760-module-not-loaded.txt");
        Assert.NotNull(facts.PrivateKeyIds);
        Assert.Equal(["module not loaded"], facts.Failures);
        Assert.Null(facts.Initialized);
    }

    [Fact]
    public void From_09_FindsTheOutOfTreeSeamcall()
    {
        KernelLogFacts facts = Read("09-sys-init-msr.txt");
        FailedSeamcall failed = Assert.Single(facts.FailedSeamcalls);
        Assert.Equal((33UL, 0xC000092100000122UL), (failed.Leaf, failed.Status));
        Assert.Equal(["R10", "R11", "R8", "R9", "RCX", "RDX"], failed.Registers.Keys.Order());
        Assert.Equal("MSR 0x122 (IA32_TSX_CTRL)", failed.Explain().Detail);
        Assert.Null(facts.Initialized);
    }

    [Fact]
    public void From_10_FindsThatTheBiosDidNotEnableIt()
    {
        KernelLogFacts facts = Read("10-not-enabled-by-bios.txt");
        Assert.Equal((1u, 64u), facts.PrivateKeyIds);
        Assert.Equal(["not enabled by BIOS."], facts.Failures);
    }

    [Fact]
    public void From_11_FindsThreeCmrsAndNoEnd()
    {
        KernelLogFacts facts = Read("11-spr-256g-a.txt");
        Assert.Equal(3, facts.Cmrs.Count);
        Assert.Null(facts.PamtKiB);
        Assert.Null(facts.Initialized);
    }

    [Theory]
    [InlineData("12-spr-256g-complete.txt", 64u, 128u, 3, 698, 1_050_636)]
    [InlineData("13-spr-512g-4cmr.txt", 16u, 32u, 5, 698, 2_101_268)]
    [InlineData("15-2tb-two-nodes.txt", 32u, 64u, 3, 784, 8_396_820)]
    [InlineData("17-2310-readme-1tb.txt", 16u, 32u, 5, 481, 4_202_516)]
    public void From_SuccessfulUbuntuLog_FindsEveryFigure(string file, uint start, uint end, int cmrs, int build, int pamtKiB)
    {
        KernelLogFacts facts = Read(file);
        Assert.Equal((start, end), facts.PrivateKeyIds);
        Assert.Equal((1, 5, null), facts.Version);
        Assert.Equal(build, facts.BuildNumber);
        Assert.Equal(cmrs, facts.Cmrs.Count);
        Assert.Equal(new AddressRange(0x100000, 0x77800000), facts.Cmrs[0]);
        Assert.Equal((ulong)pamtKiB, facts.PamtKiB);
        Assert.True(facts.Initialized);
        Assert.Empty(facts.Failures);
    }

    [Theory]
    [InlineData("18-2404-readme.txt")]
    [InlineData("19-619-generic.txt")]
    public void From_SuccessfulShortLog_FindsPamt(string file)
    {
        Assert.Equal(1_050_644UL, Read(file).PamtKiB);
        Assert.True(Read(file).Initialized);
    }

    [Fact]
    public void From_21_FindsThePre20Module()
    {
        KernelLogFacts facts = Read("21-module-pre2.txt");
        Assert.Equal((2, 0, null), facts.Version);
        Assert.Equal((635, new DateOnly(2023, 11, 12)), (facts.BuildNumber, facts.BuildDate));
    }

    [Fact]
    public void From_22_UnderstandsTheMisspeltVersion()
    {
        KernelLogFacts facts = Read("22-lkml-2024-dev.txt");
        Assert.Equal((1, 5, 1), facts.Version);
        Assert.Equal(4_071_192UL, facts.PamtKiB);
        Assert.True(facts.Initialized);
    }

    [Fact]
    public void From_22b_FindsTheMissingFeature()
    {
        KernelLogFacts facts = Read("22b-lkml-2024-no-rbp-mod.txt");
        Assert.Equal((1, 5, 0), facts.Version);
        Assert.Equal("NO_RBP_MOD feature is not supported", facts.Failures[0]);
        Assert.False(facts.Initialized);
    }

    [Fact]
    public void From_23_UnderstandsTheProposedVersionLine()
    {
        KernelLogFacts facts = Read("23-lkml-2026-version-print.txt");
        Assert.Equal((1, 5, 24), facts.Version);
        Assert.Equal(1_034_220UL, facts.PamtKiB);
        Assert.True(facts.Initialized);
    }

    [Fact]
    public void From_24_FindsDynamicPamt()
    {
        KernelLogFacts facts = Read("24-dynamic-pamt.txt");
        Assert.True(facts.DynamicPamt);
        Assert.Equal(10_092UL, facts.PamtKiB);
        Assert.True(facts.Initialized);
    }

    [Fact]
    public void From_30_OldSysfsDump_IsNoLog()
    {
        KernelLogFacts facts = Read("30-sysfs-old-module.txt");
        Assert.Null(facts.BuildDate);
        Assert.Null(facts.Initialized);
    }

    [Fact]
    public void From_34_FindsThePageReclaimFailure()
    {
        FailedSeamcall failed = Assert.Single(Read("34-seamcall-page-metadata.txt").FailedSeamcalls);
        Assert.Equal("TDX_PAGE_METADATA_INCORRECT", failed.Explain().Name);
    }

    [Fact]
    public void TdxLines_OfEveryCapture_KeepsEveryLineOfTdxWithoutItsTime()
    {
        foreach (string file in Directory.GetFiles(Repository.Data("captures"), "*.txt"))
        {
            string text = File.ReadAllText(file);
            string[] expected = [.. text.Split('\n').Where(line => !line.StartsWith('#')).Select(line => line[(line.LastIndexOf(']', Math.Min(20, Math.Max(line.Length - 1, 0))) + 1)..].Trim())
                .Where(line => line.StartsWith("virt/tdx: ", StringComparison.Ordinal) || line.StartsWith("tdx: ", StringComparison.Ordinal) || line.StartsWith("kvm_intel: ", StringComparison.Ordinal))];
            Assert.Equal(expected, KernelLogFacts.TdxLines(text));
        }
    }

    private static KernelLogFacts Read(string file) => KernelLogFacts.From(KernelLogFacts.TdxLines(File.ReadAllText(Repository.Data("captures", file))));
}
