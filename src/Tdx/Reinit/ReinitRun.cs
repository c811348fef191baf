using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Reinit;

/// <summary>What a run of stages is.</summary>
public enum RunKind
{
    /// <summary>The kernel initialises the module after boot.</summary>
    Boot,

    /// <summary>The module is replaced while the host runs.</summary>
    Update,
}

/// <summary>How a run ended.</summary>
public enum RunOutcome
{
    /// <summary>It goes on, or nothing told of its end.</summary>
    Running,

    /// <summary>The boot ended with a module that is initialised.</summary>
    Initialised,

    /// <summary>The update ended, and the module answers.</summary>
    Verified,

    /// <summary>It failed.</summary>
    Failed,
}

/// <summary>Whether an update may be tried again.</summary>
public enum RetryAdvice
{
    /// <summary>The module was busy and runs on: a retry is safe.</summary>
    Safe,

    /// <summary>Nothing proves that the module still runs: its state comes first, and the host may need a reboot.</summary>
    CheckModule,

    /// <summary>The module is down: only a reboot brings it back.</summary>
    Reboot,

    /// <summary>The boot's own remedy has to be followed first.</summary>
    FollowRemedy,
}

/// <summary>Why a run failed.</summary>
/// <param name="Stage">Where.</param>
/// <param name="Phase">The kernel's word for where, <c>transferring</c>; empty for a boot.</param>
/// <param name="Error">The kernel's word for what, <c>firmware-invalid</c>, or the line that says it.</param>
/// <param name="Reason">What it means, in plain words, as far as it is known.</param>
/// <param name="Status">The failed SEAMCALL with its decoded status; empty where the kernel did not tell it.</param>
/// <param name="Advice">Whether it may be tried again.</param>
/// <param name="AdviceText">The advice in words.</param>
public sealed record ReinitFailure(ReinitStage Stage, string Phase, string Error, string Reason, string Status, RetryAdvice Advice, string AdviceText);

/// <summary>One passage through the stages: a boot, or an update.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Start">When it was first seen, by the host's clock.</param>
/// <param name="Stages">Its stages in order.</param>
public sealed record ReinitRun(RunKind Kind, DateTimeOffset Start, IReadOnlyList<StageRecord> Stages)
{
    /// <summary>The most lines of the kernel log that are kept of a run.</summary>
    public const int MaxLines = 128;

    /// <summary>When it ended, by the host's clock; null while it goes on.</summary>
    public DateTimeOffset? End { get; init; }

    /// <summary>How it ended.</summary>
    public RunOutcome Outcome { get; init; }

    /// <summary>Why it failed; null where it did not.</summary>
    public ReinitFailure? Failure { get; init; }

    /// <summary>The module before an update; null where it was not known.</summary>
    public ModuleFingerprint? Before { get; init; }

    /// <summary>The module after it; null where it was not read.</summary>
    public ModuleFingerprint? After { get; init; }

    /// <summary>Values that Linux consumed at boot and that the new module has otherwise: an alarm, as Linux does not read them again.</summary>
    public IReadOnlyList<string> ConsumedChanges { get; init; } = [];

    /// <summary>What the kernel logged of it, oldest first.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Whether any part of it was emulated.</summary>
    public bool IsEmulated { get; init; }

    /// <summary>The stage that goes on, the innermost one where one is part of another; null where none does.</summary>
    public StageRecord? Current => Stages.LastOrDefault(stage => stage.Status == StageStatus.Running);

    /// <summary>One stage; null where the run has none of that kind.</summary>
    public StageRecord? this[ReinitStage stage] => Stages.FirstOrDefault(known => known.Stage == stage);

    internal static ReinitRun Begin(RunKind kind, ReinitObservation seen)
    {
        ReinitStage[] stages = kind == RunKind.Boot
            ? [ReinitStage.KeyIds, ReinitStage.PerCpu, ReinitStage.Config, ReinitStage.KeyConfig, ReinitStage.TdmrInit, ReinitStage.Pamt, ReinitStage.Initialised]
            : [ReinitStage.Detected, ReinitStage.Receiving, ReinitStage.Preparing, ReinitStage.Transferring, ReinitStage.InKernel, ReinitStage.Rereading, ReinitStage.Verified];
        return new ReinitRun(kind, seen.At, [.. stages.Select(stage => new StageRecord(stage, StageStatus.Waiting))]) { IsEmulated = seen.Provenance == Provenance.Emulated };
    }
}
