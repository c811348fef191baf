using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Native;

/// <content>The functions of tdxdash_emulated.h.</content>
internal static unsafe partial class NativeMethods
{
    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_allow_state_changes")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int AllowStateChanges(TransportHandle transport, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_configure")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int Configure(TransportHandle transport, NativePlatform* platform, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_write")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int Write(TransportHandle transport, ulong address, byte* bytes, ulong size, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_state")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int GetState(TransportHandle transport, NativeModuleState* state, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_set_cpu")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int SetCpu(TransportHandle transport, uint cpu, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_stage", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int Stage(TransportHandle transport, string profilePath, uint scenario, ulong address, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_inject")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int Inject(TransportHandle transport, ulong seed, NativeFault* faults, uint count, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_processors")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int GetProcessors(TransportHandle transport, NativeProcessor* processors, uint capacity, uint* count, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_packages")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int GetPackages(TransportHandle transport, NativePackage* packages, uint capacity, uint* count, NativeError* error);

    [LibraryImport(Library, EntryPoint = "tdxdash_emulated_tdmrs")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    internal static partial int GetTdmrs(TransportHandle transport, NativeTdmr* tdmrs, uint capacity, uint* count, NativeError* error);
}
