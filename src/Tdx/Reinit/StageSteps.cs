using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Reinit;

/// <summary>Moves a run along its stages. A run never goes back.</summary>
internal static class StageSteps
{
    /// <summary>Makes a stage the one that goes on; those before it are over.</summary>
    public static ReinitRun Reach(this ReinitRun run, ReinitStage stage, ReinitObservation seen, StageStatus status = StageStatus.Running, string? note = null)
    {
        ReinitRun with = run[stage] is null ? run.Insert(stage) : run;
        StageRecord[] stages = [.. with.Stages];
        int at = Array.FindIndex(stages, known => known.Stage == stage);
        if (IsOver(stages[at].Status) || stages.Skip(at + 1).Any(later => later.Status != StageStatus.Waiting && !Shares(later.Stage, stage)))
        {
            return run;
        }

        for (int i = 0; i < at; i++)
        {
            stages[i] = Pass(stages[i], stage, seen.At);
        }

        StageRecord known = stages[at];
        DateTimeOffset? start = known.Start ?? seen.At;
        stages[at] = known with
        {
            Status = status,
            Start = start,
            End = status == StageStatus.Running ? null : Later(start, seen.At),
            Provenance = seen.Provenance,
            Note = note ?? known.Note,
        };
        return with with { Stages = stages, IsEmulated = run.IsEmulated || seen.Provenance == Provenance.Emulated };
    }

    /// <summary>Changes one stage.</summary>
    public static ReinitRun Change(this ReinitRun run, ReinitStage stage, Func<StageRecord, StageRecord> change) =>
        run with { Stages = [.. run.Stages.Select(known => known.Stage == stage ? change(known) : known)] };

    /// <summary>Ends a run well: what was not seen is over all the same.</summary>
    public static ReinitRun Finish(this ReinitRun run, RunOutcome outcome, ReinitObservation seen) => run with
    {
        Outcome = outcome,
        End = Later(run.Start, seen.At),
        Stages = [.. run.Stages.Select(stage => stage.Status switch
        {
            StageStatus.Waiting => stage with { Status = StageStatus.Unseen },
            StageStatus.Running => stage with { Status = StageStatus.Done, End = Later(stage.Start, seen.At) },
            _ => stage,
        })],
    };

    /// <summary>Ends a run badly at a stage.</summary>
    public static ReinitRun Fail(this ReinitRun run, ReinitFailure failure, ReinitObservation seen)
    {
        ReinitRun with = run[failure.Stage] is null ? run.Insert(failure.Stage) : run;
        int at = with.Stages.ToList().FindIndex(stage => stage.Stage == failure.Stage);
        return with with
        {
            Outcome = RunOutcome.Failed,
            Failure = failure,
            End = Later(run.Start, seen.At),
            IsEmulated = run.IsEmulated || seen.Provenance == Provenance.Emulated,
            Stages = [.. with.Stages.Select((stage, i) => i switch
            {
                _ when i == at => stage with { Status = StageStatus.Failed, End = stage.Start is null ? null : stage.End ?? Later(stage.Start, seen.At), Provenance = stage.Provenance ?? seen.Provenance },
                _ when i > at => stage.Status is StageStatus.Waiting or StageStatus.Running or StageStatus.Unseen ? stage with { Status = StageStatus.NotReached, End = stage.Start is null ? null : stage.End ?? Later(stage.Start, seen.At) } : stage,
                _ => Pass(stage, failure.Stage, seen.At) is { Status: StageStatus.Running } around ? around with { Status = StageStatus.Failed, End = Later(around.Start, seen.At) } : Pass(stage, failure.Stage, seen.At),
            })],
        };
    }

    /// <summary>The furthest stage that anything is known of; the first one where nothing is.</summary>
    public static ReinitStage Furthest(this ReinitRun run) =>
        run.Stages.LastOrDefault(stage => stage.Status != StageStatus.Waiting)?.Stage ?? run.Stages[0].Stage;

    /// <summary>The later of two times, so that no stage ends before it began.</summary>
    public static DateTimeOffset Later(DateTimeOffset? start, DateTimeOffset end) => start is { } begun && begun > end ? begun : end;

    private static bool IsOver(StageStatus status) => status is StageStatus.Done or StageStatus.Failed or StageStatus.NotReached;

    // What runs inside the kernel goes on while each of its parts, seen of an emulated module alone, comes and goes.
    private static bool Shares(ReinitStage later, ReinitStage stage) => stage == ReinitStage.InKernel && IsPart(later);

    private static bool IsPart(ReinitStage stage) => stage is ReinitStage.Shutdown or ReinitStage.Install or ReinitStage.NewPerCpu or ReinitStage.HandOver;

    private static StageRecord Pass(StageRecord stage, ReinitStage reached, DateTimeOffset at) => stage.Status switch
    {
        StageStatus.Running when stage.Stage == ReinitStage.InKernel && IsPart(reached) => stage,
        StageStatus.Running => stage with { Status = StageStatus.Done, End = Later(stage.Start, at) },
        StageStatus.Waiting => stage with { Status = StageStatus.Unseen },
        _ => stage,
    };

    private static ReinitRun Insert(this ReinitRun run, ReinitStage stage) =>
        run with { Stages = [.. run.Stages.Append(new StageRecord(stage, StageStatus.Waiting)).OrderBy(known => known.Stage)] };
}
