using System.Numerics;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What processor, KVM and firmware interfaces say. Part of a snapshot from schema 2 on.</summary>
public sealed record PlatformFacts
{
    /// <summary>MSR 0x87, IA32_MKTME_KEYID_PARTITIONING; <see cref="Tdx.Platform.KeyIdPartitioning.Decode"/> says what it means.</summary>
    public required Reading<ulong> KeyIdPartitioning { get; init; }

    /// <summary>MSR 0x981, IA32_TME_CAPABILITY; see <see cref="Tdx.Platform.TmeCapability"/>.</summary>
    public required Reading<ulong> TmeCapability { get; init; }

    /// <summary>MSR 0x982, IA32_TME_ACTIVATE; see <see cref="Tdx.Platform.TmeActivate"/>.</summary>
    public required Reading<ulong> TmeActivate { get; init; }

    /// <summary>MSR 0x1400, IA32_SEAMRR_PHYS_BASE; see <see cref="Tdx.Platform.Seamrr"/>.</summary>
    public required Reading<ulong> SeamrrBase { get; init; }

    /// <summary>MSR 0x1401, IA32_SEAMRR_PHYS_MASK; see <see cref="Tdx.Platform.Seamrr"/>.</summary>
    public required Reading<ulong> SeamrrMask { get; init; }

    /// <summary>The answer to KVM_TDX_CAPABILITIES.</summary>
    public required Reading<KvmTdxCapabilities> KvmTdx { get; init; }

    /// <summary>The firmware-upload node of the TDX module.</summary>
    public required Reading<ModuleUpdateNode> ModuleUpdate { get; init; }

    /// <summary>Private KeyIDs that guests hold now: <c>tdx</c> of <c>misc.current</c>.</summary>
    public required Reading<long> KeyIdsInUse { get; init; }

    /// <summary>How often a control group's limit on private KeyIDs kept a guest from starting: <c>tdx.max</c> of <c>misc.events</c>, over all groups
    /// below the root.</summary>
    public required Reading<long> KeyIdLimitHits { get; init; }

    /// <summary>What kernels before upstream support say of the TDX module in sysfs.</summary>
    public required Reading<SysfsModule> SysfsModule { get; init; }

    /// <summary>The kernel's memory blocks.</summary>
    public required Reading<MemoryBlocks> MemoryBlocks { get; init; }

    /// <summary>The services of remote attestation that are installed or run, each as <see cref="AttestationService"/> writes it;
    /// empty where there is none.</summary>
    public required Reading<IReadOnlyList<string>> AttestationServices { get; init; }
}

/// <summary>The firmware-upload node <c>/sys/class/firmware/tdx_module</c> (Documentation/ABI/testing/sysfs-class-firmware).</summary>
/// <param name="Status"><c>idle</c>, <c>receiving</c>, <c>preparing</c>, <c>transferring</c> or <c>programming</c>.</param>
/// <param name="Error">The phase and the error of the last update, as <c>programming:hw-error</c>; empty where it had none, and while
/// an update runs, as the kernel tells it only when idle.</param>
public sealed record ModuleUpdateNode(string Status, string Error);

/// <summary>The folder <c>/sys/firmware/tdx/tdx_module</c> of kernels before upstream support (out-of-tree 5.x to Ubuntu 24.04's 6.8; their
/// Documentation/ABI/testing/sysfs-firmware-tdx).</summary>
/// <param name="Status"><c>initialized</c> where the module works.</param>
/// <param name="Attributes">SYS_ATTRIBUTES; bit 31 marks a debug module.</param>
/// <param name="VendorId">VENDOR_ID; 0x8086 is Intel.</param>
/// <param name="MajorVersion">MAJOR_VERSION.</param>
/// <param name="MinorVersion">MINOR_VERSION; these kernels tell no update version.</param>
/// <param name="BuildNumber">BUILD_NUM.</param>
/// <param name="BuildDate">BUILD_DATE.</param>
public sealed record SysfsModule(string Status, uint Attributes, uint VendorId, int MajorVersion, int MinorVersion, int BuildNumber, DateOnly BuildDate);

/// <summary>The blocks in which the kernel adds and removes memory, <c>/sys/devices/system/memory</c>.</summary>
/// <param name="BlockSize">The size of each, a power of two.</param>
/// <param name="Online">Blocks in use.</param>
/// <param name="Offline">Blocks that are there and not in use, or about to leave.</param>
public sealed record MemoryBlocks(ByteSize BlockSize, int Online, int Offline)
{
    /// <summary>Holds the numbers to what they mean.</summary>
    /// <exception cref="FormatException">The size is no power of two, a count is negative, or all blocks have more than 2^52 bytes.</exception>
    public void Check()
    {
        ulong size = BlockSize.Bytes;
        SnapshotRules.Require(BitOperations.IsPow2(size) && size <= PhysAddr.MaxValue, $"the memory block size is {Hex.Plain(size)}, which is no power of two up to 2^52.");
        SnapshotRules.Require(Online >= 0 && Offline >= 0, $"there are {Online} memory blocks online and {Offline} offline.");
        SnapshotRules.Require((ulong)Online + (ulong)Offline <= PhysAddr.MaxValue / size, $"{Online} and {Offline} memory blocks of {Hex.Plain(size)} bytes have more than 2^52 bytes.");
    }
}
