using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>The way to the TDX module of one host, opened anew for each snapshot.</summary>
public interface IModuleSource
{
    /// <summary>Opens it.</summary>
    /// <param name="memory">The host's memory; empty where it is not known.</param>
    /// <returns>The transport, or why there is none.</returns>
    ModuleOpening Open(IReadOnlyList<MemoryBlock> memory);
}

/// <summary>What opening the way to a module gave.</summary>
/// <param name="Transport">The transport, to be disposed of by the caller; null when there is none.</param>
/// <param name="Description">What the transport is, or why there is none and what to do.</param>
public sealed record ModuleOpening(ISeamcallTransport? Transport, Reading<string> Description)
{
    private const string Source = "libtdxdash";

    /// <summary>An open transport.</summary>
    public static ModuleOpening Open(ISeamcallTransport transport)
    {
        ArgumentNullException.ThrowIfNull(transport);
        return new ModuleOpening(transport, Reading.Known(transport.Description, transport.Provenance, Source));
    }

    /// <summary>No transport, because of an error.</summary>
    public static ModuleOpening Closed(string reason, string remedy) => new(null, Reading.Unreadable<string>(Source, reason, remedy));

    /// <summary>No transport, because none was wanted.</summary>
    public static ModuleOpening NotWanted(string reason) => new(null, Reading.NotOffered<string>(Source, reason));
}
