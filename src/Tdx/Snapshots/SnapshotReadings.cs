namespace TdxDash.Tdx.Snapshots;

/// <summary>One reading of a snapshot, whatever its value's type.</summary>
/// <param name="Member">The path of its member in the canonical form: <c>host.kernelRelease</c>.</param>
/// <param name="Title">What it is, for people: <c>kernel release</c>.</param>
/// <param name="Reading">The reading.</param>
public readonly record struct SnapshotReading(string Member, string Title, IReading Reading);

/// <summary>All readings of a snapshot.</summary>
public static class SnapshotReadings
{
    /// <summary>Lists them in the canonical form's order.</summary>
    public static IReadOnlyList<SnapshotReading> Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        HostFacts host = snapshot.Host;
        KernelTdxFacts kernel = snapshot.Kernel;
        return
        [
            new("host.name", "host name", host.Name),
            new("host.operatingSystem", "operating system", host.OperatingSystem),
            new("host.kernelRelease", "kernel release", host.KernelRelease),
            new("host.kernelCommandLine", "kernel command line", host.KernelCommandLine),
            new("host.cpu", "processor", host.Cpu),
            new("host.product", "product", host.Product),
            new("host.firmware", "firmware version", host.Firmware),
            new("memory.map", "memory map", snapshot.Memory.Map),
            new("memory.nodes", "NUMA nodes", snapshot.Memory.Nodes),
            new("memory.firmwareMap", "firmware map", snapshot.Memory.FirmwareMap),
            new("module.transport", "metadata transport", snapshot.Module.Transport),
            new("module.metadata", "metadata fields", snapshot.Module.Metadata),
            new("kernel.kvmIntelTdx", "kvm_intel.tdx", kernel.KvmIntelTdx),
            new("kernel.moduleVersion", "tdx_host version", kernel.ModuleVersion),
            new("kernel.seamldrVersion", "P-SEAMLDR version", kernel.SeamldrVersion),
            new("kernel.remainingUpdates", "remaining updates", kernel.RemainingUpdates),
            new("kernel.keyIdCapacity", "KeyID capacity", kernel.KeyIdCapacity),
            new("kernel.logLines", "kernel log", kernel.LogLines),
            new("layout.limits", "TDMR limits", snapshot.Layout.Limits),
            new("layout.layout", "TDMR layout", snapshot.Layout.Layout),
            .. snapshot.Platform is { } platform ? Platform(platform) : [],
            .. snapshot.Report is { } report ? Report(report) : [],
        ];
    }

    private static SnapshotReading[] Report(ReportFacts report) =>
    [
        new("report.cpuName", "processor name", report.CpuName),
        new("report.cpuSignature", "processor model", report.CpuSignature),
        new("report.logicalCpus", "logical CPUs", report.LogicalCpus),
        new("report.hypervisor", "hypervisor", report.Hypervisor),
        new("report.cpuInfoHasTdx", "TDX in /proc/cpuinfo", report.CpuInfoHasTdx),
        new("report.memoryEncryption", "TME-MK", report.MemoryEncryption),
        new("report.seamrrEnabled", "SEAMRR", report.SeamrrEnabled),
        new("report.privateKeyIds", "private KeyIDs", report.PrivateKeyIds),
        new("report.mcheckStatus", "MCHECK status", report.McheckStatus),
        new("report.isProduction", "production part", report.IsProduction),
        new("report.registration", "registration", report.Registration),
        new("report.packages", "packages", report.Packages),
    ];

    private static SnapshotReading[] Platform(PlatformFacts platform) =>
    [
        new("platform.keyIdPartitioning", "KeyID partitioning", platform.KeyIdPartitioning),
        new("platform.tmeCapability", "TME capability", platform.TmeCapability),
        new("platform.tmeActivate", "TME activation", platform.TmeActivate),
        new("platform.seamrrBase", "SEAMRR base", platform.SeamrrBase),
        new("platform.seamrrMask", "SEAMRR mask", platform.SeamrrMask),
        new("platform.kvmTdx", "KVM TDX capabilities", platform.KvmTdx),
        new("platform.moduleUpdate", "module update", platform.ModuleUpdate),
        new("platform.keyIdsInUse", "KeyIDs in use", platform.KeyIdsInUse),
        new("platform.keyIdLimitHits", "KeyID limit hits", platform.KeyIdLimitHits),
        new("platform.sysfsModule", "TDX module in sysfs", platform.SysfsModule),
        new("platform.memoryBlocks", "memory blocks", platform.MemoryBlocks),
        new("platform.attestationServices", "attestation services", platform.AttestationServices),
    ];
}
