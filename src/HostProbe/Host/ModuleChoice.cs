using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Which TDX module is asked.</summary>
public enum ModuleKind
{
    /// <summary>The device; on a trial the emulated module where there is no device; else none.</summary>
    Auto,

    /// <summary>The kernel device.</summary>
    Device,

    /// <summary>The emulated module.</summary>
    Emulated,

    /// <summary>None.</summary>
    None,
}

/// <summary>The two ways to open a transport.</summary>
/// <param name="Device">Opens the kernel device.</param>
/// <param name="Emulated">Starts an emulated module from a profile's file, with the given CMRs.</param>
public sealed record TransportDoors(Func<ISeamcallTransport> Device, Func<string, IReadOnlyList<AddressRange>, ISeamcallTransport> Emulated)
{
    /// <summary>Those of libtdxdash.</summary>
    public static TransportDoors Native { get; } = new(() => NativeTransport.OpenDevice(), NativeTransport.OpenEmulated);
}

/// <summary>The user's choice of a module, opened. An emulated module, in this process or behind the device, is only ever used where the
/// choice says so, or where this is a trial: a service never emulates silently.</summary>
/// <param name="kind">The choice.</param>
/// <param name="profile">The emulated module's profile.</param>
/// <param name="trial">Whether <see cref="ModuleKind.Auto"/> may fall back to emulation, and a device whose kernel module emulates is accepted.</param>
/// <param name="doors">The ways to open a transport.</param>
public sealed class ModuleChoice(ModuleKind kind, ModuleProfile profile, bool trial, TransportDoors doors) : IModuleSource
{
    /// <inheritdoc/>
    public ModuleOpening Open(IReadOnlyList<MemoryBlock> memory) => kind switch
    {
        ModuleKind.Device => Try(OpenDevice),
        ModuleKind.Emulated => Try(() => Emulate(memory)),
        ModuleKind.None => ModuleOpening.NotWanted("The TDX module is not asked, because the probe was started with --module none."),
        _ => Auto(memory),
    };

    private ModuleOpening Auto(IReadOnlyList<MemoryBlock> memory)
    {
        ModuleOpening device = Try(OpenDevice);
        return device.Transport is null && trial ? Try(() => Emulate(memory)) : device;
    }

    private ISeamcallTransport OpenDevice()
    {
        ISeamcallTransport device = doors.Device();
        if (trial || device.Provenance != Provenance.Emulated)
        {
            return device;
        }

        using (device)
        {
            throw new SeamcallTransportException(
                $"The {device.Description}, is refused: all that it answers is made up, and this is no trial.",
                "Unload the kernel module tdxdash_emulated and load tdxdash; or add --trial, and what it answers is shown as emulated.");
        }
    }

    private ISeamcallTransport Emulate(IReadOnlyList<MemoryBlock> memory) => doors.Emulated(profile.Path, EmulatedCmrs.Of(memory));

    private static ModuleOpening Try(Func<ISeamcallTransport> open)
    {
        try
        {
            return ModuleOpening.Open(open());
        }
        catch (SeamcallTransportException e)
        {
            return ModuleOpening.Closed(e.Reason, e.Remedy);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            return ModuleOpening.Closed($"The native library could not be loaded: {e.Message}", "Install the probe again, with libtdxdash.so beside its binary.");
        }
    }
}
