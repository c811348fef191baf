using System.Globalization;
using MudBlazor;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>How stages, outcomes and durations are written.</summary>
public static class StageWords
{
    /// <summary>A stage's name; the module's own leaf where the stage is one.</summary>
    public static string Name(StageRecord stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        // Whether it can be observed is known once somebody saw it; until then it is what a real host shows.
        return stage.Stage == ReinitStage.InKernel && (stage.IsDark || stage.Provenance is null) ? "in the kernel, not observable" : Name(stage.Stage);
    }

    /// <summary>The name of a kind of stage.</summary>
    public static string Name(ReinitStage stage) => stage switch
    {
        ReinitStage.BootInstall => "SEAMLDR.INSTALL",
        ReinitStage.KeyIds => "private KeyIDs",
        ReinitStage.ModuleAbsent => "module absent",
        ReinitStage.PerCpu or ReinitStage.NewPerCpu => "TDH.SYS.INIT, LP.INIT",
        ReinitStage.Config => "TDH.SYS.CONFIG",
        ReinitStage.KeyConfig => "TDH.SYS.KEY.CONFIG",
        ReinitStage.TdmrInit => "TDH.SYS.TDMR.INIT",
        ReinitStage.Pamt => "PAMT reported",
        ReinitStage.Initialised => "initialised",
        ReinitStage.Detected => "detected",
        ReinitStage.Receiving => "receiving",
        ReinitStage.Preparing => "preparing",
        ReinitStage.Transferring => "transferring",
        ReinitStage.InKernel => "in the kernel",
        ReinitStage.Shutdown => "TDH.SYS.SHUTDOWN",
        ReinitStage.Install => "SEAMLDR.INSTALL",
        ReinitStage.HandOver => "TDH.SYS.UPDATE",
        ReinitStage.Rereading => "reading again",
        _ => "verified",
    };

    /// <summary>The word of a status.</summary>
    public static string Word(StageStatus status) => status switch
    {
        StageStatus.Waiting => "waiting",
        StageStatus.Running => "running",
        StageStatus.Done => "done",
        StageStatus.Unseen => "over, not observed",
        StageStatus.Failed => "failed",
        _ => "not reached",
    };

    /// <summary>The icon of a status; the colour only repeats it.</summary>
    public static string Icon(StageStatus status) => status switch
    {
        StageStatus.Waiting => Icons.Material.Filled.RadioButtonUnchecked,
        StageStatus.Running => Icons.Material.Filled.PlayCircle,
        StageStatus.Done => Icons.Material.Filled.CheckCircle,
        StageStatus.Unseen => Icons.Material.Filled.VisibilityOff,
        StageStatus.Failed => Icons.Material.Filled.Cancel,
        _ => Icons.Material.Filled.RemoveCircleOutline,
    };

    /// <summary>The word of an outcome.</summary>
    public static string Word(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Running => "running",
        RunOutcome.Initialised => "initialised",
        RunOutcome.Verified => "verified",
        _ => "failed",
    };

    /// <summary>How much of a stage is done, in what its source counts: <c>12 of 256 processors</c>, <c>3.5 of 8 GiB</c>; empty where it does not count.</summary>
    public static string Progress(StageRecord stage)
    {
        ArgumentNullException.ThrowIfNull(stage);
        if (stage is not { Done: { } done, Total: { } total } || total <= 0)
        {
            return "";
        }

        string noun = stage.Stage switch
        {
            ReinitStage.BootInstall or ReinitStage.Install or ReinitStage.PerCpu or ReinitStage.NewPerCpu => " processors",
            ReinitStage.KeyConfig => " packages",
            _ => "",
        };
        return stage.CountsBytes ? $"{new ByteSize((ulong)Math.Max(0, done))} of {new ByteSize((ulong)total)}"
            : noun.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{done:#,0} of {total:#,0}{noun}") : "";
    }

    /// <summary>A duration that is over: <c>340 ms</c>, <c>4.2 s</c>, <c>2 min 05 s</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.FromSeconds(1) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Floor(time.TotalMilliseconds)):0} ms"),
        _ when time < TimeSpan.FromMinutes(1) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalSeconds * 10) / 10:0.0} s"),
        _ => Clock(time),
    };

    /// <summary>A clock that runs: <c>4 s</c>, <c>2 min 05 s</c>, <c>1 h 02 min</c>.</summary>
    public static string Clock(TimeSpan time) => time switch
    {
        _ when time < TimeSpan.FromMinutes(1) => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, Math.Floor(time.TotalSeconds)):0} s"),
        _ when time < TimeSpan.FromHours(1) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalMinutes):0} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(time.TotalHours):#,0} h {time.Minutes:00} min"),
    };

    /// <summary>How long a stage took or takes; empty where that was not seen.</summary>
    public static string Elapsed(StageRecord stage, DateTimeOffset hostNow)
    {
        ArgumentNullException.ThrowIfNull(stage);
        return stage.Elapsed(hostNow) is not { } time ? "" : stage.Status == StageStatus.Running ? Clock(time) : Duration(time);
    }
}
