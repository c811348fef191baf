using System.CommandLine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe show</c>.</summary>
internal static class ShowCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var json = new Option<bool>("--json") { Description = "Print the whole snapshot as JSON." };
        var why = new Option<bool>("--why") { Description = "Say of each reserved area why it exists." };
        var sources = new SourceOptions();
        var command = new Command("show", "Show this host's TDX platform, memory and TDMR layout on the terminal.") { json, why };
        sources.AddTo(command);
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
            Snapshot snapshot = new HostSnapshotSource(files, module, environment.Steps).Take();

            // One write: a report is then never torn, and the terminal is asked once.
            environment.Output.Write(parsed.GetValue(json) ? SnapshotCodec.WriteIndented(snapshot) + "\n" : Report(environment, snapshot, parsed.GetValue(why)));
        }));
        return command;
    }

    private static string Report(ProbeEnvironment environment, Snapshot snapshot, bool why)
    {
        using var text = new StringWriter { NewLine = "\n" };
        HostReport.Write(environment.View(snapshot), text, environment.Style, why);
        return text.ToString();
    }
}
