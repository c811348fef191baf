using System.CommandLine;
using System.Globalization;
using TdxDash.HostProbe.Service;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe health</c>.</summary>
internal static class HealthCommand
{
    // Three times as long as the service lets pass between two reports.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(90);

    public static Command Create(ProbeEnvironment environment)
    {
        var state = new Option<string>("--state") { Description = "The service's state folder.", HelpName = "FOLDER", DefaultValueFactory = _ => ServiceOptions.DefaultState("tdxprobe") };
        var command = new Command("health", "Say whether the service on a state folder works, for a monitor.") { state };
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            string folder = Path.GetFullPath(parsed.GetValue(state)!);
            ServiceStatus status = StatusFile.Read(folder) ?? throw CommandException.Failed($"There is no {StatusFile.Name} in {folder}: no service works there, or this user may not read it.");
            TimeSpan age = (environment.Time.GetUtcNow() - status.At).Duration();
            if (age > Fresh)
            {
                throw CommandException.Failed(string.Create(CultureInfo.InvariantCulture, $"The service on {folder} last reported {age.TotalSeconds:F0} s ago; it does every 30 s. See its log."));
            }

            environment.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"works: {status.Latest} snapshots journaled, {status.Pending} wait for the dashboard, {status.Dropped} dropped unsent; {age.TotalSeconds:F0} s ago"));
        }));
        return command;
    }
}
