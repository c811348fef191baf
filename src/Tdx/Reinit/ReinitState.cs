using TdxDash.Tdx.KernelLog;

namespace TdxDash.Tdx.Reinit;

/// <summary>An observation with its number in the order of its boot.</summary>
/// <param name="Sequence">Rises with each observation.</param>
/// <param name="Seen">The observation.</param>
public readonly record struct NumberedObservation(long Sequence, ReinitObservation Seen);

/// <summary>A line of the kernel log with its time.</summary>
/// <param name="At">The host's clock.</param>
/// <param name="Text">The line.</param>
public sealed record LoggedLine(DateTimeOffset At, string Text);

/// <summary>Where the life of a host's TDX module is, as far as was observed: the boot that initialised it, and the last update. It is
/// folded from observations one by one; what makes no sense is counted and changes nothing.</summary>
public sealed record ReinitState
{
    /// <summary>Nothing was observed.</summary>
    public static ReinitState Empty { get; } = new();

    /// <summary>The initialisation at boot; null where nothing was seen of it.</summary>
    public ReinitRun? Boot { get; init; }

    /// <summary>The last update at run time; null where there was none.</summary>
    public ReinitRun? Update { get; init; }

    /// <summary>The module as it was read last; null where it was not.</summary>
    public ModuleFingerprint? Identity { get; init; }

    /// <summary>What the kernel's device said last.</summary>
    public DeviceValues Device { get; init; } = new(ModulePresence.Unknown, "");

    /// <summary>What the firmware-upload node said last; null where nothing was seen of it.</summary>
    public UploadValues? Upload { get; init; }

    /// <summary>The error that the node showed when it was readable last; null where it was not.</summary>
    public string? LastError { get; init; }

    /// <summary>Failed SEAMCALLs that were logged while no update was known to run: the log may be quicker than the firmware-upload node.</summary>
    public IReadOnlyList<LoggedLine> Stray { get; init; } = [];

    /// <summary>Observations that made no sense here.</summary>
    public long Ignored { get; init; }

    /// <summary>The run to show: the update where there is one, else the boot; null where nothing was seen.</summary>
    public ReinitRun? Latest => Update ?? Boot;

    /// <summary>Whether an update goes on, the reading after it included.</summary>
    public bool IsUpdating => Update?.Outcome == RunOutcome.Running;

    /// <summary>The observation that came last; the same one again changes nothing.</summary>
    private ReinitObservation? Last { get; init; }

    /// <summary>Folds observations in the order of their numbers, each number once.</summary>
    public static ReinitState Fold(IEnumerable<NumberedObservation> observations)
    {
        ArgumentNullException.ThrowIfNull(observations);
        return observations.GroupBy(seen => seen.Sequence).OrderBy(group => group.Key).Aggregate(Empty, (state, group) => state.Apply(group.First().Seen));
    }

    /// <summary>The state after one more observation. Never throws for what was observed.</summary>
    public ReinitState Apply(ReinitObservation seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        ReinitObservation bounded = seen.Bounded();
        return bounded == Last ? this : Take(bounded) with { Last = bounded };
    }

    private ReinitState Take(ReinitObservation seen) => seen switch
    {
        { Parts: not 1 } => this with { Ignored = Ignored + 1 },
        { KernelLine: { } } => Line(seen),
        { LostLines: { } } => this,
        { Upload: { } } => UpdateSteps.Upload(this, seen),
        { Device: { } device } => Enum.IsDefined(device.Presence) ? UpdateSteps.Device(this, seen) : this with { Ignored = Ignored + 1 },
        { Sweep: { } } => UpdateSteps.Sweep(this, seen),
        _ => Progress(seen),
    };

    private ReinitState Line(ReinitObservation seen)
    {
        string text = seen.KernelLine!;
        var line = KernelLogFacts.From([text]);
        bool ofUpdate = text.Contains(UploadFailures.DownMark, StringComparison.Ordinal) || text.Contains("seamldr: ", StringComparison.Ordinal);
        if (line.PrivateKeyIds is null && Boot?.Outcome is not (RunOutcome.Running or RunOutcome.Failed) && (ofUpdate || IsUpdating || Boot?.Outcome == RunOutcome.Initialised))
        {
            return UpdateSteps.Line(this, seen);
        }

        bool ofBoot = line.PrivateKeyIds is not null || Boot?.Outcome is RunOutcome.Running or RunOutcome.Failed
            || (Boot is null && (line.Version is not null || line.Cmrs.Count > 0 || line.PamtKiB is not null || line.Initialized is not null || line.Causes.Count > 0 || line.DynamicPamt || line.DisablesAcpiS3));
        return ofBoot ? BootSteps.Line(this, seen, line) : this with { Ignored = Ignored + 1 };
    }

    private ReinitState Progress(ReinitObservation seen)
    {
        bool ofUpdate = IsUpdating || (seen.Progress!.Step is EmulatedStep.Shutdown or EmulatedStep.HandOver);
        ReinitStage? stage = (ofUpdate, seen.Progress!.Step) switch
        {
            (true, EmulatedStep.Shutdown) => ReinitStage.Shutdown,
            (true, EmulatedStep.Install) => ReinitStage.Install,
            (true, EmulatedStep.SysInit or EmulatedStep.PerCpu) => ReinitStage.NewPerCpu,
            (true, EmulatedStep.HandOver) => ReinitStage.HandOver,
            (false, EmulatedStep.Install) => ReinitStage.BootInstall,
            (false, EmulatedStep.SysInit or EmulatedStep.PerCpu) => ReinitStage.PerCpu,
            (false, EmulatedStep.Config) => ReinitStage.Config,
            (false, EmulatedStep.KeyConfig) => ReinitStage.KeyConfig,
            (false, EmulatedStep.TdmrInit) => ReinitStage.TdmrInit,
            _ => null,
        };
        return stage is not { } known ? this with { Ignored = Ignored + 1 }
            : ofUpdate ? UpdateSteps.Progress(this, seen, known) : BootSteps.Progress(this, seen, known);
    }
}
