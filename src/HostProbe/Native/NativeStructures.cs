using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Native;

/// <summary><c>struct tdxdash_error</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeError
{
    internal const int MessageBytes = 1024;
    internal const int RemedyBytes = 512;

    internal uint Code;
    internal int OsError;
    internal uint Line;
    internal uint Reserved;
    internal fixed byte Message[MessageBytes];
    internal fixed byte Remedy[RemedyBytes];
}

/// <summary><c>struct tdxdash_cmr</c>, in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeCmr
{
    internal ulong Base;
    internal ulong Size;
}

/// <summary><c>struct tdxdash_info</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeInfo
{
    internal const int DescriptionBytes = 256;

    /// <summary>TDXDASH_KIND_RECORDED.</summary>
    internal const uint RecordedKind = 3;

    /// <summary>TDXDASH_FLAG_EMULATED.</summary>
    internal const uint EmulatedFlag = 1;

    internal uint AbiVersion;
    internal uint Kind;
    internal uint Flags;
    internal uint Reserved;
    internal fixed byte Description[DescriptionBytes];
}

/// <summary><c>struct tdxdash_recorded_call</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeRecordedCall
{
    internal ulong Leaf;
    internal SeamcallRegisters In;
    internal SeamcallRegisters Out;
    internal uint Page;
    internal uint Failure;
}

/// <summary><c>struct tdxdash_recording</c>; the first four members point to what it is made of.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeRecording
{
    internal nint Calls;
    internal nint Pages;
    internal nint Failures;
    internal nint Description;
    internal uint CallCount;
    internal uint PageCount;
    internal uint FailureCount;
    internal uint Flags;
}

/// <summary><c>struct tdxdash_layout_entry</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeLayoutEntry
{
    internal const int NameBytes = 32;

    internal fixed byte Structure[NameBytes];
    internal fixed byte Member[NameBytes];
    internal uint Offset;
    internal uint Size;
}
