using System.Runtime.InteropServices;

namespace TdxDash.HostProbe.Host;

/// <summary>The system calls that asking KVM takes. Each gives what the call gave, or minus the errno.</summary>
internal interface IKvm
{
    /// <summary>Opens the device.</summary>
    int Open(string path);

    /// <summary>KVM_GET_API_VERSION on the device.</summary>
    int GetApiVersion(int device);

    /// <summary>KVM_CHECK_EXTENSION on the device.</summary>
    int CheckExtension(int device, int capability);

    /// <summary>KVM_CREATE_VM on the device: a descriptor.</summary>
    int CreateVm(int device, int type);

    /// <summary>KVM_TDX_CAPABILITIES on a VM.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="answer">A <c>struct kvm_tdx_capabilities</c> with room for as many CPUID entries as it says.</param>
    /// <param name="moduleError">The status of the SEAMCALL that failed in between; 0 where none did.</param>
    int GetTdxCapabilities(int vm, byte[] answer, out ulong moduleError);

    /// <summary>Closes a descriptor.</summary>
    void Close(int descriptor);
}

/// <summary>KVM by libc. Numbers are those of linux/kvm.h and asm/kvm.h of x86-64.</summary>
internal sealed unsafe partial class LinuxKvm : IKvm
{
    // O_RDONLY | O_CLOEXEC: no ioctl of the device asks for more.
    private const int ReadOnlyCloseOnExec = 0x80000;
    private const nuint GetApiVersionRequest = 0xAE00, CreateVmRequest = 0xAE01, CheckExtensionRequest = 0xAE03, MemoryEncryptRequest = 0xC008AEBA;
    private const uint TdxCapabilities = 0;
    private const int Interrupted = 4;

    /// <inheritdoc/>
    public int Open(string path) => Result(OpenFile(path, ReadOnlyCloseOnExec));

    /// <inheritdoc/>
    public int GetApiVersion(int device) => Control(device, GetApiVersionRequest, 0);

    /// <inheritdoc/>
    public int CheckExtension(int device, int capability) => Control(device, CheckExtensionRequest, capability);

    /// <inheritdoc/>
    public int CreateVm(int device, int type) => Control(device, CreateVmRequest, type);

    /// <inheritdoc/>
    public int GetTdxCapabilities(int vm, byte[] answer, out ulong moduleError)
    {
        fixed (byte* data = answer)
        {
            var command = new Command { Id = TdxCapabilities, Data = (ulong)data };
            int result = Control(vm, MemoryEncryptRequest, (nint)(&command));
            moduleError = command.HardwareError;
            return result;
        }
    }

    /// <inheritdoc/>
    public void Close(int descriptor) => _ = CloseFile(descriptor);

    private static int Control(int descriptor, nuint request, nint argument)
    {
        int result;
        do
        {
            result = Result(Ioctl(descriptor, request, argument));
        }
        while (result == -Interrupted);

        return result;
    }

    private static int Result(int result) => result < 0 ? -Marshal.GetLastPInvokeError() : result;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int descriptor, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseFile(int descriptor);

    /// <summary>struct kvm_tdx_cmd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Command
    {
        public uint Id;
        public uint Flags;
        public ulong Data;
        public ulong HardwareError;
    }
}
