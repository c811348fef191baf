using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>The way to the TDX module through libtdxdash.</summary>
public sealed class NativeTransport : ISeamcallTransport
{
    /// <inheritdoc/>
    public string Description => throw new NotSupportedException();

    /// <inheritdoc/>
    public Provenance Provenance => throw new NotSupportedException();

    /// <summary>Opens the kernel device.</summary>
    /// <exception cref="SeamcallTransportException">It is absent, refused, or of another ABI version.</exception>
    public static NativeTransport OpenDevice(string path = "/dev/tdxdash") => throw new NotSupportedException();

    /// <summary>Starts an emulated module.</summary>
    /// <param name="profilePath">The profile's file.</param>
    /// <param name="cmrs">The CMRs that the emulated platform has, at most 32; empty keeps the profile's own.</param>
    /// <exception cref="SeamcallTransportException">The profile is absent or malformed; the message names file, line and remedy.</exception>
    public static NativeTransport OpenEmulated(string profilePath, IReadOnlyList<AddressRange> cmrs) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotSupportedException();
}
