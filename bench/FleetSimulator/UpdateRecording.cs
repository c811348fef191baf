using System.Diagnostics;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Reinit;
using TdxDash.Tdx.Reinit;

namespace TdxDash.FleetSimulator;

/// <summary>What a probe sees of one update, and when.</summary>
/// <param name="At">From the beginning of the update.</param>
/// <param name="Seen">What is new at that moment.</param>
internal sealed record UpdateStep(TimeSpan At, IReadOnlyList<ReinitObservation> Seen);

/// <summary>One update of an emulated module, seen by the probe's own watch. It is recorded once and played for every host that is updated.</summary>
internal static class UpdateRecording
{
    // Recorded quicker than it is played, so that a run begins soon.
    private const double Speed = 4;

    // The watch itself gives up earlier whatever it has seen begin.
    private static readonly TimeSpan Longest = ReinitWatch.GivesUp * 2;

    /// <summary>Boots a module, updates it, and records what is seen of the update.</summary>
    /// <exception cref="SimulatorException">It did not succeed.</exception>
    public static async Task<IReadOnlyList<UpdateStep>> MakeAsync(CancellationToken cancellation)
    {
        string folder = Path.Combine(Path.GetTempPath(), "tdxdash-simulator-" + Path.GetRandomFileName());
        try
        {
            ModuleProfile profile = ModuleProfile.Find(ModuleProfile.Default, ModuleProfile.ShippedFolder) ?? throw new SimulatorException(ModuleProfile.Unknown(ModuleProfile.Default, ModuleProfile.ShippedFolder));
            HostProbe.Demo.DemoShape shape = EmulatedMachines.ShapeFor(profile.Name);
            EmulatedTree tree = EmulatedTree.Open(folder, EmulatedMachines.Files(shape), TimeProvider.System);
            using var performer = new EmulatedReinit(tree, new EmulatedMachineRoom(shape, SnapshotSteps.Standard), Speed, TimeProvider.System);
            var files = new LiveHostFiles(tree.Root);
            using var watch = new ReinitWatch(files, null, TimeProvider.System);
            var source = new HostSnapshotSource(files, performer, SnapshotSteps.Standard);
            watch.Look();
            await performer.BootAsync(profile, cancellation);
            watch.Look();
            watch.Read(source.Take(), watch.Begin());
            watch.Look();
            return await RecordAsync(watch, source, performer.UpdateAsync(profile, "", 1, cancellation), cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException($"The update that is played for the hosts could not be recorded in {folder}: {e.Message} Make room there, or name another place by TMPDIR.", e);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task<IReadOnlyList<UpdateStep>> RecordAsync(ReinitWatch watch, HostSnapshotSource source, Task<bool> updating, CancellationToken cancellation)
    {
        var steps = new List<UpdateStep>();
        long began = Stopwatch.GetTimestamp();
        while (watch.State.Update is null or { Outcome: RunOutcome.Running })
        {
            // Before the look: what is over by then, the look sees.
            bool isOver = updating.IsCompleted;
            if (watch.WantsSnapshot)
            {
                long begun = watch.Begin();
                watch.Read(source.Take(), begun);
            }

            if (watch.Look() is { Count: > 0 } seen)
            {
                steps.Add(new UpdateStep(Stopwatch.GetElapsedTime(began) * Speed, seen));
            }

            if (isOver)
            {
                await updating;
            }

            if (isOver && watch.State.Update is null)
            {
                throw new SimulatorException("The update of the emulated module that is played for the hosts was not seen. Run again, or without --updates.");
            }

            if (Stopwatch.GetElapsedTime(began) > Longest)
            {
                throw new SimulatorException($"The update of the emulated module that is played for the hosts was not over after {Longest.TotalSeconds} s. Run again on a machine that is less busy, or without --updates.");
            }

            await Task.Delay(ReinitWatch.Fast / Speed, cancellation);
        }

        return await updating && watch.State.Update.Outcome == RunOutcome.Verified
            ? steps
            : throw new SimulatorException($"The update of the emulated module that is played for the hosts ended as {watch.State.Update.Outcome}.");
    }
}
