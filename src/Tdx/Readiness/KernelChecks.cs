using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether the kernel can use TDX as it was built and started.</summary>
internal static class KernelChecks
{
    public static readonly CheckSpec Release = new("kernel.release", "The kernel knows TDX hosts",
        "Upstream Linux has TDX host support since 6.8; Ubuntu's Intel kernels had it before.",
        "Boot Linux 6.16 or newer (which has KVM for TDX too), or Ubuntu's Intel kernel.");

    public static readonly CheckSpec HostPlatform = new("kernel.tdx-host", "Firmware and kernel offer TDX (tdx_host_platform)",
        "The kernel sets this flag when the BIOS has given KeyIDs to TDX and the kernel was built with CONFIG_INTEL_TDX_HOST.",
        "Enable TME, TME-MT, SGX and TDX in the BIOS with a non-zero TME-MT/TDX key split, and use a kernel with CONFIG_INTEL_TDX_HOST=y (older kernels cannot have it together with CONFIG_KEXEC).");

    public static readonly CheckSpec Hibernation = new("kernel.hibernation", "Hibernation is off",
        "Hibernation resets the platform, which destroys the TDX module and every trust domain; the kernel refuses TDX while it is possible.",
        "Boot with nohibernate on the kernel command line.");

    public static readonly CheckSpec AcpiS3 = new("kernel.acpi-s3", "Suspend to RAM (ACPI S3) is off",
        "S3 resets the platform as hibernation does; the kernel gives it up in favour of TDX.",
        "Turn TDX off in the BIOS where suspend to RAM is needed more.", false);

    public static readonly CheckSpec Kexec = new("kernel.kexec", "kexec and kdump are allowed",
        "On processors with the erratum tdx_pw_mce a new kernel could read TDX memory that a partial write has poisoned; until the kernel can shut the module down it refuses kexec, and a crash leaves no dump.",
        "Use Linux 7.2 or newer, or collect crash reports by another way, such as pstore or a serial console.", false);

    private static readonly Version FirstHostSupport = new(6, 8);

    public static IEnumerable<Check> Run(ReadinessEvidence evidence) =>
        [CheckRelease(evidence), CheckHostPlatform(evidence), CheckHibernation(evidence), CheckAcpiS3(evidence), CheckKexec(evidence)];

    private static Check CheckRelease(ReadinessEvidence evidence)
    {
        Reading<string> release = evidence.Snapshot.Host.KernelRelease;
        return release.IsKnown && evidence.Release is null
            ? Release.Skipped($"release '{release.Value}' begins with no version ({release.Source})")
            : Release.Judged(release, _ => evidence.Release >= FirstHostSupport || evidence.IsIntelKernel, text => $"release {text}");
    }

    // Looked at even after another failure: it is the kernel's own word, and the most telling one on a machine that could have TDX.
    private static Check CheckHostPlatform(ReadinessEvidence evidence)
    {
        if (evidence.Cpu is { } cpu && cpu.TdxFlags.Contains("tdx_host_platform"))
        {
            return HostPlatform.Passed($"the CPU flag tdx_host_platform is set ({evidence.Snapshot.Host.Cpu.Source})");
        }

        // Kernels before 6.8 have no such flag, and a log can lack its first lines.
        string? logged = evidence.LogFacts switch
        {
            { PrivateKeyIds: { } keys } => $"BIOS enabled: private KeyID range [{keys.Start}, {keys.End})",
            { Version: not null } or { Initialized: not null } => "the kernel log speaks of the TDX module",
            _ => null,
        };
        return logged is not null ? HostPlatform.Passed($"{logged} ({evidence.Log.Source})")
            : evidence.Report?.CpuInfoHasTdx is { IsKnown: true } reported ? HostPlatform.Judged(reported.Value, $"{(reported.Value ? "CPU supports TDX" : "No TDX support in CPU")} according to /proc/cpuinfo ({reported.Source})")
            : evidence.Cpu is null ? HostPlatform.Skipped(evidence.Snapshot.Host.Cpu)
            : HostPlatform.Failed($"the CPU flag tdx_host_platform is not set ({evidence.Snapshot.Host.Cpu.Source})");
    }

    private static Check CheckHibernation(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.Hibernation) is { } line)
        {
            return Hibernation.Failed(line);
        }

        return evidence.CommandLine("nohibernate") is { } seen ? Hibernation.Passed(seen)
            : evidence.InitializedBy is { } by ? Hibernation.Passed(by)
            : evidence.LogFacts.DisablesAcpiS3 ? Hibernation.Passed($"the kernel went on to the check after this one: Disable ACPI S3 ({evidence.Log.Source})")
            : Hibernation.Skipped("no source tells whether hibernation is possible");
    }

    private static Check CheckAcpiS3(ReadinessEvidence evidence) => evidence.LogFacts.DisablesAcpiS3
        ? AcpiS3.Passed($"Disable ACPI S3. Turn off TDX in the BIOS to use ACPI S3. ({evidence.Log.Source})")
        : evidence.Log.IsKnown ? AcpiS3.Skipped($"no line speaks of it ({evidence.Log.Source})") : AcpiS3.Skipped(evidence.Log);

    private static Check CheckKexec(ReadinessEvidence evidence) =>
        evidence.Line(FailureCause.KexecRefused) is { } line ? Kexec.Warned(line)
        : evidence.Log.IsKnown ? Kexec.Passed($"no line tells of a refusal ({evidence.Log.Source})")
        : Kexec.Skipped(evidence.Log);
}
