using System.Globalization;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.Tdx.Reinit;

/// <summary>Follows the initialisation at boot through what the kernel logs, and what an emulated module shows.</summary>
internal static class BootSteps
{
    private const ulong SysInfo = 32, KeyConfig = 31, TdmrInit = 36, SysConfig = 45;

    /// <summary>Takes a line of the kernel log.</summary>
    public static ReinitState Line(ReinitState state, ReinitObservation seen, KernelLogFacts line)
    {
        bool begins = line.PrivateKeyIds is not null && state.Boot is { } known && (known.Lines.Count > 0 || known.Outcome != RunOutcome.Running);
        ReinitRun run = begins || state.Boot is null ? ReinitRun.Begin(RunKind.Boot, seen) : state.Boot;
        state = begins ? new ReinitState { Device = state.Device, Upload = state.Upload, LastError = state.LastError, Ignored = state.Ignored } : state;
        run = run.Outcome == RunOutcome.Failed ? Keep(run, seen, line) : Advance(Keep(run, seen, line), seen, line);
        return state with { Boot = Judge(run, seen) };
    }

    /// <summary>Takes the progress of an emulated module.</summary>
    public static ReinitState Progress(ReinitState state, ReinitObservation seen, ReinitStage stage)
    {
        EmulatedProgress progress = seen.Progress!;
        bool begins = state.Boot is null || (state.Boot.Outcome != RunOutcome.Running && stage == ReinitStage.BootInstall);
        ReinitRun run = begins ? ReinitRun.Begin(RunKind.Boot, seen) : state.Boot!;
        return run.Outcome == RunOutcome.Running ? state with { Boot = run.Count(stage, seen, progress) } : state with { Ignored = state.Ignored + 1 };
    }

    /// <summary>Makes a stage go on, or be over, with its count.</summary>
    public static ReinitRun Count(this ReinitRun run, ReinitStage stage, ReinitObservation seen, EmulatedProgress progress)
    {
        long total = Math.Max(0, progress.Total), done = Math.Clamp(progress.Done, 0, total);
        bool counts = progress.Step != EmulatedStep.SysInit;
        ReinitRun reached = run.Reach(stage, seen, counts && total > 0 && done == total && !progress.Failed ? StageStatus.Done : StageStatus.Running);
        return ReferenceEquals(reached, run) || !counts ? reached : reached.Change(stage, known => known with { Done = done, Total = total });
    }

    private static ReinitRun Keep(ReinitRun run, ReinitObservation seen, KernelLogFacts line) =>
        line.Cmrs.Count > 0 || run.Lines.Count >= ReinitRun.MaxLines ? run : run with { Lines = [.. run.Lines, seen.KernelLine!] };

    private static ReinitRun Advance(ReinitRun run, ReinitObservation seen, KernelLogFacts line)
    {
        if (line.PrivateKeyIds is { } ids)
        {
            run = run.Reach(ReinitStage.KeyIds, seen, StageStatus.Done, string.Create(CultureInfo.InvariantCulture, $"private KeyIDs [{ids.Start}, {ids.End})"));
        }

        if (line.Version is not null || line.Cmrs.Count > 0)
        {
            // The kernel reads the version by SEAMCALL, so every processor is initialised by then.
            run = run[ReinitStage.PerCpu] is { Status: StageStatus.Done } ? run : run.Reach(ReinitStage.Config, seen);
            run = line.Version is { } version ? run with { After = ModuleFingerprint.OfVersion(Text(version), null) } : run;
        }

        return line.PamtKiB is { } pamt
            ? run.Reach(ReinitStage.Pamt, seen, StageStatus.Done, string.Create(CultureInfo.InvariantCulture, $"{pamt} KB allocated for PAMT"))
            : run;
    }

    private static string Text((int Major, int Minor, int? Update) version) => version.Update is { } update
        ? string.Create(CultureInfo.InvariantCulture, $"{version.Major}.{version.Minor}.{update:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{version.Major}.{version.Minor}");

    private static ReinitRun Judge(ReinitRun run, ReinitObservation seen)
    {
        var facts = KernelLogFacts.From(run.Lines.Append(seen.KernelLine!));
        if (facts.Initialized == true)
        {
            ReinitRun whole = run with { Failure = null, Stages = [.. run.Stages.Select(stage => stage.Status is StageStatus.Failed or StageStatus.NotReached ? stage with { Status = StageStatus.Waiting, End = null } : stage)] };
            return whole.Reach(ReinitStage.Initialised, seen, StageStatus.Done).Finish(RunOutcome.Initialised, seen);
        }

        LoggedCause? cause = facts.Causes.Where(Decides).OrderBy(known => known.Cause == FailureCause.Initialization).FirstOrDefault();
        FailedSeamcall? call = facts.FailedSeamcalls.FirstOrDefault(known => StageOf(known.Leaf) is not null);
        return cause is null || (cause.Cause == FailureCause.Seamcall && call is null) ? run : run.Fail(Failure(run, cause, call), seen);
    }

    private static bool Decides(LoggedCause cause) => cause.Cause is not (FailureCause.KexecRefused or FailureCause.PrivateMemoryError);

    private static ReinitFailure Failure(ReinitRun run, LoggedCause cause, FailedSeamcall? call)
    {
        SeamcallStatus? status = cause.Cause == FailureCause.Seamcall ? call?.Explain() : null;
        string remedy = status?.Remedy ?? FailureRemedies.Of(cause.Cause);
        return new ReinitFailure(
            (status is null ? StageOf(cause.Cause) : StageOf(call!.Leaf)) ?? Reached(run), "", cause.Line, status?.Meaning ?? cause.Line,
            status is null ? "" : $"{SeamcallLeaf.NameOf(call!.Leaf)}: {status.Name}{(status.Detail.Length == 0 ? "" : $", {status.Detail}")}", RetryAdvice.FollowRemedy, remedy);
    }

    private static ReinitStage Reached(ReinitRun run) => run.Failure?.Stage ?? (run.Furthest() is var at && at < ReinitStage.PerCpu ? ReinitStage.PerCpu : at);

    private static ReinitStage? StageOf(ulong leaf) => (leaf & ushort.MaxValue) switch
    {
        _ when leaf >> 63 == 1 => ReinitStage.BootInstall,
        SeamcallLeaf.SysInit or SeamcallLeaf.SysLpInit or SeamcallLeaf.SysRd or SeamcallLeaf.SysRdAll or SysInfo => ReinitStage.PerCpu,
        SysConfig => ReinitStage.Config,
        KeyConfig => ReinitStage.KeyConfig,
        TdmrInit => ReinitStage.TdmrInit,
        _ => null,
    };

    private static ReinitStage? StageOf(FailureCause cause) => cause switch
    {
        FailureCause.TdxOff or FailureCause.TooFewKeyIds => ReinitStage.KeyIds,
        FailureCause.ModuleNotLoaded => ReinitStage.ModuleAbsent,
        FailureCause.MissingCpuFeature or FailureCause.KvmPrerequisite or FailureCause.Hibernation => ReinitStage.PerCpu,
        FailureCause.NoRbpMod or FailureCause.TdmrsExhausted or FailureCause.ReservedAreasExhausted or FailureCause.OutOfMemory => ReinitStage.Config,
        _ => null,
    };
}
