using System.CommandLine;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Nfd;
using TdxDash.HostProbe.Service;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var service = new ServiceOptions("tdxprobe");
        var sources = new SourceOptions();
        var nfd = new NfdOptions("--nfd", "Also keep a feature file for Kubernetes' node-feature-discovery up to date: the file, or the folder of NFD's local source.");
        var command = new Command("run", "Run as a service: take snapshots at start, on change and on an interval, and deliver them to the dashboard.");
        service.AddTo(command);
        sources.AddTo(command);
        nfd.AddTo(command);
        command.SetAction((parsed, cancellation) => Guarded.RunAsync(environment, () =>
        {
            (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
            var options = new ProbeServiceOptions { Dashboard = service.Dashboard(parsed), CaFile = service.CaFile(parsed), StateFolder = service.State(parsed), Interval = service.Interval(parsed), Watched = files };
            var sparing = new SparingHostFiles(files, environment.Time);
            SnapshotSteps steps = environment.Steps with { Sweep = new SparingSweep(environment.Steps.Sweep, environment.Time).Run };
            ISnapshotSource source = new HostSnapshotSource(sparing, module, steps);
            if (nfd.Writer(parsed, options.Interval, environment.Time) is { } writer)
            {
                source = new NfdSource(source, environment.View, writer, new ProbeLog(environment.Error, environment.Time).Write);
            }

            return RunAsync(environment, files, source, options, cancellation);
        }));
        return command;
    }

    private static async Task RunAsync(ProbeEnvironment environment, HostFiles files, ISnapshotSource source, ProbeServiceOptions options, CancellationToken cancellation)
    {
        // Before the first snapshot: what changes after that one is then seen.
        var wake = new WakeSignal();
        using var watch = new ChangeWatch(files, environment.Steps.TdxLines, new ProbeLog(environment.Error, environment.Time).Write);
        using WatchClock? own = environment.Time == TimeProvider.System ? new WatchClock() : null;
        TimeProvider clock = own ?? environment.Time;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task watching = watch.RunAsync(wake, clock, stop.Token);
        Task service = Task.Run(() => environment.Service(source, options with { Wake = wake, WatchClock = clock }, environment.Time, environment.Error, stop.Token), CancellationToken.None);
        await Task.WhenAny(service, watching).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(service, watching).ConfigureAwait(false);
    }
}
