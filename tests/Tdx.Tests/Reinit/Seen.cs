using System.Globalization;
using System.Text;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Reinit;

/// <summary>Observations for tests, one second apart, and a state in words.</summary>
internal static class Seen
{
    public static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    public static readonly ModuleFingerprint Old = new("1.5.08", "build 784, 2024-07-25", "0x22e1f0fbf", "64 TDMRs", new string('a', 64), 3);

    public static ReinitObservation Line(int second, string text) => At(second, "/dev/kmsg") with { KernelLine = text };

    public static ReinitObservation Node(int second, string status, string? error = null, long? remaining = null, bool? loading = false) =>
        At(second, "/sys/class/firmware/tdx_module") with { Upload = new UploadValues(status, error ?? (status == "idle" ? "" : null), remaining, loading) };

    public static ReinitObservation Device(int second, ModulePresence presence, string version = "", int? left = null) =>
        At(second, "/sys/devices/faux/tdx_host") with { Device = new DeviceValues(presence, version, left) };

    public static ReinitObservation Sweep(int second, ModuleFingerprint? identity, string problem = "") =>
        At(second, "TDH.SYS.RDALL") with { Sweep = new SweepResult(identity, problem) };

    public static ReinitObservation Emulated(int second, EmulatedStep step, long done, long total) =>
        At(second, "emulated module") with { Provenance = Provenance.Emulated, Progress = new EmulatedProgress(step, done, total) };

    public static ReinitState Fold(params IEnumerable<ReinitObservation> seen) => ReinitState.Fold(seen.Select((observation, i) => new NumberedObservation(i, observation)));

    public static string Words(ReinitState state)
    {
        var text = new StringBuilder();
        foreach (ReinitRun run in new[] { state.Boot, state.Update }.OfType<ReinitRun>())
        {
            text.Append(CultureInfo.InvariantCulture, $"{run.Kind}{(run.IsEmulated ? ", emulated" : "")}: {run.Outcome}\n");
            foreach (StageRecord stage in run.Stages)
            {
                string elapsed = stage.Elapsed(stage.End ?? Start) is { } time ? string.Create(CultureInfo.InvariantCulture, $" {time.TotalSeconds} s") : "";
                string count = stage.Total is { } total ? string.Create(CultureInfo.InvariantCulture, $" {stage.Done}/{total}{(stage.CountsBytes ? " B" : "")}") : "";
                text.Append(CultureInfo.InvariantCulture, $"  {stage.Stage}: {stage.Status}{elapsed}{count}{(stage.Note.Length > 0 ? " (" + stage.Note + ")" : "")}\n");
            }

            if (run.Failure is { } failure)
            {
                text.Append(CultureInfo.InvariantCulture, $"  failed at {failure.Stage}, '{failure.Phase}:{failure.Error}'\n    {failure.Reason}\n    [{failure.Status}]\n    {failure.Advice}: {failure.AdviceText}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"  {run.Before?.Version ?? "?"} -> {run.After?.Version ?? "?"}{(run.ConsumedChanges.Count > 0 ? ", changed: " + string.Join(", ", run.ConsumedChanges) : "")}\n");
        }

        return text.ToString();
    }

    private static ReinitObservation At(int second, string source) => new(Start.AddSeconds(second), Provenance.Kernel, source);
}
