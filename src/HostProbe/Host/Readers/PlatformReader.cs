using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads what processor, KVM and firmware interfaces say.</summary>
internal static class PlatformReader
{
    private static readonly HostSource Kvm = new(
        HostFiles.Kvm, "There is no /dev/kvm: KVM is not loaded, virtualisation is off in the BIOS, or a container does not have the device.",
        "Load kvm_intel; a container needs the host's /dev/kvm.", "read access to /dev/kvm, as the group kvm has");

    /// <summary>Reads everything.</summary>
    public static PlatformFacts Read(HostFiles files)
    {
        IReadOnlyList<int> cpus = MsrReader.OneCpuOfEachPackage(files);
        return new PlatformFacts
        {
            KeyIdPartitioning = MsrReader.Read(files, cpus, KeyIdPartitioning.Msr),
            TmeCapability = MsrReader.Read(files, cpus, TmeCapability.Msr),
            TmeActivate = MsrReader.Read(files, cpus, TmeActivate.Msr),
            SeamrrBase = MsrReader.Read(files, cpus, Seamrr.BaseMsr),
            SeamrrMask = MsrReader.Read(files, cpus, Seamrr.MaskMsr),
            KvmTdx = AskKvm(files),
            ModuleUpdate = UpdateNodeReader.Read(files),
            KeyIdsInUse = MiscReader.Current(files),
            KeyIdLimitHits = MiscReader.LimitHits(files),
            SysfsModule = SysfsModuleReader.Read(files),
            MemoryBlocks = MemoryBlocksReader.Read(files),
            AttestationServices = AttestationReader.Read(files),
        };
    }

    private static Reading<KvmTdxCapabilities> AskKvm(HostFiles files)
    {
        HostAccess access = files.Read(HostFiles.Kvm);
        return access.Error switch
        {
            { Failure: AccessFailure.NoDevice } error => Reading.NotOffered<KvmTdxCapabilities>(Kvm.Path, error.Reason),
            { } error => Kvm.Unread<KvmTdxCapabilities>(error),
            null => Kvm.Try(() => Reading.Known(KvmTdxCapabilities.Parse(access.Content), files.Provenance, $"{Kvm.Path}, KVM_TDX_CAPABILITIES")),
        };
    }
}
