using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Reinit;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe reinit</c>.</summary>
internal static class ReinitCommand
{
    private const double Slowest = 0.1, Quickest = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Command Create(ProbeEnvironment environment)
    {
        var profile = new Option<string>("--profile") { Description = "Module to boot with: the name of a shipped profile, or the path of a file (with a slash).", HelpName = "NAME|PATH", DefaultValueFactory = _ => ModuleProfile.Default };
        var to = new Option<string?>("--to") { Description = "Module to update to; the same one where not given.", HelpName = "NAME|PATH" };
        var fault = new Option<string>("--fault") { Description = "What goes wrong with the update: busy (a TD is being built), refused (the image), entropy (none for the new module) or after-shutdown (what was handed over is refused).", HelpName = "busy|refused|entropy|after-shutdown", DefaultValueFactory = _ => "" };
        fault.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { Length: > 0 } given && !ReinitFault.Names.Contains(given))
            {
                result.AddError($"--fault '{given}' is none of {string.Join(", ", ReinitFault.Names)}.");
            }
        });
        var seed = new Option<ulong>("--seed") { Description = "Decides what is left to chance.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var speed = new Option<double>("--speed") { Description = "1 for durations like those of a machine, up to 1000 for less.", HelpName = "N", DefaultValueFactory = _ => 1 };
        var tree = new Option<string?>("--tree") { Description = "New or empty folder for the emulated kernel log and sysfs, which 'tdxprobe run --root' can watch; kept afterwards.", HelpName = "FOLDER" };
        var json = new Option<bool>("--json") { Description = "Print only the final state, as JSON." };
        var command = new Command("reinit", "Boot an emulated TDX module and update it at run time, and show every stage. No real module is touched.") { profile, to, fault, seed, speed, tree, json };
        command.SetAction((parsed, cancellation) => RunAsync(environment, new Wanted(
            parsed.GetValue(profile)!, parsed.GetValue(to), parsed.GetValue(fault)!, parsed.GetValue(seed), parsed.GetValue(speed), parsed.GetValue(tree), parsed.GetValue(json)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ProbeEnvironment environment, Wanted wanted, CancellationToken cancellation)
    {
        int code = ExitCode.Failed;
        int guarded = await Guarded.RunAsync(environment, async () => code = await PerformAsync(environment, wanted, cancellation).ConfigureAwait(false)).ConfigureAwait(false);
        return guarded == ExitCode.Done ? code : guarded;
    }

    private static async Task<int> PerformAsync(ProbeEnvironment environment, Wanted wanted, CancellationToken cancellation)
    {
        if (wanted.Speed is not (>= Slowest and <= Quickest))
        {
            throw CommandException.Usage(string.Create(CultureInfo.InvariantCulture, $"--speed {wanted.Speed} is not {Slowest} to {Quickest}."));
        }

        ModuleProfile from = Find(wanted.Profile, environment), to = Find(wanted.To ?? wanted.Profile, environment);
        string folder = wanted.Tree ?? Path.Combine(Path.GetTempPath(), "tdxprobe-reinit-" + Path.GetRandomFileName());
        try
        {
            DemoShape shape = EmulatedMachines.ShapeFor(from.Name);
            EmulatedTree tree = EmulatedTree.Open(folder, EmulatedMachines.Files(shape), environment.Time);
            using var performer = new EmulatedReinit(tree, new EmulatedMachineRoom(shape, environment.Steps), wanted.Speed, environment.Time);
            var files = new LiveHostFiles(tree.Root);
            using var watch = new ReinitWatch(files, null, environment.Time);
            var source = new HostSnapshotSource(files, performer, environment.Steps);
            var booted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using CancellationTokenSource watched = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            Task performing = Task.Run(() => PerformAsync(performer, wanted, from, to, booted.Task, environment.Time, watched.Token), CancellationToken.None);
            ReinitState state;
            try
            {
                state = await WatchAsync(environment, watch, source, performing, booted, wanted.Json, cancellation).ConfigureAwait(false);
            }
            finally
            {
                // Nobody performs what nobody watches any more, and in a folder that goes.
                await watched.CancelAsync().ConfigureAwait(false);
                await performing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            environment.Output.Write(wanted.Json ? JsonSerializer.Serialize(state, ReinitJson.Default.ReinitState) + "\n" : ReinitReport.Ending(state));
            return state.Update?.Outcome == RunOutcome.Verified ? ExitCode.Done : ExitCode.Failed;
        }
        catch (SeamcallTransportException e)
        {
            throw CommandException.Failed(e.Message);
        }
        finally
        {
            if (wanted.Tree is null && Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    // An update at any speed is compared with the module that was booted, so that one is read first.
    private static async Task<bool> PerformAsync(
        EmulatedReinit performer, Wanted wanted, ModuleProfile from, ModuleProfile to, Task read, TimeProvider time, CancellationToken cancellation)
    {
        if (!await performer.BootAsync(from, cancellation).ConfigureAwait(false))
        {
            return false;
        }

        await read.WaitAsync(Patience, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await performer.UpdateAsync(to, wanted.Fault, wanted.Seed, cancellation).ConfigureAwait(false);
    }

    // Until nothing goes on any more: what was performed is over, and the watch has seen how it ended.
    private static async Task<ReinitState> WatchAsync(
        ProbeEnvironment environment, ReinitWatch watch, HostSnapshotSource source, Task performing, TaskCompletionSource booted, bool quiet, CancellationToken cancellation)
    {
        var report = new ReinitReport();
        long? endedAt = null;
        while (true)
        {
            watch.Look();
            if (watch.State.Identity is not null)
            {
                booted.TrySetResult();
            }

            if (!quiet)
            {
                environment.Output.Write(report.News(watch.State));
            }

            if (watch.WantsSnapshot || (watch.State.Identity is null && watch.State.Boot?.Outcome == RunOutcome.Initialised))
            {
                long begun = watch.Begin();
                watch.Read(source.Take(), begun);
            }

            bool settled = watch.State.Update is { Outcome: not RunOutcome.Running } || watch.State.Boot?.Outcome == RunOutcome.Failed;
            endedAt ??= performing.IsCompleted ? environment.Time.GetTimestamp() : null;
            if (endedAt is { } ended && (settled || !performing.IsCompletedSuccessfully || environment.Time.GetElapsedTime(ended) > Patience))
            {
                watch.Look();
                await performing.ConfigureAwait(false);
                return watch.State;
            }

            await Task.Delay(ReinitWatch.Fast, environment.Time, cancellation).ConfigureAwait(false);
        }
    }

    private static ModuleProfile Find(string name, ProbeEnvironment environment) =>
        ModuleProfile.Find(name, environment.ProfileFolder) ?? throw CommandException.Usage(ModuleProfile.Unknown(name, environment.ProfileFolder));

    private sealed record Wanted(string Profile, string? To, string Fault, ulong Seed, double Speed, string? Tree, bool Json);
}
