using System.Runtime.InteropServices;
using System.Text;

namespace TdxDash.HostProbe.Native;

/// <summary>The functions of tdxdash.h.</summary>
internal static unsafe partial class NativeMethods
{
    /// <summary>TDXDASH_ABI_VERSION of the header that this binding was written against.</summary>
    internal const uint AbiVersion = 4;

    /// <summary>TDXDASH_OK.</summary>
    internal const int Ok = 0;

    private const string Library = "tdxdash";

    // The library is only taken from beside the probe, never from a path that somebody else can set.
    [LibraryImport(Library, EntryPoint = "tdxdash_abi_version")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial uint GetAbiVersion();

    [LibraryImport(Library, EntryPoint = "tdxdash_open_device", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int OpenDevice(string path, out TransportHandle transport, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_open_emulated", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int OpenEmulated(string profilePath, NativeCmr* cmrs, uint cmrCount, out TransportHandle transport, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_open_recorded")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int OpenRecorded(NativeRecording* recording, out TransportHandle transport, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_describe")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int Describe(TransportHandle transport, NativeInfo* info, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_seamcall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int Seamcall(TransportHandle transport, ulong leaf, SeamcallRegisters* registers, byte* page, ulong pageSize, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial void Close(nint transport);

    [LibraryImport(Library, EntryPoint = "tdxdash_layout")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial uint GetLayout(NativeLayoutEntry* entries, uint capacity);

    /// <summary>The UTF-8 text of a buffer up to its zero; bytes of a character that was cut become U+FFFD.</summary>
    internal static string Text(byte* buffer, int capacity)
    {
        var bytes = new ReadOnlySpan<byte>(buffer, capacity);
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}

/// <summary>Owns a <c>struct tdxdash_transport *</c>.</summary>
internal sealed class TransportHandle : SafeHandle
{
    public TransportHandle()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.Close(handle);
        return true;
    }
}
