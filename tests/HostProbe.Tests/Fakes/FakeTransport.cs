using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Fakes;

internal sealed class FakeTransport(string description, Provenance provenance) : ISeamcallTransport
{
    public string Description => description;

    public Provenance Provenance => provenance;

    public bool IsDisposed { get; private set; }

    /// <summary>What each field reads as.</summary>
    public ulong Value { get; set; } = 0x77;

    public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        registers.Rax = 0;
        registers.R8 = Value;
        page.Fill(64);
    }

    public void Dispose() => IsDisposed = true;

    public static ISeamcallTransport NoDevice() => throw new SeamcallTransportException("/dev/tdxdash does not exist.", "Load the tdxdash kernel module.");

    /// <summary>No device, and emulated modules that are named after their profile.</summary>
    public static TransportDoors Doors(List<IReadOnlyList<AddressRange>>? cmrs = null) => new(NoDevice, (path, ranges) =>
    {
        cmrs?.Add(ranges);
        return new FakeTransport($"emulated module, profile {Path.GetFileNameWithoutExtension(path)}", Provenance.Emulated);
    });
}
