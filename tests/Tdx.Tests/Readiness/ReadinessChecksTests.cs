using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Readiness;

public sealed class ReadinessChecksTests
{
    [Fact]
    public void Run_OnAWorkingHost_IsReadyAndEveryCheckPasses()
    {
        Verdict verdict = ReadinessChecks.Run(TestSnapshots.WorkingHost());
        Assert.Equal(TdxState.Ready, verdict.State);
        Assert.Equal("TDX module 1.5.08 is initialised; 2 of 64 TDMRs and at most 2 of 16 reserved areas are needed.", verdict.Summary);
        Assert.Equal(["kernel.acpi-s3", "module.updates", "attestation.pccs"], verdict.Checks.Where(check => check.Outcome != CheckOutcome.Passed).Select(check => check.Id));
        Assert.All(verdict.Checks, check => Assert.True(check is { Title.Length: > 0, Evidence.Length: > 0, Why.Length: > 0, Remedy.Length: > 0 }, check.Id));
        Assert.Equal(verdict.Checks.Count, verdict.Checks.Select(check => check.Id).Distinct().Count());
        Assert.Empty(verdict.TopFailures(3));
    }

    [Fact]
    public void Run_OnAVirtualMachine_NamesTheCauseAndThreeRemedies()
    {
        Verdict verdict = ReadinessChecks.Run(TestSnapshots.VirtualMachine());
        Assert.Equal(TdxState.NoTdx, verdict.State);
        Assert.Equal("This is a virtual machine, and its CPU is not from Intel (AuthenticAMD): TDX needs a bare-metal Intel Xeon host.", verdict.Summary);
        Assert.Equal(["platform.vendor", "platform.bare-metal", "kernel.release"], verdict.TopFailures(3).Select(check => check.Id));
        Assert.All(verdict.TopFailures(3), check => Assert.NotEqual("", check.Remedy));
        Assert.Contains("AuthenticAMD", Find(verdict, "platform.vendor").Evidence, StringComparison.Ordinal);
        Assert.Contains("/proc/cpuinfo", Find(verdict, "platform.vendor").Evidence, StringComparison.Ordinal);
        Assert.All(verdict.Checks.Where(check => check.Id.StartsWith("module.", StringComparison.Ordinal) || check.Id.StartsWith("memory.", StringComparison.Ordinal)), check => Assert.Equal(CheckOutcome.Skipped, check.Outcome));
    }

    [Fact]
    public void Run_OnAFailedHost_GivesTheKernelsCause()
    {
        Verdict verdict = ReadinessChecks.Run(TestSnapshots.FailingHost());
        Assert.Equal(TdxState.Failed, verdict.State);
        Assert.StartsWith("initialization failed: TDMR [0x40000000, 0x80000000): reserved areas exhausted.", verdict.Summary, StringComparison.Ordinal);
        Assert.Equal(["memory.reserved-areas"], verdict.TopFailures(3).Select(check => check.Id));
        Assert.Contains("CMRs", verdict.TopFailures(1)[0].Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GenuineIntel", 207, "hypervisor", "6.19.0", "This is a virtual machine: TDX hosts run on bare metal.")]
    [InlineData("AuthenticAMD", 1, "", "6.19.0", "Not an Intel CPU (AuthenticAMD): TDX is a feature of Intel Xeon processors.")]
    [InlineData("GenuineIntel", 106, "vmx", "6.19.0", "The CPU is older than TDX: family 6, model 106")]
    [InlineData("GenuineIntel", 207, "", "6.19.0", "Virtualisation is off in the BIOS")]
    [InlineData("GenuineIntel", 207, "vmx", "6.1.0-37-amd64", "The kernel is too old for TDX: release 6.1.0-37-amd64 (uname).")]
    [InlineData("GenuineIntel", 207, "vmx", "6.19.0", "Firmware or kernel do not offer TDX")]
    [InlineData("GenuineIntel", 199, "vmx", "6.19.0", "Firmware or kernel do not offer TDX")]
    public void Run_OnAMachineWithoutTdx_NamesTheFirstCause(string vendor, int model, string flag, string release, string summary)
    {
        Snapshot host = TestSnapshots.VirtualMachine();
        CpuFacts cpu = host.Host.Cpu.Value with { Vendor = vendor, Family = 6, Model = model, TdxFlags = flag.Length == 0 ? [] : [flag] };
        host = host with { Host = host.Host with { Cpu = Reading.Known(cpu, Provenance.Kernel, "/proc/cpuinfo"), KernelRelease = Reading.Known(release, Provenance.Kernel, "uname") } };
        Verdict verdict = ReadinessChecks.Run(host);
        Assert.Equal(TdxState.NoTdx, verdict.State);
        Assert.StartsWith(summary, verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OnAnUnknownModel_SkipsThatCheckAlone()
    {
        Snapshot host = TestSnapshots.WorkingHost();
        host = host with { Host = host.Host with { Cpu = Reading.Known(host.Host.Cpu.Value with { Model = 250 }, Provenance.Kernel, "/proc/cpuinfo") } };
        Verdict verdict = ReadinessChecks.Run(host);
        Assert.Equal(CheckOutcome.Skipped, Find(verdict, "platform.cpu-model").Outcome);
        Assert.Equal(TdxState.Ready, verdict.State);
    }

    [Theory]
    [InlineData(14, 60, TdxState.Ready)]
    [InlineData(15, 2, TdxState.AtRisk)]
    [InlineData(16, 2, TdxState.AtRisk)]
    [InlineData(2, 61, TdxState.AtRisk)]
    public void Run_NearALimit_IsAtRiskFromTheKernelsThresholdOn(int reserved, int tdmrs, TdxState state) =>
        Assert.Equal(state, ReadinessChecks.Run(TestSnapshots.WorkingHost().WithLayout(reserved, tdmrs)).State);

    [Fact]
    public void Run_WithAPredictedFailureBeforeInitialisation_Fails()
    {
        Verdict verdict = ReadinessChecks.Run(Silent(TestSnapshots.WorkingHost()).WithLayout(19, 2, LayoutError.ENOSPC));
        Assert.Equal(TdxState.Failed, verdict.State);
        Assert.StartsWith("initialisation would fail with ENOSPC", verdict.Summary, StringComparison.Ordinal);
        Assert.Contains("19 of 16 reserved areas", verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithAPredictedFailureButAnInitialisedModule_IsAtRisk()
    {
        Verdict verdict = ReadinessChecks.Run(TestSnapshots.WorkingHost().WithLayout(19, 2, LayoutError.ENOSPC));
        Assert.Equal(TdxState.AtRisk, verdict.State);
        Assert.Equal(CheckOutcome.Warning, Find(verdict, "memory.reserved-areas").Outcome);
    }

    [Fact]
    public void Run_OfASilentLog_IsNotInitialized()
    {
        Verdict verdict = ReadinessChecks.Run(Silent(TestSnapshots.WorkingHost()));
        Assert.Equal(TdxState.NotInitialized, verdict.State);
        Assert.Equal(CheckOutcome.Failed, Find(verdict, "module.initialized").Outcome);
        Assert.Contains("nobody asked for TDX", verdict.Summary, StringComparison.Ordinal);
        Assert.True(HostSummary.From(Silent(TestSnapshots.WorkingHost())).IsStateKnown);
    }

    [Fact]
    public void Run_OfKvmWithoutTdx_NamesTheParameter()
    {
        Snapshot host = Silent(TestSnapshots.WorkingHost());
        host = host with { Kernel = host.Kernel with { KvmIntelTdx = Reading.Known(false, Provenance.Kernel, "/sys/module/kvm_intel/parameters/tdx") } };
        Verdict verdict = ReadinessChecks.Run(host);
        Assert.Equal(TdxState.NotInitialized, verdict.State);
        Assert.Equal("The TDX module is not initialised: kvm_intel.tdx is N (/sys/module/kvm_intel/parameters/tdx)", verdict.Summary);
    }

    [Theory]
    [InlineData("virt/tdx: module not loaded", "module.loaded")]
    [InlineData("virt/tdx: initialization failed: too few private KeyIDs available.", "bios.keyids")]
    [InlineData("virt/tdx: BIOS enabled: private KeyID range [32, 33)", "bios.keyids")]
    [InlineData("virt/tdx: frame pointer (RBP) clobber bug present, upgrade TDX module", "module.no-rbp-mod")]
    public void Run_OfAFailureLine_FailsItsCheck(string line, string id)
    {
        Verdict verdict = ReadinessChecks.Run(Silent(TestSnapshots.WorkingHost()).WithLog(line));
        Assert.Equal(TdxState.Failed, verdict.State);
        Assert.Equal(CheckOutcome.Failed, Find(verdict, id).Outcome);
        Assert.Contains(verdict.TopFailures(3), check => check.Id == id);
    }

    [Fact]
    public void Run_OfAFailedSeamcall_DecodesIt()
    {
        Verdict verdict = ReadinessChecks.Run(Silent(TestSnapshots.WorkingHost()).WithLog("virt/tdx: SEAMCALL (0x0000000000000021) failed: 0xc000092100000122", "virt/tdx: module initialization failed (-5)"));
        Assert.Equal(TdxState.Failed, verdict.State);
        Assert.StartsWith("TDH.SYS.INIT failed with TDX_INCORRECT_MSR_VALUE (0xc000092100000122, MSR 0x122 (IA32_TSX_CTRL))", verdict.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithAnotherPamtThanTheKernels_SaysBoth()
    {
        Snapshot host = TestSnapshots.WorkingHost().WithLog("virt/tdx: 1050644 KB allocated for PAMT", "virt/tdx: module initialized");
        Check check = Find(ReadinessChecks.Run(host), "memory.pamt");
        Assert.Equal(CheckOutcome.Warning, check.Outcome);
        Assert.Equal("computed 32840 KiB, kernel 1050644 KiB (kernel log)", check.Evidence);
        Assert.Equal(TdxState.Ready, ReadinessChecks.Run(host).State);
    }

    [Fact]
    public void Run_OfDynamicPamt_DoesNotCompare() =>
        Assert.Equal(CheckOutcome.Skipped, Find(ReadinessChecks.Run(TestSnapshots.WorkingHost().WithLog("virt/tdx: Enable Dynamic PAMT", "virt/tdx: 10092 KB allocated for PAMT", "virt/tdx: TDX-Module initialized")), "memory.pamt").Outcome);

    [Fact]
    public void Run_OfATrialWithAnEmulatedModule_SpeaksOfTheRealMachine()
    {
        Snapshot trial = TestSnapshots.VirtualMachine() with { Module = Emulated() };
        Assert.Equal(TdxState.NoTdx, ReadinessChecks.Run(trial).State);

        Snapshot capable = Silent(TestSnapshots.WorkingHost()) with { Module = Emulated() };
        Verdict verdict = ReadinessChecks.Run(capable);
        Assert.Equal(TdxState.NotInitialized, verdict.State);
        Assert.Equal(CheckOutcome.Skipped, Find(verdict, "module.loaded").Outcome);
        Assert.Contains("emulated", Find(verdict, "module.no-rbp-mod").Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfADemoHost_CountsItsEmulatedModule()
    {
        Snapshot demo = Silent(TestSnapshots.WorkingHost()) with { Module = Emulated(), Origin = Origin.Demo };
        Assert.Equal(CheckOutcome.Passed, Find(ReadinessChecks.Run(demo), "module.loaded").Outcome);
        Assert.Equal(CheckOutcome.Passed, Find(ReadinessChecks.Run(demo), "module.no-rbp-mod").Outcome);
    }

    [Fact]
    public void Run_WithoutAnySource_SkipsAndSaysWhy()
    {
        Snapshot host = TestSnapshots.VirtualMachine();
        host = host with
        {
            Host = host.Host with
            {
                Cpu = Reading.Unreadable<CpuFacts>("/proc/cpuinfo", "It does not exist.", "Mount /proc."),
                KernelRelease = Reading.Unreadable<string>("uname", "It failed.", "Try again."),
                KernelCommandLine = Reading.Unreadable<string>("/proc/cmdline", "It failed.", "Try again."),
            },
            Layout = host.Layout with { Layout = Reading.Unreadable<TdmrLayout>("layout", "There is no memory map.", "Run as root.") },
        };
        Verdict verdict = ReadinessChecks.Run(host);
        Assert.Equal(TdxState.NotInitialized, verdict.State);
        Assert.All(verdict.Checks, check => Assert.Equal((check.Id, CheckOutcome.Skipped), (check.Id, check.Outcome)));
        Assert.All(verdict.Checks, check => Assert.NotEqual("", check.Evidence));
        Assert.False(HostSummary.From(host).IsStateKnown);
    }

    [Theory]
    [InlineData("01b-emr-reserved-areas-exhausted.txt", TdxState.Failed)]
    [InlineData("02-gnr-hpe-dl380a-gen12.txt", TdxState.Failed)]
    [InlineData("03-module-1.0-no-sysrd.txt", TdxState.Failed)]
    [InlineData("05-silent.txt", TdxState.NotInitialized)]
    [InlineData("07-dell-r760-module-not-loaded.txt", TdxState.Failed)]
    [InlineData("09-sys-init-msr.txt", TdxState.Failed)]
    [InlineData("10-not-enabled-by-bios.txt", TdxState.Failed)]
    [InlineData("12-spr-256g-complete.txt", TdxState.Ready)]
    [InlineData("22b-lkml-2024-no-rbp-mod.txt", TdxState.Failed)]
    [InlineData("24-dynamic-pamt.txt", TdxState.Ready)]
    public void Run_OfARealLog_GivesItsState(string capture, TdxState state)
    {
        string[] lines = File.ReadAllLines(Repository.Data("captures", capture));
        Assert.Equal(state, ReadinessChecks.Run(Silent(TestSnapshots.WorkingHost()).WithLog(lines)).State);
    }

    private static Check Find(Verdict verdict, string id) => verdict.Checks.Single(check => check.Id == id);

    private static ModuleFacts Emulated() => TestSnapshots.WorkingHost().Module with
    {
        Metadata = Reading.Known(TestSnapshots.Metadata(), Provenance.Emulated, "emulated module"),
    };

    // A host whose log ends at the KeyIDs and whose sysfs tells nothing of the module.
    private static Snapshot Silent(Snapshot host) => (host with
    {
        Module = TestSnapshots.FailingHost().Module,
        Kernel = TestSnapshots.FailingHost().Kernel,
    }).WithLog("virt/tdx: BIOS enabled: private KeyID range [32, 64)");
}
