using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>The checks of processor and kernel: whether the machine can have TDX at all.</summary>
internal static class PlatformChecks
{
    public const string Vendor = "platform.vendor";
    public const string BareMetal = "platform.bare-metal";
    public const string CpuModel = "platform.cpu-model";
    public const string Vmx = "platform.vmx";
    public const string KernelRelease = "kernel.release";
    public const string HostPlatform = "platform.tdx-host";

    private static readonly Version FirstHostSupport = new(6, 8);

    public static IEnumerable<Check> Run(ReadinessEvidence evidence)
    {
        Check vendor = CheckVendor(evidence);
        bool intel = vendor.Outcome != CheckOutcome.Failed;
        return [vendor, CheckBareMetal(evidence), CheckModel(evidence, intel), CheckVmx(evidence, intel), CheckRelease(evidence), CheckHostPlatform(evidence)];
    }

    private static Check CheckVendor(ReadinessEvidence evidence) => Of(evidence, Vendor, "The processor is from Intel",
        cpu => cpu.Vendor == "GenuineIntel", cpu => $"vendor {cpu.Vendor}, {cpu.ModelName}",
        "TDX is a feature of Intel Xeon processors; other vendors have other technologies.",
        "Use a server with an Intel Xeon of the 5th generation or newer, or one of the 4th that was made for TDX.");

    private static Check CheckBareMetal(ReadinessEvidence evidence) => Of(evidence, BareMetal, "The host runs on bare metal",
        cpu => !cpu.TdxFlags.Contains("hypervisor"), cpu => cpu.TdxFlags.Contains("hypervisor") ? "the CPU flag hypervisor is set" : "the CPU flag hypervisor is not set",
        "SEAMCALL and the KeyIDs belong to the real machine; no hypervisor passes them on to a guest.",
        "Run this on the physical host itself, or rent a bare-metal instance.");

    private static Check CheckModel(ReadinessEvidence evidence, bool intel)
    {
        const string title = "The processor model has TDX";
        const string why = "TDX came with Sapphire Rapids (selected parts) and Emerald Rapids; older Xeons lack it.";
        const string remedy = "Use a server with a Xeon of the 5th generation or newer.";
        if (!intel || evidence.Cpu is not { } cpu)
        {
            return new Check(CpuModel, title, CheckOutcome.Skipped, intel ? ReadinessEvidence.Absent(evidence.Snapshot.Host.Cpu) : "the processor is not from Intel", why, remedy, true);
        }

        string seen = $"family {cpu.Family}, model {cpu.Model}, stepping {cpu.Stepping}: {cpu.ModelName} ({evidence.Snapshot.Host.Cpu.Source})";
        CheckOutcome outcome = CpuFamilies.Find(cpu.Family, cpu.Model) is not null ? CheckOutcome.Passed
            : CpuFamilies.IsBeforeTdx(cpu.Family, cpu.Model) ? CheckOutcome.Failed
            : CheckOutcome.Skipped;
        return new Check(CpuModel, title, outcome, outcome == CheckOutcome.Skipped ? $"{seen}; this model is not in the table of known ones" : seen, why, remedy, true);
    }

    private static Check CheckVmx(ReadinessEvidence evidence, bool intel)
    {
        Check check = Of(evidence, Vmx, "Virtualisation (VT-x) is on",
            cpu => cpu.TdxFlags.Contains("vmx"), cpu => cpu.TdxFlags.Contains("vmx") ? "the CPU flag vmx is set" : "the CPU flag vmx is not set",
            "The kernel calls the TDX module from VMX operation.", "Enable VT-x (Intel Virtualization Technology) in the BIOS.");
        return intel ? check : check with { Outcome = CheckOutcome.Skipped, Evidence = "the processor is not from Intel" };
    }

    private static Check CheckRelease(ReadinessEvidence evidence)
    {
        Reading<string> release = evidence.Snapshot.Host.KernelRelease;
        var check = new Check(KernelRelease, "The kernel knows TDX hosts", CheckOutcome.Skipped, "", "Upstream Linux has TDX host support since 6.8; Ubuntu's Intel kernels had it before.",
            "Boot Linux 6.16 or newer (which has KVM for TDX too), or Ubuntu's Intel kernel.", true);
        if (!release.TryGet(out string? text) || evidence.Release is not { } version)
        {
            return check with { Evidence = release.IsKnown ? $"release '{release.Value}' begins with no version ({release.Source})" : ReadinessEvidence.Absent(release) };
        }

        bool passed = version >= FirstHostSupport || evidence.IsIntelKernel;
        return check with { Outcome = passed ? CheckOutcome.Passed : CheckOutcome.Failed, Evidence = $"release {text} ({release.Source})" };
    }

    // Looked at even after another failure: it is the kernel's own word, and the most telling one on a machine that could have TDX.
    private static Check CheckHostPlatform(ReadinessEvidence evidence)
    {
        Check check = Of(evidence, HostPlatform, "Firmware and kernel offer TDX (tdx_host_platform)",
            cpu => cpu.TdxFlags.Contains("tdx_host_platform"),
            cpu => cpu.TdxFlags.Contains("tdx_host_platform") ? "the CPU flag tdx_host_platform is set" : "the CPU flag tdx_host_platform is not set",
            "The kernel sets this flag when the BIOS has given KeyIDs to TDX and the kernel was built with CONFIG_INTEL_TDX_HOST.",
            "Enable TME, TME-MT, SGX and TDX in the BIOS with a non-zero TME-MT/TDX key split, and use a kernel with CONFIG_INTEL_TDX_HOST=y.");
        if (check.Outcome == CheckOutcome.Passed)
        {
            return check;
        }

        // Kernels before 6.8 have no such flag, and a log can lack its first lines.
        string? logged = evidence.LogFacts switch
        {
            { PrivateKeyIds: { } keys } => $"BIOS enabled: private KeyID range [{keys.Start}, {keys.End})",
            { Version: not null } or { Initialized: not null } => "the kernel log speaks of the TDX module",
            _ => null,
        };
        return logged is null ? check : check with { Outcome = CheckOutcome.Passed, Evidence = $"{logged} ({evidence.Log.Source})" };
    }

    private static Check Of(ReadinessEvidence evidence, string id, string title, Func<CpuFacts, bool> holds, Func<CpuFacts, string> seen, string why, string remedy)
    {
        Reading<CpuFacts> reading = evidence.Snapshot.Host.Cpu;
        return reading.TryGet(out CpuFacts? cpu)
            ? new Check(id, title, holds(cpu) ? CheckOutcome.Passed : CheckOutcome.Failed, $"{seen(cpu)} ({reading.Source})", why, remedy, true)
            : new Check(id, title, CheckOutcome.Skipped, ReadinessEvidence.Absent(reading), why, remedy, true);
    }
}
