using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>Passes on what another source opens, and remembers every SEAMCALL with its answer.</summary>
/// <param name="inner">What is recorded.</param>
public sealed class RecordingModuleSource(IModuleSource inner) : IModuleSource
{
    private readonly List<RecordedCall> _calls = [];
    private ModuleOpening? _opening;

    /// <summary>What was recorded since it was last opened.</summary>
    /// <exception cref="InvalidOperationException">It was never opened.</exception>
    public RecordedModule Recorded => _opening is { } opening
        ? new RecordedModule(opening, opening.Transport?.Provenance == Provenance.Emulated, [.. _calls])
        : throw new InvalidOperationException("The module was never opened.");

    /// <inheritdoc/>
    public ModuleOpening Open(IReadOnlyList<MemoryBlock> memory)
    {
        _calls.Clear();
        _opening = inner.Open(memory);
        return _opening.Transport is { } transport ? _opening with { Transport = new Tap(transport, _calls) } : _opening;
    }

    private sealed class Tap(ISeamcallTransport inner, List<RecordedCall> calls) : ISeamcallTransport
    {
        public string Description => inner.Description;

        public Provenance Provenance => inner.Provenance;

        public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
        {
            SeamcallRegisters before = registers;
            try
            {
                inner.Seamcall(leaf, ref registers, page);
                calls.Add(new RecordedCall(leaf, before, registers, page.ToArray(), null));
            }
            catch (SeamcallTransportException e)
            {
                calls.Add(new RecordedCall(leaf, before, before, default, e));
                throw;
            }
        }

        public void Dispose() => inner.Dispose();
    }
}
