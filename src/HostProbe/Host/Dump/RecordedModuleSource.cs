using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>Opens the module of a recording. Values that an emulated module gave stay emulated; all others are reported by file.</summary>
/// <param name="recorded">The recording.</param>
public sealed class RecordedModuleSource(RecordedModule recorded) : IModuleSource
{
    /// <inheritdoc/>
    public ModuleOpening Open(IReadOnlyList<MemoryBlock> memory)
    {
        if (!recorded.Opening.Description.TryGet(out string? description))
        {
            return recorded.Opening;
        }

        try
        {
            var transport = NativeTransport.OpenRecorded(recorded.Calls, description, recorded.Emulated);
            return new ModuleOpening(transport, Reading.Known(description, transport.Provenance, recorded.Opening.Description.Source));
        }
        catch (SeamcallTransportException e)
        {
            return ModuleOpening.Closed(e.Reason, e.Remedy);
        }
    }
}
