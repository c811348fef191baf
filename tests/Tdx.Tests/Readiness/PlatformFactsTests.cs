using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Readiness;

/// <summary>What the checks make of registers, KVM and services.</summary>
public sealed class PlatformFactsTests
{
    [Theory]
    [InlineData(0x20_0000_001FUL, CheckOutcome.Passed, CheckOutcome.Passed)]
    [InlineData(0x01_0000_003FUL, CheckOutcome.Passed, CheckOutcome.Failed)]
    [InlineData(0x00_0000_003FUL, CheckOutcome.Failed, CheckOutcome.Failed)]
    public void Run_OfTheKeyIdRegister_JudgesTdxAndItsKeyIds(ulong value, CheckOutcome tdx, CheckOutcome keyIds)
    {
        Verdict verdict = Run(platform => platform with { KeyIdPartitioning = Known(value, "MSR 0x87") });
        Assert.Equal((tdx, keyIds), (Find(verdict, "bios.tdx").Outcome, Find(verdict, "bios.keyids").Outcome));
        Assert.Contains($"IA32_MKTME_KEYID_PARTITIONING is {Hex.Plain(value)}", Find(verdict, "bios.keyids").Evidence, StringComparison.Ordinal);
        Assert.Contains("(MSR 0x87)", Find(verdict, "bios.keyids").Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x5_0016_0000_0003UL, CheckOutcome.Passed)]
    [InlineData(0x5_0016_0000_0001UL, CheckOutcome.Failed)]
    public void Run_OfTheTmeRegister_JudgesEncryption(ulong value, CheckOutcome outcome) =>
        Assert.Equal(outcome, Find(Run(platform => platform with { TmeActivate = Known(value, "MSR 0x982") }), "bios.tme").Outcome);

    // The base is that of canonical/tdx issue 425, whose lock bit stayed 0.
    [Theory]
    [InlineData(0x3F_FE00_0008UL, 0xF_FFFF_FE00_0C00UL, CheckOutcome.Passed, "locked")]
    [InlineData(0x3F_FE00_0008UL, 0xF_FFFF_FE00_0800UL, CheckOutcome.Failed, "not locked")]
    [InlineData(0x3F_FE00_0008UL, 0xF_FFFF_FE00_0400UL, CheckOutcome.Failed, "not enabled")]
    [InlineData(0UL, 0UL, CheckOutcome.Failed, "not configured")]
    public void Run_OfTheSeamRegisters_JudgesTheRange(ulong start, ulong mask, CheckOutcome outcome, string seen)
    {
        Check check = Find(Run(platform => platform with { SeamrrBase = Known(start, "MSR 0x1400"), SeamrrMask = Known(mask, "MSR 0x1401") }), "bios.seamrr");
        Assert.Equal(outcome, check.Outcome);
        Assert.Contains(seen, check.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, CheckOutcome.Passed)]
    [InlineData(31, CheckOutcome.Warning)]
    public void Run_OfKeyIdsInUse_WarnsWhenNoneIsLeft(long used, CheckOutcome outcome)
    {
        Check check = Find(Run(platform => platform with { KeyIdsInUse = Known(used, "misc.current") }), "kvm.keyids");
        Assert.Equal(outcome, check.Outcome);
        Assert.Contains($"{used} of 31", check.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAFailedUpdate_WarnsWithItsError()
    {
        Check check = Find(Run(platform => platform with { ModuleUpdate = Known(new ModuleUpdateNode("idle", "programming:firmware-invalid"), "/sys/class/firmware/tdx_module") }), "module.updates");
        Assert.Equal(CheckOutcome.Warning, check.Outcome);
        Assert.Contains("programming:firmware-invalid", check.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, CheckOutcome.Passed)]
    [InlineData(2, CheckOutcome.Warning)]
    public void Run_OfOfflineMemory_Warns(int offline, CheckOutcome outcome) => Assert.Equal(
        outcome, Find(Run(platform => platform with { MemoryBlocks = Known(new MemoryBlocks(new ByteSize(128 << 20), 64, offline), "sysfs") }), "memory.blocks").Outcome);

    [Theory]
    [InlineData("qgsd running|pccs running", CheckOutcome.Passed, CheckOutcome.Passed)]
    [InlineData("qgsd installed|pccs installed", CheckOutcome.Warning, CheckOutcome.Warning)]
    [InlineData("", CheckOutcome.Warning, CheckOutcome.Skipped)]
    public void Run_OfServices_NeverFailsTheHost(string services, CheckOutcome quoting, CheckOutcome caching)
    {
        Verdict verdict = Run(platform => platform with { AttestationServices = Known<IReadOnlyList<string>>(services.Split('|', StringSplitOptions.RemoveEmptyEntries), "systemd") });
        Assert.Equal((quoting, caching), (Find(verdict, "attestation.qgs").Outcome, Find(verdict, "attestation.pccs").Outcome));
        Assert.Equal(TdxState.Ready, verdict.State);
    }

    [Fact]
    public void Run_OfASnapshotOfSchema1_SkipsWhatItCannotHold()
    {
        Verdict verdict = ReadinessChecks.Run(TestSnapshots.WorkingHost() with { Schema = 1, Platform = null });
        Assert.Equal(TdxState.Ready, verdict.State);
        Assert.Equal(CheckOutcome.Skipped, Find(verdict, "attestation.qgs").Outcome);
        Assert.Contains("Update the probe", Find(verdict, "attestation.qgs").Evidence, StringComparison.Ordinal);
    }

    private static Reading<T> Known<T>(T value, string source) => Reading.Known(value, Provenance.Kernel, source);

    private static Verdict Run(Func<PlatformFacts, PlatformFacts> change)
    {
        Snapshot host = TestSnapshots.WorkingHost();
        return ReadinessChecks.Run(host with { Platform = change(host.Platform!) });
    }

    private static Check Find(Verdict verdict, string id) => verdict.Checks.Single(check => check.Id == id);
}
