namespace TdxDash.Tdx.Reinit;

/// <summary>Follows an update at run time through the firmware-upload node, the <c>tdx_host</c> device and the module itself.</summary>
internal static class UpdateSteps
{
    private const int MaxStray = 16;

    // A failed SEAMCALL belongs to an update that is seen within this time of it.
    private static readonly TimeSpan Near = TimeSpan.FromSeconds(10);

    private const string Idle = "idle", Transferring = "transferring";

    /// <summary>Takes what the firmware-upload node says.</summary>
    public static ReinitState Upload(ReinitState state, ReinitObservation seen)
    {
        UploadValues now = seen.Upload!;
        ReinitStage? stage = now.Status switch
        {
            Idle => now.IsLoading == true ? ReinitStage.Detected : null,
            "receiving" => ReinitStage.Receiving,
            "preparing" => ReinitStage.Preparing,
            Transferring => ReinitStage.Transferring,
            "programming" => ReinitStage.InKernel,
            _ => ReinitStage.Verified,
        };
        if (stage == ReinitStage.Verified)
        {
            return state with { Ignored = state.Ignored + 1 };
        }

        return (stage is { } reached ? Advance(state, seen, reached) : AtRest(state, seen)) with { Upload = now, LastError = now.Error ?? state.LastError };
    }

    /// <summary>Takes what the <c>tdx_host</c> device says.</summary>
    public static ReinitState Device(ReinitState state, ReinitObservation seen)
    {
        DeviceValues before = state.Device, now = seen.Device!;
        state = state with { Device = now };
        bool running = state.Update?.Outcome == RunOutcome.Running;
        if (now.Presence == ModulePresence.Lost)
        {
            return state.Update is { Outcome: RunOutcome.Failed } failed ? state with { Update = Explain(failed, state, seen) }
                : running ? state.Update!.Current?.Stage == ReinitStage.Rereading ? state with { Update = state.Update.Fail(UploadFailures.Of(state.Update, "", now), seen) } : state
                : before.Presence == ModulePresence.Present ? Failed(state, seen, "") : state;
        }

        bool changed = now.Presence == ModulePresence.Present && before.Presence == ModulePresence.Present && before.Version != now.Version;
        return changed && !running && state.Update?.After?.Version != now.Version
            ? state with { Update = (ReinitRun.Begin(RunKind.Update, seen) with { Before = state.Identity ?? ModuleFingerprint.OfVersion(before.Version, before.UpdatesLeft) }).Reach(ReinitStage.Rereading, seen) }
            : state;
    }

    /// <summary>Takes what reading the module gave.</summary>
    public static ReinitState Sweep(ReinitState state, ReinitObservation seen)
    {
        ReinitRun? run = state.Update is { Outcome: RunOutcome.Running } update ? update : null;
        if (seen.Sweep!.Identity is not { } identity)
        {
            return run is not null && seen.Sweep.End != SweepEnd.None ? state with { Update = run.Fail(UploadFailures.NoAnswer(run, seen.Sweep), seen) }
                : run?.Current?.Stage == ReinitStage.Rereading
                ? state with { Update = run.Change(ReinitStage.Rereading, stage => stage with { Note = seen.Sweep.Problem }) }
                : state;
        }

        // While the kernel replaces the module, an answer is still that of the old one.
        if (run is not null && run.Current?.Stage != ReinitStage.Rereading)
        {
            return state;
        }

        ReinitRun? boot = state.Boot is { Outcome: RunOutcome.Initialised } initialised && (state.Update is null) ? initialised with { After = identity } : state.Boot;
        ReinitRun? ended = run is null ? Complete(state.Update, identity) : (run with { After = identity, ConsumedChanges = run.Before?.ConsumedChanges(identity) ?? [] })
            .Reach(ReinitStage.Verified, seen, StageStatus.Done).Finish(RunOutcome.Verified, seen);
        return state with { Identity = identity, Boot = boot, Update = ended };
    }

    // An update that was verified by the version alone is compared as soon as the module answers in full.
    private static ReinitRun? Complete(ReinitRun? update, ModuleFingerprint identity) =>
        update is { Outcome: RunOutcome.Verified, After: { Features.Length: 0 } after } && identity.Features.Length > 0 && identity.Version == after.Version
            ? update with { After = identity, ConsumedChanges = update.Before?.ConsumedChanges(identity) ?? [] }
            : update;

    /// <summary>Takes the progress of an emulated module during an update.</summary>
    public static ReinitState Progress(ReinitState state, ReinitObservation seen, ReinitStage stage)
    {
        ReinitRun run = state.Update is { Outcome: RunOutcome.Running } known ? known : Begin(state, seen);
        return state with { Update = run.Reach(ReinitStage.InKernel, seen).Count(stage, seen, seen.Progress!) };
    }

    /// <summary>Takes a line of the kernel log that belongs to an update.</summary>
    public static ReinitState Line(ReinitState state, ReinitObservation seen)
    {
        if (state.Update is not { Outcome: RunOutcome.Running or RunOutcome.Failed } run || (run.End is { } end && seen.At - end > Near))
        {
            return seen.KernelLine!.Contains(UploadFailures.DownMark, StringComparison.Ordinal)
                ? Failed(state, seen, "")
                : state with { Stray = [.. state.Stray.TakeLast(MaxStray - 1), new LoggedLine(seen.At, seen.KernelLine!)] };
        }

        run = run.Lines.Count < ReinitRun.MaxLines ? run with { Lines = [.. run.Lines, seen.KernelLine!] } : run;
        return state with { Update = run.Outcome == RunOutcome.Failed ? Explain(run, state, seen) : run };
    }

    private static ReinitState Advance(ReinitState state, ReinitObservation seen, ReinitStage stage)
    {
        ReinitRun? known = state.Update is { Outcome: RunOutcome.Running } running ? running : null;
        bool another = known is not null && (known.Furthest() >= ReinitStage.Rereading || (stage < ReinitStage.Transferring && known.Furthest() > stage));
        ReinitRun run = known is null || another ? Begin(state, seen) : known;
        run = run.Reach(stage, seen);
        run = Bytes(run, seen.Upload!);

        // The driver takes the image in one piece, and stops all processors while it does: what no longer moves is in the kernel.
        bool stands = stage == ReinitStage.Transferring && !another && known?[ReinitStage.Transferring]?.Status == StageStatus.Running
            && state.Upload is { Status: Transferring } before && before.RemainingBytes == seen.Upload!.RemainingBytes;
        return state with { Update = stands ? run.Reach(ReinitStage.InKernel, seen) : run };
    }

    private static ReinitRun Bytes(ReinitRun run, UploadValues now)
    {
        if (now.RemainingBytes is not { } left || left < 0 || now.Status == Idle)
        {
            return run;
        }

        return run.Change(ReinitStage.Transferring, stage => Math.Max(stage.Total ?? 0, left) is var total && total > 0
            ? stage with { Total = total, Done = total - left } : stage);
    }

    private static ReinitState AtRest(ReinitState state, ReinitObservation seen)
    {
        string error = seen.Upload!.Error ?? "";
        if (state.Update is { Outcome: RunOutcome.Running } run && run.Furthest() < ReinitStage.Rereading)
        {
            return state with { Update = error.Length > 0 ? run.Fail(UploadFailures.Of(run, error, state.Device), seen) : run.Reach(ReinitStage.Rereading, seen) };
        }

        if (error.Length == 0 || error == state.LastError || state.Update is { Outcome: RunOutcome.Running })
        {
            return state;
        }

        return state.Update is { Outcome: RunOutcome.Failed, Failure.Error: "" or UploadFailures.NoAnswerWord } failed
            ? state with { Update = failed.Fail(UploadFailures.Of(failed, error, state.Device), seen) }
            : Failed(state, seen, error);
    }

    private static ReinitRun Explain(ReinitRun failed, ReinitState state, ReinitObservation seen)
    {
        ReinitFailure known = failed.Failure!;
        string error = known.Phase.Length == 0 ? known.Error : $"{known.Phase}:{known.Error}";
        ReinitFailure better = UploadFailures.Of(failed, error, state.Device) with { Stage = known.Stage };
        return failed with { Failure = better, IsEmulated = failed.IsEmulated || seen.Provenance == Snapshots.Provenance.Emulated };
    }

    private static ReinitState Failed(ReinitState state, ReinitObservation seen, string error)
    {
        ReinitRun run = Begin(state, seen);
        run = seen.KernelLine is { } line ? run with { Lines = [.. run.Lines, line] } : run;
        ReinitFailure failure = UploadFailures.Of(run, error, state.Device);
        return state with { Update = run.Fail(failure.Phase.Length == 0 ? failure with { Stage = ReinitStage.InKernel } : failure, seen) };
    }

    private static ReinitRun Begin(ReinitState state, ReinitObservation seen) => ReinitRun.Begin(RunKind.Update, seen) with
    {
        Lines = [.. state.Stray.Where(line => (seen.At - line.At).Duration() <= Near).Select(line => line.Text)],
        Before = state.Identity ?? (state.Device.Presence == ModulePresence.Present ? ModuleFingerprint.OfVersion(state.Device.Version, state.Device.UpdatesLeft) : null),
    };
}
