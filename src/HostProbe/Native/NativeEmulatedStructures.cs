using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Native;

/// <summary><c>struct tdxdash_platform</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativePlatform
{
    /// <summary>TDXDASH_MAX_CMRS.</summary>
    internal const int MaxCmrs = 32;

    internal uint MaxPaBits;
    internal uint KeyidStartBit;
    internal uint KeyidBits;
    internal uint FirstPrivateKeyid;
    internal uint LastPrivateKeyid;
    internal uint LogicalProcessors;
    internal uint InitializedLogicalProcessors;
    internal uint SysState;
    internal uint GlobalLock;
    internal uint Packages;
    internal uint MaxUpdates;
    internal uint CmrCount;
    internal uint Reserved;
    internal ulong SeamrrBase;
    internal ulong SeamrrSize;

    /// <summary>A base and a size for each slot.</summary>
    internal fixed ulong Cmrs[2 * MaxCmrs];
}

/// <summary><c>struct tdxdash_module_state</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeModuleState
{
    internal const int ProfileBytes = 64;

    internal uint SysState;
    internal uint GlobalPrivateKeyid;
    internal uint TdmrCount;
    internal uint PageCount;
    internal uint Cpu;
    internal uint ProcessorCount;
    internal uint InitializedProcessors;
    internal uint InstallingProcessors;
    internal uint PackageCount;
    internal uint KeyedPackages;
    internal uint RemainingUpdates;
    internal uint HandedOver;
    internal uint HandoffVersion;
    internal uint HandoffTdmrCount;
    internal ulong TdmrBytes;
    internal ulong InitializedBytes;
    internal ulong FaultsStruck;
    internal ulong Revision;
    internal fixed byte Profile[ProfileBytes];
}

/// <summary><c>struct tdxdash_processor</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeProcessor
{
    internal uint Package;
    internal uint Initialized;
    internal uint Installing;
    internal uint Reserved;
    internal ulong LastLeaf;
    internal ulong LastStatus;
}

/// <summary><c>struct tdxdash_package</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativePackage
{
    internal uint FirstProcessor;
    internal uint ProcessorCount;
    internal uint Keyed;
    internal uint Reserved;
}

/// <summary><c>struct tdxdash_tdmr</c>, in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTdmr
{
    internal ulong Base;
    internal ulong Size;
    internal ulong Initialized;
}

/// <summary><c>struct tdxdash_fault</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeFault
{
    internal uint Kind;
    internal uint Target;
    internal ulong Leaf;
    internal ulong Status;
    internal uint Permille;
    internal uint Skip;
    internal uint Times;
    internal uint Reserved;
}
