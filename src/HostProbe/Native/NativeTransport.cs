using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>The way to the TDX module through libtdxdash. Calls may come from several threads at once.</summary>
public sealed unsafe class NativeTransport : ISeamcallTransport
{
    private const string Reinstall = "Install the probe and libtdxdash.so from one release, in one folder.";

    private readonly TransportHandle _handle;

    private NativeTransport(TransportHandle handle)
    {
        _handle = handle;
        NativeInfo info;
        NativeError error;
        ThrowUnlessOk(NativeMethods.Describe(handle, &info, &error), in error);
        Description = NativeMethods.Text(info.Description, NativeInfo.DescriptionBytes);
        Provenance = (info.Flags & NativeInfo.EmulatedFlag) != 0 ? Provenance.Emulated
            : info.Kind == NativeInfo.RecordedKind ? Provenance.ReportedByFile
            : Provenance.Read;
    }

    /// <summary>For <see cref="EmulatedModule"/>, which owns the transport.</summary>
    internal TransportHandle Handle => _handle;

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public Provenance Provenance { get; }

    /// <summary>Opens the kernel device.</summary>
    /// <exception cref="SeamcallTransportException">It is absent, refused, or of another ABI version.</exception>
    public static NativeTransport OpenDevice(string path = "/dev/tdxdash")
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        CheckLibrary();
        NativeError error;
        int code = NativeMethods.OpenDevice(path, out TransportHandle handle, &error);
        return Own(code, handle, in error);
    }

    /// <summary>Starts an emulated module.</summary>
    /// <param name="profilePath">The profile's file.</param>
    /// <param name="cmrs">The CMRs that the emulated platform has, at most 32; empty keeps the profile's own.</param>
    /// <exception cref="SeamcallTransportException">The profile is absent or malformed; the message names file, line and remedy.</exception>
    public static NativeTransport OpenEmulated(string profilePath, IReadOnlyList<AddressRange> cmrs)
    {
        ArgumentException.ThrowIfNullOrEmpty(profilePath);
        ArgumentNullException.ThrowIfNull(cmrs);
        CheckLibrary();
        NativeCmr[] list = [.. cmrs.Select(c => new NativeCmr { Base = c.Start.Value, Size = c.End.Value - c.Start.Value })];
        NativeError error;
        fixed (NativeCmr* first = list)
        {
            int code = NativeMethods.OpenEmulated(profilePath, first, (uint)list.Length, out TransportHandle handle, &error);
            return Own(code, handle, in error);
        }
    }

    /// <summary>Opens a recording. A question (leaf and registers, without RAX) is answered as it was recorded, each recorded answer once and
    /// in order; a call that was not executed then fails again with its own reason and remedy, and one that was not recorded says so.</summary>
    /// <param name="calls">The recorded calls in order, at most 262,144 with at most 1,024 different errors. They are copied.</param>
    /// <param name="description">What the recorded transport was; cut after 255 bytes.</param>
    /// <param name="emulated">Whether the recorded module was emulated: what it said stays so. Else values are reported by file.</param>
    /// <exception cref="SeamcallTransportException">There can be no such recording; the message names the call.</exception>
    public static NativeTransport OpenRecorded(IReadOnlyList<RecordedCall> calls, string description, bool emulated)
    {
        ArgumentNullException.ThrowIfNull(calls);
        ArgumentNullException.ThrowIfNull(description);
        CheckLibrary();
        NativeError error;
        int code = new Recording(calls, description, emulated).Open(out TransportHandle handle, &error);
        return Own(code, handle, in error);
    }

    /// <inheritdoc/>
    public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        NativeError error;
        int code;
        fixed (SeamcallRegisters* inOut = &registers)
        fixed (byte* first = page)
        {
            code = NativeMethods.Seamcall(_handle, leaf, inOut, first, (ulong)page.Length, &error);
        }

        ThrowUnlessOk(code, in error);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    internal static void ThrowUnlessOk(int code, in NativeError error)
    {
        if (code == NativeMethods.Ok)
        {
            return;
        }

        fixed (byte* message = error.Message)
        fixed (byte* remedy = error.Remedy)
        {
            throw new SeamcallTransportException(
                NativeMethods.Text(message, NativeError.MessageBytes),
                NativeMethods.Text(remedy, NativeError.RemedyBytes));
        }
    }

    private static NativeTransport Own(int code, TransportHandle handle, in NativeError error)
    {
        try
        {
            ThrowUnlessOk(code, in error);
            return new NativeTransport(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static void CheckLibrary()
    {
        uint version;
        try
        {
            version = NativeMethods.GetAbiVersion();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new SeamcallTransportException($"The library libtdxdash.so cannot be used: {e.Message}", Reinstall);
        }

        if (version != NativeMethods.AbiVersion)
        {
            throw new SeamcallTransportException($"The library libtdxdash.so speaks ABI version {version}, and this probe {NativeMethods.AbiVersion}.", Reinstall);
        }
    }
}
