using System.Globalization;
using System.Text;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Reinit;

/// <summary>Tells the stages of an emulated module's life on the terminal, each when it changes.</summary>
internal sealed class ReinitReport
{
    private readonly Dictionary<(RunKind Kind, ReinitStage Stage), StageStatus> _told = [];
    private int _percent = -1;

    /// <summary>What has changed since the last call, a line each; empty where nothing has.</summary>
    public string News(ReinitState state)
    {
        var text = new StringBuilder();
        foreach (ReinitRun run in new[] { state.Boot, state.Update }.OfType<ReinitRun>())
        {
            foreach (StageRecord stage in run.Stages.Where(stage => stage.Status != StageStatus.Waiting))
            {
                if (_told.TryGetValue((run.Kind, stage.Stage), out StageStatus told) && told == stage.Status)
                {
                    text.Append(Bytes(stage));
                    continue;
                }

                _told[(run.Kind, stage.Stage)] = stage.Status;
                text.Append(CultureInfo.InvariantCulture, $"[emulated] {run.Kind.ToString().ToLowerInvariant(),-6} {stage.Stage,-12} {Word(stage)}{(stage.Note.Length > 0 ? "  " + stage.Note : "")}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>How it ended.</summary>
    public static string Ending(ReinitState state)
    {
        ReinitRun? run = state.Latest;
        var text = new StringBuilder();
        if (run?.Failure is { } failure)
        {
            text.Append(CultureInfo.InvariantCulture, $"Failed at {failure.Stage}{(failure.Phase.Length > 0 ? $" ({failure.Phase}:{failure.Error})" : "")}: {failure.Reason}\n");
            text.Append(failure.Status.Length > 0 ? failure.Status + "\n" : "").Append(failure.AdviceText).Append('\n');
        }

        if (run?.Outcome == RunOutcome.Verified)
        {
            text.Append(CultureInfo.InvariantCulture, $"Verified: {run.Before?.Version ?? "unknown"} -> {run.After!.Version}, updates left {run.After.UpdatesLeft?.ToString(CultureInfo.InvariantCulture) ?? "unknown"}.\n");
            text.Append(run.ConsumedChanges.Count == 0 ? "" : $"Alarm: Linux consumed these at boot and the new module has them otherwise: {string.Join(", ", run.ConsumedChanges)}.\n");
        }

        return text.Append("All of this was emulated.\n").ToString();
    }

    private static string Word(StageRecord stage) => stage.Status switch
    {
        StageStatus.Running => "...",
        StageStatus.Done => stage.Elapsed(stage.End ?? default) is { } time && time > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $"done in {time.TotalMilliseconds:0} ms") : "done",
        StageStatus.Unseen => "over, not observed",
        StageStatus.NotReached => "not reached",
        _ => "failed",
    };

    // A real figure: the module itself says how many bytes it has initialised.
    private string Bytes(StageRecord stage)
    {
        if (stage is not { Stage: ReinitStage.TdmrInit, Status: StageStatus.Running, Total: > 0, Done: { } done } || done * 10 / stage.Total.Value is var tenth && tenth == _percent)
        {
            return "";
        }

        _percent = (int)tenth;
        return string.Create(CultureInfo.InvariantCulture, $"[emulated] boot   {stage.Stage,-12} {done >> 30} of {stage.Total.Value >> 30} GiB\n");
    }
}
