using System.Text.Json;
using CsCheck;
using TdxDash.Tdx.Reinit;

namespace TdxDash.Tdx.Tests.Reinit;

/// <summary>Whatever is observed, in whatever order, leads to a state that holds together.</summary>
public sealed class ReinitProperties
{
    private static readonly string[] Lines =
    [
        "virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: module not loaded", "virt/tdx: Module version: 1.5.08", "virt/tdx: CMR: [0x100000, 0x77800000)",
        "virt/tdx: 1050636 KB allocated for PAMT", "virt/tdx: TDX-Module initialized", "virt/tdx: module initialization failed (-5)",
        "virt/tdx: SEAMCALL (0x0000000000000034) failed: 0x8000020200000000", "virt/tdx: SEAMCALL (0x0000000000000021) failed: 0xc000092100000122",
        "seamldr: SEAMCALL (0x8000000000000001) failed: 0x8000000000020000", "seamldr: update failed, SEAMCALLs will report failure until TDs killed",
        "virt/tdx: RCX 0x0000000000000000 RDX 0x9100000100000008 R08 0x0000000000000000", "", "usb 1-1: nothing", "virt/tdx: \u0007 ;drop table\u202e",
    ];

    private static readonly Gen<int> Second = Gen.Int[-100, 100];

    private static readonly Gen<ReinitObservation> Observation = Gen.OneOf(
        Gen.Select(Second, OneOf(Lines), (at, line) => Seen.Line(at, line)),
        Gen.Select(Second, Gen.String, (at, line) => Seen.Line(at, "virt/tdx: " + line)),
        Gen.Select(Second, OneOf("idle", "receiving", "preparing", "transferring", "programming", "", "odd"),
            OneOf<string?>(null, "", "transferring:firmware-invalid", "preparing:device-busy", ":", "x"), Gen.Long[-2, 9], Gen.Bool,
            (at, status, error, left, loading) => Seen.Node(at, status, error, left < 0 ? null : left, loading)),
        Gen.Select(Second, Gen.Int[-1, 4], OneOf("1.5.08", "1.5.16", ""), (at, presence, version) => Seen.Device(at, (ModulePresence)presence, version)),
        Gen.Select(Second, OneOf<ModuleFingerprint?>(null, Seen.Old, Seen.Old with { Version = "1.5.16", Features = "0x1" }), (at, identity) => Seen.Sweep(at, identity, "why")),
        Gen.Select(Second, Gen.Int[-1, 9], Gen.Long, Gen.Long, (at, step, done, total) => Seen.Emulated(at, (EmulatedStep)step, done, total)),
        Second.Select(at => Seen.Line(at, "x") with { KernelLine = null }));

    [Fact]
    public void Apply_OfAnySequence_LeadsToAStateThatHoldsTogether() => Observation.Array[0, 60].Sample(all =>
    {
        ReinitState state = ReinitState.Empty;
        foreach (ReinitObservation seen in all)
        {
            state = state.Apply(seen);
            Check(state.Boot);
            Check(state.Update);
        }
    }, iter: 3_000);

    [Fact]
    public void Apply_OfTheSameAgain_ChangesNothing() => Observation.Array[1, 40].Sample(all =>
    {
        ReinitState once = all.Aggregate(ReinitState.Empty, (state, seen) => state.Apply(seen));
        ReinitState twice = all.Aggregate(ReinitState.Empty, (state, seen) => state.Apply(seen).Apply(seen));
        Assert.Equal(JsonSerializer.Serialize(once), JsonSerializer.Serialize(twice));
    }, iter: 1_000);

    [Fact]
    public void Fold_OfDeliveriesInAnyOrderAndMoreThanOnce_IsTheSame() => Gen.Select(Observation.Array[1, 30], Gen.Int).Sample((all, seed) =>
    {
        NumberedObservation[] numbered = [.. all.Select((seen, i) => new NumberedObservation(i, seen))];
        var random = new Random(seed);
        NumberedObservation[] mixed = [.. numbered.Concat(numbered).OrderBy(_ => random.Next())];
        Assert.Equal(JsonSerializer.Serialize(ReinitState.Fold(numbered)), JsonSerializer.Serialize(ReinitState.Fold(mixed)));
    }, iter: 1_000);

    [Fact]
    public void Apply_OfHugeTexts_KeepsBounds()
    {
        string huge = "seamldr: update failed" + new string('x', 1_000_000);
        ReinitState state = Seen.Fold(Enumerable.Range(0, 500).Select(i => Seen.Line(i, huge)).Append(Seen.Node(600, "idle", new string('y', 1_000_000))));
        Assert.True(state.Update!.Lines.Count <= ReinitRun.MaxLines);
        Assert.All(state.Update.Lines, line => Assert.True(line.Length <= ReinitObservation.MaxLine));
        Assert.True(state.LastError!.Length <= ReinitObservation.MaxText);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static void Check(ReinitRun? run)
    {
        if (run is null)
        {
            return;
        }

        Assert.Equal(run.Stages.Select(stage => stage.Stage).Distinct().Order(), run.Stages.Select(stage => stage.Stage));
        Assert.Equal(run.Outcome == RunOutcome.Failed, run.Failure is not null);
        Assert.Equal(run.Outcome == RunOutcome.Failed, run.Stages.Any(stage => stage.Status == StageStatus.Failed));
        Assert.Equal(run.Outcome == RunOutcome.Running, run.End is null);
        Assert.True(run.Outcome == RunOutcome.Running || run.Current is null);
        Assert.True(run.End is null || run.End >= run.Start);
        Assert.All(run.Stages, stage => Assert.True(stage.End is null || stage.End >= stage.Start, $"{stage}"));
        Assert.All(run.Stages, stage => Assert.True(stage.Total is null || (stage.Done >= 0 && stage.Done <= stage.Total), $"{stage}"));
        Assert.True(run.Lines.Count <= ReinitRun.MaxLines);
        Assert.True(run.Stages.Count(stage => stage.Status == StageStatus.Running && stage.Stage != ReinitStage.InKernel) <= 1);
    }
}
