using TdxDash.Fuzz.Engine;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Fuzz.Targets;

/// <summary>An observation of a module's life, as it comes over the wire.</summary>
internal sealed class ObservationTarget() : FuzzTarget("observation")
{
    private static readonly ReinitObservation Base = new(DateTimeOffset.UnixEpoch, Provenance.Emulated, "source");

    public override IEnumerable<byte[]> Seeds() =>
    [
        ObservationBatch.Write(Base with { KernelLine = "virt/tdx: SEAMCALL (0x0000000000000034) failed: 0x8000020200000000" }),
        ObservationBatch.Write(Base with { Upload = new UploadValues("idle", "transferring:firmware-invalid", 5, false) }),
        ObservationBatch.Write(Base with { Device = new DeviceValues(ModulePresence.Present, "1.5.08", 3) }),
        ObservationBatch.Write(Base with { Sweep = new SweepResult(new ModuleFingerprint("1.5.08", "b", "0x1", "l", "h", 3), "") }),
        ObservationBatch.Write(Base with { Progress = new EmulatedProgress(EmulatedStep.TdmrInit, 1, 2) }),
    ];

    public override string Check(byte[] input)
    {
        if (ObservationBatch.Read(input) is not { } seen)
        {
            return "refused";
        }

        Promise(new ObservationBatch("b", [new WireObservation(1, seen)]).Refusal() is null, "what was read is refused");
        Promise(ObservationBatch.Read(ObservationBatch.Write(seen)) == seen, "it changes when it is written and read");
        ReinitState state = ReinitState.Empty.Apply(seen);
        Promise(state.Apply(seen) == state, "the same observation again changes the state");
        return $"accepted {seen.Parts}";
    }
}
