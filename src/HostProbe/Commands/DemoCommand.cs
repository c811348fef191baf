using System.CommandLine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Reinit;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe demo</c>.</summary>
internal static class DemoCommand
{
    // Each flush of a journal holds a thread, and the disk takes many flushes together as fast as one.
    private const int MostThreads = 32;

    public static Command Create(ProbeEnvironment environment)
    {
        var service = new ServiceOptions("tdxprobe-demo");
        var count = new Option<int>("--count") { Description = $"How many machines, 1 to {DemoMachines.All.Count}; 0 with --updatable.", HelpName = "N", DefaultValueFactory = _ => DemoMachines.All.Count };
        var updatable = new Option<int>("--updatable") { Description = $"How many more machines with Linux 7.2, whose emulated modules can be re-initialised, 0 to {DemoMachines.MostUpdatable}.", HelpName = "N" };
        var list = new Option<bool>("--list") { Description = "Only list the machines." };
        var command = new Command("demo", "Run made-up demo machines of many shapes in one process, all labelled as such.") { count, updatable, list };
        service.AddTo(command);
        command.SetAction((parsed, cancellation) => Guarded.RunAsync(environment, () =>
        {
            int wanted = parsed.GetValue(count), more = parsed.GetValue(updatable);
            if (more < 0 || more > DemoMachines.MostUpdatable)
            {
                throw CommandException.Usage($"--updatable {more} is not 0 to {DemoMachines.MostUpdatable}.");
            }

            if (wanted < (more > 0 ? 0 : 1) || wanted > DemoMachines.All.Count)
            {
                throw CommandException.Usage($"--count {wanted} is not 1 to {DemoMachines.All.Count}.");
            }

            IReadOnlyList<DemoMachine> machines = [.. DemoMachines.All.Take(wanted), .. DemoMachines.Updatable(more)];
            if (parsed.GetValue(list))
            {
                List(environment, machines);
                return Task.CompletedTask;
            }

            return RunAll(environment, machines, machine => new ProbeServiceOptions
            {
                Dashboard = service.Dashboard(parsed),
                CaFile = service.CaFile(parsed),
                IdentityFolder = service.State(parsed),
                StateFolder = Path.Combine(service.State(parsed), machine.Name),
                Interval = service.Interval(parsed),
                HostId = machine.HostId,
            }, cancellation);
        }));
        return command;
    }

    private static void List(ProbeEnvironment environment, IReadOnlyList<DemoMachine> machines)
    {
        var table = new TextTable("Name", "What it is");
        foreach (DemoMachine machine in machines)
        {
            table.Add(machine.Name, machine.About);
        }

        table.Write(environment.Output, environment.Style, "");
    }

    private static async Task RunOne(ProbeEnvironment environment, DemoMachine machine, ProbeServiceOptions options, TextWriter log, CancellationToken cancellation)
    {
        using var host = new DemoHost(machine, Path.Combine(options.StateFolder, "tree"), environment.ProfileFolder, environment.Doors, environment.Steps, environment.Time, log, cancellation);
        await environment.Service(host.Source, options with { Watched = host.Files, Perform = host.Perform }, environment.Time, log, cancellation).ConfigureAwait(false);
    }

    // The first machine that fails stops the others, so that a half-working demo does not go unnoticed.
    private static async Task RunAll(ProbeEnvironment environment, IReadOnlyList<DemoMachine> machines, Func<DemoMachine, ProbeServiceOptions> options, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var snapshots = new SemaphoreSlim(1);
        TextWriter log = TextWriter.Synchronized(environment.Error);
        ThreadPool.GetMinThreads(out int workers, out int ports);
        ThreadPool.SetMinThreads(Math.Max(workers, Math.Min(machines.Count, MostThreads)), ports);
        List<Task> running = [.. machines.Select(machine => Task.Run(() => RunOne(environment, machine, options(machine) with { SnapshotTurn = snapshots }, log, stop.Token), CancellationToken.None))];
        Task first = await Task.WhenAny(running).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }
}
