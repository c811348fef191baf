using CsCheck;
using TdxDash.Tdx.KernelLog;

namespace TdxDash.Tdx.Tests.KernelLog;

public sealed class KernelLogFactsTests
{
    [Theory]
    [InlineData("[    1.630945] virt/tdx: module initialized")]
    [InlineData("[    1.630945][    T1] virt/tdx: module initialized")]
    [InlineData("[Tue Mar 21 09:40:00 2023] virt/tdx: module initialized")]
    [InlineData("virt/tdx: module initialized\r")]
    [InlineData("<6>[    1.630945] virt/tdx: module initialized")]
    [InlineData("kern  :info  : [    1.630945] virt/tdx: module initialized")]
    [InlineData("Mar 21 09:40:00 rack1-a07 kernel: virt/tdx: module initialized")]
    [InlineData("2026-03-21T09:40:00+0000 rack1-a07 kernel: virt/tdx: module initialized")]
    [InlineData("[    1.630945] rack1-a07 kernel: virt/tdx: module initialized")]
    [InlineData("6,1234,567890,-;virt/tdx: module initialized\n SUBSYSTEM=cpu\n DEVICE=+cpu:0")]
    public void TdxLines_OfEveryForm_GivesTheKernelsText(string log)
    {
        Assert.Equal(["virt/tdx: module initialized"], KernelLogFacts.TdxLines(log));
        Assert.Equal(["virt/tdx: module initialized"], KernelLogFacts.TdxLines(new StringReader(log)));
        Assert.Equal(["virt/tdx: module initialized"], KernelLogFacts.TdxLines([log]));
    }

    [Theory]
    [InlineData("kvm_intel: tdx: no TDX private KeyIDs available", true)]
    [InlineData("kvm_intel: EPT is required for TDX", true)]
    [InlineData("kvm_intel: VMX not supported by CPU 3", false)]
    [InlineData("seamldr: SEAMCALL (0x8000000000000001) failed: 0x8000000000020001", true)]
    [InlineData("mce: [Hardware Error]: TDX private memory error. Possible kernel bug.", true)]
    [InlineData("usb 1-1: tdx: not the kernel's", false)]
    [InlineData("build_date: 20220420", false)]
    [InlineData("# virt/tdx: a comment", false)]
    [InlineData("", false)]
    public void TdxLines_OfOtherParts_KeepsTheLinesOfTdx(string line, bool kept) => Assert.Equal(kept, KernelLogFacts.TdxLines(line).Count == 1);

    [Fact]
    public void TdxLines_OfTooManyLines_KeepsTheFirstAndTheLastHalf()
    {
        IReadOnlyList<string> kept = KernelLogFacts.TdxLines(Enumerable.Range(0, 5_000).Select(i => $"virt/tdx: line {i}"));
        Assert.Equal(KernelLogLines.MaxLines, kept.Count);
        Assert.Equal(["virt/tdx: line 0", "virt/tdx: line 999", "virt/tdx: line 4000", "virt/tdx: line 4999"], [kept[0], kept[999], kept[1000], kept[^1]]);
    }

    [Fact]
    public void TdxLines_OfAnEndlessLine_CutsIt()
    {
        string line = "[    1.0] virt/tdx: " + new string('x', 100_000);
        Assert.Equal(KernelLogLines.MaxLineLength, Assert.Single(KernelLogFacts.TdxLines(line)).Length);
        Assert.Equal(KernelLogLines.MaxLineLength, Assert.Single(KernelLogFacts.TdxLines(new StringReader(line))).Length);
    }

    [Fact]
    public void TdxLines_OfAGibibyte_HoldsTheResultAlone()
    {
        using var log = new EndlessLog(1L << 30);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["virt/tdx: module initialized"], KernelLogFacts.TdxLines(log));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void TdxLines_OfBinaryContent_IsPrintable() =>
        Assert.Equal(["virt/tdx: a\uFFFDb\uFFFD"], KernelLogFacts.TdxLines("\0\x01\nvirt/tdx: a\0b\uD800\n\uFFFD\uFFFD"));

    [Fact]
    public void TdxLinesAndFrom_OfAnything_NeverThrow()
    {
        Gen<string> piece = Gen.OneOf(Gen.String, Pieces("virt/tdx: ", "tdx: ", "CMR: [0x", "0x0)", "SEAMCALL (0x", ") failed: 0x", "RCX 0x", "build date ", "99999999999", "\n", "[ ", "] ", "6,1,2,-;",
            "private KeyID range [", " KB allocated for PAMT", "TDX module 1.5.", "TDX module: attributes 0x0, vendor_id 0x8086, major_version 99999, minor_version 5, build_date 0, build_num 99999"));
        piece.Array[0, 12].Sample(pieces =>
        {
            IReadOnlyList<string> lines = KernelLogFacts.TdxLines(string.Concat(pieces));
            return KernelLogFacts.From(lines).Cmrs.All(cmr => cmr.Size.Bytes > 0);
        });
    }

    [Theory]
    [InlineData("virt/tdx: Module version: 1.5.08", 1, 5, 8)]
    [InlineData("virt/tdx: TDX module version: 1.5.24", 1, 5, 24)]
    [InlineData("virt/tdx: module verson: 1.5.1.0", 1, 5, 1)]
    [InlineData("virt/tdx: TDX module 1.5.06.00, build number 744, build date 0134d817", 1, 5, 6)]
    public void From_VersionLine_IsUnderstood(string line, int major, int minor, int update) => Assert.Equal((major, minor, update), KernelLogFacts.From([line]).Version);

    [Theory]
    [InlineData("virt/tdx: initialization failed: too few private KeyIDs available.", false)]
    [InlineData("virt/tdx: initialization failed: Hibernation support is enabled", false)]
    [InlineData("virt/tdx: initialization failed: TDMRs exhausted.", false)]
    [InlineData("virt/tdx: TDX-Module initialization failed (-5)", false)]
    [InlineData("kvm_intel: Failed to initialize TDX module.", false)]
    [InlineData("virt/tdx: TDX not supported by the host platform", null)]
    [InlineData("virt/tdx: MOVDIR64B is required for TDX", null)]
    [InlineData("kvm_intel: tdx: tdx requires kvm.enable_virt_at_load=1", null)]
    [InlineData("kvm_intel: Disable TDX: MAX_VCPU_PER_TD (64) smaller than number of logical CPUs (128).", null)]
    [InlineData("virt/tdx: frame pointer (RBP) clobber bug present, upgrade TDX module", null)]
    public void From_FailureLine_IsAFailure(string line, bool? initialized)
    {
        KernelLogFacts facts = KernelLogFacts.From([line]);
        Assert.Equal(initialized, facts.Initialized);
        Assert.EndsWith(Assert.Single(facts.Failures), line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("virt/tdx: Disable ACPI S3. Turn off TDX in the BIOS to use ACPI S3.")]
    [InlineData("virt/tdx: consumed TDMRs reaching limit: 61 used out of 64")]
    [InlineData("virt/tdx: TDMR [0x0, 0x80000000): unable to find local NUMA node for PAMT allocation, fallback to use node 0.")]
    public void From_Warning_IsNoFailure(string line) => Assert.Empty(KernelLogFacts.From([line]).Failures);

    [Fact]
    public void From_SecondBoot_ForgetsTheFirst()
    {
        KernelLogFacts facts = KernelLogFacts.From(
        [
            "virt/tdx: BIOS enabled: private KeyID range [16, 32)", "virt/tdx: CMR: [0x100000, 0x200000)", "virt/tdx: module initialization failed (-5)",
            "virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: module initialized",
        ]);
        Assert.Equal((32u, 64u), facts.PrivateKeyIds);
        Assert.True(facts.Initialized);
        Assert.Empty(facts.Failures);
        Assert.Empty(facts.Cmrs);
    }

    [Fact]
    public void From_CmrThatRunsBackwards_IsPassedOver() => Assert.Empty(KernelLogFacts.From(["virt/tdx: CMR: [0x200000, 0x100000)", "virt/tdx: CMR: [0x0, 0xffffffffffffffff)"]).Cmrs);

    private static Gen<string> Pieces(params string[] pieces) => Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]);

    /// <summary>A log of one gibibyte: lines of other parts, one line without an end, and one line of TDX.</summary>
    private sealed class EndlessLog(long length) : TextReader
    {
        private long _given;

        public override int Read(char[] buffer, int index, int count) => Fill(buffer.AsSpan(index, count));

        private int Fill(Span<char> buffer)
        {
            if (_given >= length)
            {
                return 0;
            }

            buffer.Fill('y');
            if (_given == 0)
            {
                "usb 1-1: new device\nvirt/tdx: module initialized\nnoise ".CopyTo(buffer);
            }

            _given += buffer.Length;
            return buffer.Length;
        }
    }
}
