using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads what processor, KVM and firmware interfaces say.</summary>
internal static class PlatformReader
{
    /// <summary>Reads everything.</summary>
    public static PlatformFacts Read() => new()
    {
        KeyIdPartitioning = NotYet<ulong>("MSR 0x87"),
        TmeCapability = NotYet<ulong>("MSR 0x981"),
        TmeActivate = NotYet<ulong>("MSR 0x982"),
        SeamrrBase = NotYet<ulong>("MSR 0x1400"),
        SeamrrMask = NotYet<ulong>("MSR 0x1401"),
        KvmTdx = NotYet<KvmTdxCapabilities>("/dev/kvm"),
        ModuleUpdate = NotYet<ModuleUpdateNode>("/sys/class/firmware/tdx_module"),
        KeyIdsInUse = NotYet<long>("/sys/fs/cgroup/misc.current"),
        KeyIdLimitHits = NotYet<long>("/sys/fs/cgroup"),
        SysfsModule = NotYet<SysfsModule>("/sys/firmware/tdx/tdx_module"),
        MemoryBlocks = NotYet<MemoryBlocks>("/sys/devices/system/memory"),
        AttestationServices = NotYet<IReadOnlyList<string>>("/usr/lib/systemd/system"),
    };

    private static Reading<T> NotYet<T>(string source) => Reading.NotOffered<T>(source, "This version of the probe does not read it.");
}
