using System.Text;
using TdxDash.Tdx.Reinit;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Reinit;

/// <summary>Boots, as real kernels logged them and as an emulated module shows them.</summary>
public sealed class BootTests
{
    private static readonly string Captures = Path.Combine(Repository.Root, "tests/data/captures");

    [Fact]
    public void Fold_OfEveryCapture_EndsAsTheLogSays()
    {
        var text = new StringBuilder();
        foreach (string file in Directory.EnumerateFiles(Captures, "*.txt").Order(StringComparer.Ordinal))
        {
            text.Append($"== {Path.GetFileName(file)}\n{Seen.Words(Fold(file))}\n");
        }

        Golden.Equal(Path.Combine(Repository.Root, "tests/data/reinit/captures.txt"), text.ToString());
    }

    [Theory]
    [InlineData("12-spr-256g-complete.txt", RunOutcome.Initialised, null)]
    [InlineData("23-lkml-2026-version-print.txt", RunOutcome.Initialised, null)]
    [InlineData("24-dynamic-pamt.txt", RunOutcome.Initialised, null)]
    [InlineData("02-gnr-hpe-dl380a-gen12.txt", RunOutcome.Failed, ReinitStage.Config)]
    [InlineData("04-spr-sysrd-fails.txt", RunOutcome.Failed, ReinitStage.PerCpu)]
    [InlineData("07-dell-r760-module-not-loaded.txt", RunOutcome.Failed, ReinitStage.ModuleAbsent)]
    [InlineData("09-sys-init-msr.txt", RunOutcome.Failed, ReinitStage.PerCpu)]
    [InlineData("05-silent.txt", RunOutcome.Running, null)]
    public void Fold_OfCapture_EndsAtItsStage(string file, RunOutcome outcome, ReinitStage? failed)
    {
        ReinitRun run = Fold(Path.Combine(Captures, file)).Boot!;
        Assert.Equal((outcome, failed), (run.Outcome, run.Failure?.Stage));
    }

    [Fact]
    public void Fold_OfFailedSeamcall_DecodesItAndKeepsTheRemedy()
    {
        ReinitFailure failure = Fold(Path.Combine(Captures, "09-sys-init-msr.txt")).Boot!.Failure!;
        Assert.StartsWith("TDH.SYS.INIT: TDX_INCORRECT_MSR_VALUE", failure.Status, StringComparison.Ordinal);
        Assert.Equal(RetryAdvice.FollowRemedy, failure.Advice);
        Assert.NotEmpty(failure.AdviceText);
    }

    [Fact]
    public void Fold_OfSecondBoot_SpeaksOfThatOneAlone()
    {
        ReinitState state = Seen.Fold(
            Seen.Line(0, "virt/tdx: BIOS enabled: private KeyID range [32, 64)"), Seen.Line(1, "virt/tdx: module not loaded"),
            Seen.Line(2, "virt/tdx: BIOS enabled: private KeyID range [16, 64)"), Seen.Line(3, "virt/tdx: module initialized"));
        Assert.Equal(RunOutcome.Initialised, state.Boot!.Outcome);
        Assert.Contains("[16, 64)", state.Boot[ReinitStage.KeyIds]!.Note, StringComparison.Ordinal);
        Assert.Null(state.Boot.Failure);
    }

    [Fact]
    public void Fold_OfEmulatedBoot_ShowsEveryStageAndBytes()
    {
        ReinitObservation[] half =
        [
            Seen.Emulated(0, EmulatedStep.Install, 8, 8), Seen.Line(1, "virt/tdx: BIOS enabled: private KeyID range [32, 64)"),
            Seen.Emulated(2, EmulatedStep.SysInit, 1, 1), Seen.Emulated(3, EmulatedStep.PerCpu, 3, 8), Seen.Emulated(4, EmulatedStep.PerCpu, 8, 8),
            Seen.Line(5, "virt/tdx: Module version: 1.5.08"), Seen.Emulated(6, EmulatedStep.Config, 1, 1), Seen.Emulated(7, EmulatedStep.KeyConfig, 2, 2),
            Seen.Emulated(8, EmulatedStep.TdmrInit, 1L << 30, 4L << 30),
        ];
        StageRecord now = Seen.Fold(half).Boot!.Current!;
        Assert.Equal((ReinitStage.TdmrInit, 1L << 30, 4L << 30, true), (now.Stage, now.Done, now.Total, now.CountsBytes));
        Golden.Equal(Path.Combine(Repository.Root, "tests/data/reinit/emulated-boot.txt"), Seen.Words(Seen.Fold(
            [.. half, Seen.Emulated(9, EmulatedStep.TdmrInit, 4L << 30, 4L << 30), Seen.Line(10, "virt/tdx: 1050636 KB allocated for PAMT"), Seen.Line(11, "virt/tdx: TDX-Module initialized")])));
    }

    private static ReinitState Fold(string file) => Seen.Fold(File.ReadLines(file).Where(line => !line.StartsWith('#')).Select((line, i) => Seen.Line(i, line)));
}
