using System.Text.Json;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Wire.Tests;

public sealed class ObservationBatchTests
{
    private const string Boot = "11111111-1111-1111-1111-111111111111";
    private static readonly ReinitObservation Base = new(new DateTimeOffset(2026, 11, 26, 12, 0, 0, TimeSpan.Zero), Provenance.Kernel, "source");

    public static IEnumerable<TheoryDataRow<ReinitObservation>> Every =>
    [
        new(Base with { KernelLine = "virt/tdx: module initialized" }),
        new(Base with { LostLines = 3 }),
        new(Base with { Upload = new UploadValues("transferring", null, long.MaxValue, true) }),
        new(Base with { Upload = new UploadValues("idle", "transferring:firmware-invalid", null, null) }),
        new(Base with { Device = new DeviceValues(ModulePresence.Lost, "") }),
        new(Base with { Sweep = new SweepResult(new ModuleFingerprint("1.5.08", "", "0x1", "", "", 3), "") }),
        new(Base with { Sweep = new SweepResult(new ModuleFingerprint("1.5.08", "", "0x1", "", "", 3) { Consumed = "NUM_CMRS=0x20 CMR_BASE=0123456789abcdef" }, "") }),
        new(Base with { Sweep = new SweepResult(null, "why") }),
        new(Base with { Sweep = new SweepResult(null, "why", SweepEnd.Lost) }),
        new(Base with { Provenance = Provenance.Emulated, Progress = new EmulatedProgress(EmulatedStep.TdmrInit, 1L << 40, 1L << 41) }),
    ];

    [Theory]
    [MemberData(nameof(Every))]
    public void Read_OfWhatWasWritten_IsTheSame(ReinitObservation seen)
    {
        Assert.Equal(seen, ObservationBatch.Read(ObservationBatch.Write(seen)));
        var batch = new ObservationBatch(Boot, [new WireObservation(1, seen), new WireObservation(5, seen)]);
        Assert.Null(batch.Refusal());
        ObservationBatch again = JsonSerializer.Deserialize(JsonSerializer.Serialize(batch, WireJson.Default.ObservationBatch), WireJson.Default.ObservationBatch)!;
        Assert.Equal(batch.Observations, again.Observations);
    }

    [Fact]
    public void Refusal_OfWhatIsNotAccepted_SaysWhy()
    {
        ReinitObservation line = Base with { KernelLine = "x" };
        Assert.Contains("1 to 64", new ObservationBatch(Boot, []).Refusal(), StringComparison.Ordinal);
        Assert.Contains("1 to 64", new ObservationBatch(Boot, [.. Enumerable.Range(1, 65).Select(i => new WireObservation(i, line))]).Refusal(), StringComparison.Ordinal);
        Assert.Contains("does not rise", new ObservationBatch(Boot, [new WireObservation(2, line), new WireObservation(2, line)]).Refusal(), StringComparison.Ordinal);
        Assert.Contains("does not rise", new ObservationBatch(Boot, [new WireObservation(0, line)]).Refusal(), StringComparison.Ordinal);
        Assert.Contains("no line was lost", Refusal(Base with { LostLines = 0 }), StringComparison.Ordinal);
        Assert.Contains("says 0 things", Refusal(Base), StringComparison.Ordinal);
        Assert.Contains("says 2 things", Refusal(line with { Device = new DeviceValues(ModulePresence.Absent, "") }), StringComparison.Ordinal);
        Assert.Contains("before 1970", Refusal(line with { At = DateTimeOffset.MinValue }), StringComparison.Ordinal);
        Assert.Contains("after 2999", Refusal(line with { At = DateTimeOffset.MaxValue }), StringComparison.Ordinal);
        Assert.Contains("longer than", Refusal(Base with { KernelLine = new string('x', 5_000) }), StringComparison.Ordinal);
        Assert.Contains("longer than", Refusal(Base with { KernelLine = "\u001b[2J" }), StringComparison.Ordinal);
        Assert.Contains("not labelled as emulated", Refusal(Base with { Progress = new EmulatedProgress(EmulatedStep.Install, 1, 1) }), StringComparison.Ordinal);
        Assert.Contains("out of bounds", Refusal(Base with { Provenance = Provenance.Emulated, Progress = new EmulatedProgress(EmulatedStep.Install, 2, 1) }), StringComparison.Ordinal);
        Assert.Contains("provenance", Refusal(line with { Provenance = (Provenance)99 }), StringComparison.Ordinal);
    }

    private static string? Refusal(ReinitObservation seen) => new ObservationBatch(Boot, [new WireObservation(1, seen)]).Refusal();
}
