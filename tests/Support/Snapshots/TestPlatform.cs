using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Testing;

/// <summary>Hand-made platform facts.</summary>
internal static class TestPlatform
{
    private const string Msr = "/dev/cpu/0/msr";

    /// <summary>An Emerald Rapids host with 31 KeyIDs for TME-MT and 32 for TDX.</summary>
    public static PlatformFacts Working() => new()
    {
        KeyIdPartitioning = Reading.Known(0x20_0000_001FUL, Provenance.Kernel, $"{Msr}, MSR 0x87"),
        TmeCapability = Reading.Known(0x3F6_0000_0005UL, Provenance.Kernel, $"{Msr}, MSR 0x981"),
        TmeActivate = Reading.Known(0x5_0016_0000_0003UL, Provenance.Kernel, $"{Msr}, MSR 0x982"),
        SeamrrBase = Reading.Known(0x7A00_0008UL, Provenance.Kernel, $"{Msr}, MSR 0x1400"),
        SeamrrMask = Reading.Known(0xF_FFFF_FE00_0C00UL, Provenance.Kernel, $"{Msr}, MSR 0x1401"),
        KvmTdx = Reading.Known(Kvm(), Provenance.Kernel, "KVM_TDX_CAPABILITIES"),
        ModuleUpdate = Reading.Known(new ModuleUpdateNode("idle", ""), Provenance.Kernel, "/sys/class/firmware/tdx_module"),
        KeyIdsInUse = Reading.Known(3L, Provenance.Kernel, "/sys/fs/cgroup/misc.current"),
        KeyIdLimitHits = Reading.Known(0L, Provenance.Kernel, "/sys/fs/cgroup"),
        SysfsModule = Reading.NotOffered<SysfsModule>("/sys/firmware/tdx/tdx_module", "Upstream kernels have no such folder."),
        MemoryBlocks = Reading.Known(new MemoryBlocks(new ByteSize(128 * ByteSize.MiB), 64, 0), Provenance.Kernel, "/sys/devices/system/memory"),
        AttestationServices = Reading.Known<IReadOnlyList<string>>(["mpa_registration_tool installed", "qgsd running"], Provenance.Kernel, "/usr/lib/systemd/system"),
    };

    /// <summary>A machine that offers none of it.</summary>
    public static PlatformFacts Missing() => new()
    {
        KeyIdPartitioning = None<ulong>(),
        TmeCapability = None<ulong>(),
        TmeActivate = None<ulong>(),
        SeamrrBase = None<ulong>(),
        SeamrrMask = None<ulong>(),
        KvmTdx = None<KvmTdxCapabilities>(),
        ModuleUpdate = None<ModuleUpdateNode>(),
        KeyIdsInUse = None<long>(),
        KeyIdLimitHits = None<long>(),
        SysfsModule = None<SysfsModule>(),
        MemoryBlocks = None<MemoryBlocks>(),
        AttestationServices = None<IReadOnlyList<string>>(),
    };

    private static KvmTdxCapabilities Kvm() => new()
    {
        SupportedAttributes = 0x10000000,
        SupportedXfam = 0x602e7,
        KernelTdvmcallInfo1R11 = 0,
        UserTdvmcallInfo1R11 = 1,
        KernelTdvmcallInfo1R12 = 0,
        UserTdvmcallInfo1R12 = 0,
        Cpuid = [new CpuidEntry(0x1, 0, 0, 0, 0xFF00_0000, 0, 0), new CpuidEntry(0x7, 1, 1, 0x1C30, 0, 0, 0)],
    };

    private static Reading<T> None<T>() => Reading.NotOffered<T>("test", "The machine has none.");
}
