using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>Answers SEAMCALLs from a recording: each with the next recorded answer to the same leaf and input registers. Values that
/// an emulated module gave stay emulated; all others are reported by file.</summary>
/// <param name="recorded">The recording.</param>
/// <param name="description">What the recorded transport was.</param>
public sealed class RecordedTransport(RecordedModule recorded, string description) : ISeamcallTransport
{
    private readonly bool[] _used = new bool[recorded.Calls.Count];

    /// <inheritdoc/>
    public string Description => description;

    /// <inheritdoc/>
    public Provenance Provenance => recorded.Emulated ? Provenance.Emulated : Provenance.ReportedByFile;

    /// <inheritdoc/>
    public void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page)
    {
        for (int i = 0; i < _used.Length; i++)
        {
            RecordedCall call = recorded.Calls[i];
            if (_used[i] || call.Leaf != leaf || !SameInput(call.In, registers) || (call.Error is null && call.Page.Length != page.Length))
            {
                continue;
            }

            _used[i] = true;
            if (call.Error is { } error)
            {
                throw new SeamcallTransportException(error.Reason, error.Remedy);
            }

            registers = call.Out;
            call.Page.Span.CopyTo(page);
            return;
        }

        throw new SeamcallTransportException(
            $"The dump holds no answer to SEAMCALL leaf {leaf} with RDX {Hex.Plain(registers.Rdx)} and R8 {Hex.Plain(registers.R8)}.",
            "Capture the host again with a probe of this version.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Nothing is held.
    }

    private static bool SameInput(in SeamcallRegisters a, in SeamcallRegisters b) =>
        a.Rcx == b.Rcx && a.Rdx == b.Rdx && a.R8 == b.R8 && a.R9 == b.R9 && a.R10 == b.R10 && a.R11 == b.R11;
}

/// <summary>Opens the module of a recording.</summary>
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

        var transport = new RecordedTransport(recorded, description);
        return new ModuleOpening(transport, Reading.Known(description, transport.Provenance, recorded.Opening.Description.Source));
    }
}
