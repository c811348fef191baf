using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Readiness;

/// <summary>Each cause that a kernel log can tell, told by the log alone: nothing else is known of the machine.</summary>
public sealed class LoggedCauseTests
{
    [Theory]
    [InlineData("10-not-enabled-by-bios.txt", "bios.tdx", "not enabled by BIOS. (kernel log)")]
    [InlineData("05-silent.txt", "module.initialized", "the log tells the KeyIDs and nothing after them")]
    [InlineData("06-keyid-64-128.txt", "module.initialized", "the log tells the KeyIDs and nothing after them")]
    [InlineData("25-mainline-6.16.txt", "module.initialized", "the log tells the KeyIDs and nothing after them")]
    [InlineData("03-module-1.0-no-sysrd.txt", "module.version", "TDH.SYS.RD of field 0x9100000100000008 (MAX_TDMRS) failed with TDX_SYS_NOT_READY (0xc000050500000000): The TDX module is too old")]
    [InlineData("04-spr-sysrd-fails.txt", "module.version", "TDH.SYS.RD of field 0x9100000100000008 (MAX_TDMRS) failed with TDX_SYS_NOT_READY (0xc000050500000000): The TDX module is too old")]
    [InlineData("01b-emr-reserved-areas-exhausted.txt", "memory.reserved-areas", "initialization failed: TDMR [0x0, 0x80000000): reserved areas exhausted. (kernel log)")]
    [InlineData("02-gnr-hpe-dl380a-gen12.txt", "memory.reserved-areas", "initialization failed: TDMR [0x40000000, 0x80000000): reserved areas exhausted. (kernel log)")]
    [InlineData("07-dell-r760-module-not-loaded.txt", "module.loaded", "module not loaded (kernel log)")]
    [InlineData("09-sys-init-msr.txt", "module.seamcalls", "TDH.SYS.INIT failed with TDX_INCORRECT_MSR_VALUE (0xc000092100000122, MSR 0x122 (IA32_TSX_CTRL))")]
    [InlineData("22b-lkml-2024-no-rbp-mod.txt", "module.no-rbp-mod", "NO_RBP_MOD feature is not supported (kernel log)")]
    [InlineData("34-seamcall-page-metadata.txt", "module.seamcalls", "TDH.PHYMEM.PAGE.RECLAIM failed with TDX_PAGE_METADATA_INCORRECT (0xc000030000000001")]
    public void Run_OfACapture_NamesItsCause(string capture, string id, string evidence) => AssertFails(id, evidence, File.ReadAllLines(Repository.Data("captures", capture)));

    // The formats of arch/x86/virt/vmx/tdx/tdx.c, arch/x86/kvm/vmx/tdx.c, machine_kexec_64.c and mce/core.c, where no capture has the line.
    [Theory]
    [InlineData("memory.tdmrs", "virt/tdx: initialization failed: TDMRs exhausted.", "virt/tdx: module initialization failed (-28)")]
    [InlineData("memory.pamt-memory", "virt/tdx: TDX-Module initialization failed (-12)")]
    [InlineData("memory.pamt-memory", "virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: module initialization failed (-12)", "kvm_intel: Failed to initialize TDX module.")]
    [InlineData("memory.private-errors", "mce: [Hardware Error]: Machine Check: TDX private memory error. Possible kernel bug.")]
    [InlineData("kernel.hibernation", "virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: initialization failed: Hibernation support is enabled")]
    [InlineData("platform.cpu-features", "virt/tdx: MOVDIR64B is required for TDX")]
    [InlineData("platform.cpu-features", "kvm_intel: Self-snoop is required for TDX")]
    [InlineData("platform.cpu-features", "kvm_intel: tdx: OSXSAVE is required for TDX")]
    [InlineData("platform.bare-metal", "tdx: Guest detected")]
    [InlineData("bios.tdx", "virt/tdx: TDX not supported by the host platform")]
    [InlineData("bios.tdx", "kvm_intel: tdx: no TDX private KeyIDs available")]
    [InlineData("bios.keyids", "virt/tdx: BIOS enabled: private KeyID range [32, 33)", "virt/tdx: initialization failed: too few private KeyIDs available.")]
    [InlineData("bios.tme", "x86/tme: not enabled by BIOS")]
    [InlineData("kvm.prerequisites", "kvm_intel: EPT is required for TDX")]
    [InlineData("kvm.prerequisites", "kvm_intel: TDP MMU and MMIO caching and EPT A/D bit is required for TDX")]
    [InlineData("kvm.prerequisites", "kvm_intel: APICv is required for TDX")]
    [InlineData("kvm.prerequisites", "kvm_intel: tdx: tdx requires kvm.enable_virt_at_load=1")]
    [InlineData("kvm.prerequisites", "kvm_intel: Disable TDX: MAX_VCPU_PER_TD (64) smaller than number of logical CPUs (128).")]
    [InlineData("kvm.prerequisites", "TDX requires TDP MMU.  Please enable TDP MMU for TDX.")]
    public void Run_OfALine_NamesItsCause(string id, params string[] lines) => AssertFails(id, "(kernel log)", lines);

    [Fact]
    public void Run_OfARefusedKexec_Warns()
    {
        Verdict verdict = Run("kexec: Not allowed on platform with tdx_pw_mce bug");
        Check check = Find(verdict, "kernel.kexec");
        Assert.Equal((CheckOutcome.Warning, false), (check.Outcome, check.Mandatory));
        Assert.Contains(verdict.TopFailures(9), top => top.Id == "kernel.kexec");
    }

    [Fact]
    public void Run_OfTheLineOnAcpiS3_SaysWhatWonAndThatHibernationIsOff()
    {
        Verdict verdict = Run("virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: Disable ACPI S3. Turn off TDX in the BIOS to use ACPI S3.");
        Assert.Equal((CheckOutcome.Passed, false), (Find(verdict, "kernel.acpi-s3").Outcome, Find(verdict, "kernel.acpi-s3").Mandatory));
        Assert.StartsWith("Disable ACPI S3", Find(verdict, "kernel.acpi-s3").Evidence, StringComparison.Ordinal);
        Assert.Equal(CheckOutcome.Passed, Find(verdict, "kernel.hibernation").Outcome);
    }

    [Theory]
    [InlineData("ro quiet", CheckOutcome.Failed, "does not set kvm_intel.tdx")]
    [InlineData("ro kvm_intel.tdx=0", CheckOutcome.Failed, "kvm_intel.tdx=0 is on the kernel command line")]
    [InlineData("kvm_intel.tdx=1 kvm-intel.tdx=off", CheckOutcome.Failed, "kvm-intel.tdx=off is on")]
    [InlineData("kvm_intel.tdx=N kvm_intel.tdx=on nohibernate", CheckOutcome.Passed, "kvm_intel.tdx=on is on")]
    [InlineData("kvm_intel.tdx", CheckOutcome.Passed, "kvm_intel.tdx is on")]
    public void Run_OfASilentLogAndACommandLine_JudgesTheSwitch(string line, CheckOutcome outcome, string evidence)
    {
        Snapshot host = LogAlone("virt/tdx: BIOS enabled: private KeyID range [32, 64)");
        Verdict verdict = ReadinessChecks.Run(host with { Host = host.Host with { KernelCommandLine = Reading.Known(line, Provenance.ReportedByFile, "kernel log") } });
        Assert.Equal(TdxState.NotInitialized, verdict.State);
        Assert.Equal(outcome, Find(verdict, "kvm.tdx").Outcome);
        Assert.Contains(evidence, Find(verdict, "kvm.tdx").Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("12-spr-256g-complete.txt")]
    [InlineData("17-2310-readme-1tb.txt")]
    [InlineData("19-619-generic.txt")]
    [InlineData("23-lkml-2026-version-print.txt")]
    public void Run_OfASuccessfulCapture_FindsNothingWrong(string capture)
    {
        Verdict verdict = Run(File.ReadAllLines(Repository.Data("captures", capture)));
        Assert.Equal(TdxState.Ready, verdict.State);
        Assert.DoesNotContain(verdict.Checks, check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Warning);
    }

    [Fact]
    public void Run_OfASeamcallAtRunTime_DoesNotSayThatInitialisationFailed()
    {
        Verdict verdict = Run("virt/tdx: module initialized", "virt/tdx: SEAMCALL (0x000000000000001c) failed: 0xc000030000000001");
        Assert.Equal(TdxState.Ready, verdict.State);
        Assert.Equal((CheckOutcome.Failed, false), (Find(verdict, "module.seamcalls").Outcome, Find(verdict, "module.seamcalls").Mandatory));
    }

    [Fact]
    public void Groups_OfAnyVerdict_AreThePartsOfAHostInOrder()
    {
        Verdict verdict = Run("virt/tdx: module not loaded");
        Assert.Equal(["platform", "bios", "kernel", "module", "memory", "kvm", "attestation"], verdict.Groups.Select(group => group.Id));
        Assert.Equal(verdict.Checks, verdict.Groups.SelectMany(group => group.Checks));
        CheckGroup module = verdict.Groups.Single(group => group.Id == "module");
        Assert.Equal((CheckOutcome.Failed, 1, "TDX module"), (module.Outcome, module.Count(CheckOutcome.Failed), module.Title));
        Assert.Equal(CheckOutcome.Skipped, verdict.Groups.Single(group => group.Id == "platform").Outcome);
    }

    private static void AssertFails(string id, string evidence, params string[] lines)
    {
        Verdict verdict = Run(lines);
        Check check = Find(verdict, id);
        Assert.Equal(CheckOutcome.Failed, check.Outcome);
        Assert.Contains(evidence, check.Evidence, StringComparison.Ordinal);
        Assert.True(check is { Why.Length: > 0, Remedy.Length: > 0 });
        Assert.Contains(verdict.TopFailures(3), top => top.Id == id);
        Assert.DoesNotContain(verdict.Checks, other => other.Outcome == CheckOutcome.Failed && other.Id != id && !Follows(other, check));
    }

    // A fact that the cause has for its consequence, or the same call seen as a failed SEAMCALL.
    private static bool Follows(Check other, Check cause) => other.Id == "module.initialized" || (other.Id == "module.seamcalls" && cause.Id == "module.version");

    private static Verdict Run(params string[] lines) => ReadinessChecks.Run(LogAlone(lines));

    private static Check Find(Verdict verdict, string id) => verdict.Checks.Single(check => check.Id == id);

    private static Snapshot LogAlone(params string[] lines)
    {
        Snapshot host = TestSnapshots.VirtualMachine();
        const string file = "imported file", why = "The file does not say.";
        return (host with
        {
            Origin = Origin.File,
            Host = host.Host with
            {
                Cpu = Reading.NotOffered<CpuFacts>(file, why),
                KernelRelease = Reading.NotOffered<string>(file, why),
                KernelCommandLine = Reading.NotOffered<string>(file, why),
            },
            Layout = host.Layout with { Layout = Reading.NotOffered<Tdx.Layout.TdmrLayout>(file, why) },
        }).WithLog([.. KernelLogFacts.TdxLines(lines)]);
    }
}
