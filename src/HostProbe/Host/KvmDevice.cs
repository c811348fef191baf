using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;

namespace TdxDash.HostProbe.Host;

/// <summary>Asks KVM what it offers to TDX guests. It takes a VM of the type TDX, which is closed at once: it has no memory and no
/// vCPU, and KVM gives it a KeyID only later.</summary>
internal static class KvmDevice
{
    /// <summary>The API version that has been the only one since 2007.</summary>
    private const int ApiVersion = 12;

    /// <summary>KVM_CAP_VM_TYPES.</summary>
    private const int VmTypes = 235;

    /// <summary>KVM_X86_TDX_VM.</summary>
    private const int TdxVm = 5;

    // A TDX module 2.0 configures some 80 CPUID entries.
    private const int FirstEntries = 128;
    private const int NotPermitted = 1, NoEntry = 2, NoSuchDeviceOrAddress = 6, TooBig = 7, AccessDenied = 13, NoSuchDevice = 19, NotFolder = 20, NotTypewriter = 25;

    /// <summary>Asks.</summary>
    /// <returns>The bytes of <c>struct kvm_tdx_capabilities</c> with its CPUID entries, or why there are none; null where the path is
    /// no device of KVM, such as a copy of an answer in a plain file.</returns>
    public static HostAccess? Ask(string path, IKvm kvm)
    {
        int device = kvm.Open(path);
        if (device < 0)
        {
            return OpenFailure(-device);
        }

        try
        {
            return AskDevice(device, kvm);
        }
        finally
        {
            kvm.Close(device);
        }
    }

    private static HostAccess? AskDevice(int device, IKvm kvm)
    {
        int version = kvm.GetApiVersion(device);
        if (version == -NotTypewriter)
        {
            return null;
        }

        if (version != ApiVersion)
        {
            return version < 0 ? Failure("KVM_GET_API_VERSION", version) : Failed(string.Create(CultureInfo.InvariantCulture, $"It speaks version {version} of the KVM API, not {ApiVersion}."));
        }

        int types = kvm.CheckExtension(device, VmTypes);
        if (types < 0)
        {
            return Failure("KVM_CHECK_EXTENSION", types);
        }

        if ((types & (1 << TdxVm)) == 0)
        {
            return HostAccess.Failed(AccessFailure.NoDevice, string.Create(CultureInfo.InvariantCulture, $"KVM offers no VMs of type TDX ({TdxVm}): its VM types are {Hex.Plain((uint)types)}."));
        }

        int vm = kvm.CreateVm(device, TdxVm);
        if (vm < 0)
        {
            return Failure("KVM_CREATE_VM of type TDX", vm);
        }

        try
        {
            return AskVm(vm, kvm);
        }
        finally
        {
            kvm.Close(vm);
        }
    }

    // The kernel does not say how many entries it has: the room doubles until they fit.
    private static HostAccess AskVm(int vm, IKvm kvm)
    {
        for (int room = FirstEntries; room <= KvmTdxCapabilities.MaxCpuid; room *= 2)
        {
            byte[] answer = new byte[KvmTdxCapabilities.SizeWith(room)];
            BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(KvmTdxCapabilities.CountOffset), (uint)room);
            int result = kvm.GetTdxCapabilities(vm, answer, out ulong moduleError);
            if (result == -TooBig)
            {
                continue;
            }

            if (result < 0)
            {
                return moduleError == 0 ? Failure("KVM_TDX_CAPABILITIES", result)
                    : Failed($"KVM_TDX_CAPABILITIES failed with {Name(result)}, and the TDX module with status {Hex.Plain(moduleError)}.");
            }

            uint count = BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(KvmTdxCapabilities.CountOffset));
            return count <= room
                ? HostAccess.File(answer[..KvmTdxCapabilities.SizeWith((int)count)])
                : Failed(string.Create(CultureInfo.InvariantCulture, $"KVM_TDX_CAPABILITIES says {count} CPUID entries where {room} have room."));
        }

        return HostAccess.Failed(AccessFailure.TooLarge, string.Create(CultureInfo.InvariantCulture, $"KVM_TDX_CAPABILITIES has more than {KvmTdxCapabilities.MaxCpuid} CPUID entries."));
    }

    private static HostAccess OpenFailure(int error) => error switch
    {
        NoEntry or NotFolder => HostAccess.Absent(),
        NotPermitted or AccessDenied => HostAccess.Failed(AccessFailure.Denied, "Permission denied."),
        NoSuchDevice or NoSuchDeviceOrAddress => HostAccess.Failed(AccessFailure.NoDevice, "There is a device file, and no KVM behind it."),
        _ => Failure("Opening it", -error),
    };

    private static HostAccess Failure(string what, int result) => Failed($"{what} failed with {Name(result)}.");

    private static HostAccess Failed(string reason) => HostAccess.Failed(AccessFailure.Failed, reason);

    private static string Name(int result) => string.Create(CultureInfo.InvariantCulture, $"error {-result} ({Marshal.GetPInvokeErrorMessage(-result)})");
}
