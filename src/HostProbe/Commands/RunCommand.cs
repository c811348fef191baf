using System.CommandLine;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var service = new ServiceOptions("tdxprobe");
        var sources = new SourceOptions();
        var command = new Command("run", "Run as a service: take snapshots at start, on change and on an interval, and deliver them to the dashboard.");
        service.AddTo(command);
        sources.AddTo(command);
        command.SetAction((parsed, cancellation) => Guarded.RunAsync(environment, () =>
        {
            (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
            var options = new ProbeServiceOptions { Dashboard = service.Dashboard(parsed), StateFolder = service.State(parsed), Interval = service.Interval(parsed) };
            return environment.Service(new HostSnapshotSource(files, module, environment.Steps), options, environment.Time, environment.Error, cancellation);
        }));
        return command;
    }
}
