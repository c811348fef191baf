using System.CommandLine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe import FILE</c>.</summary>
internal static class ImportCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var file = new Argument<string>("FILE") { Description = "A kernel log, a system-report, a copy of /proc/iomem, or a mix; - for standard input." };
        var name = new Option<string?>("--name") { Description = "The host's name; the one in the file where it has one, else the file's.", HelpName = "NAME" };
        var json = new Option<bool>("--json") { Description = "Print the whole snapshot as JSON." };
        var dashboard = new Option<string?>("--dashboard") { Description = "Send it to a dashboard as a host that is labelled as reported by file.", HelpName = "URL" };
        Option<string> state = ServiceOptions.MakeState("Folder that holds the identity for imports, which tdxprobe enroll --for imports makes.", EnrollCommand.FolderOf(ProbeScope.Imports));
        Option<string?> ca = ServiceOptions.MakeCa();
        var command = new Command("import", "Understand a log or report that was taken from a host without a probe: print what was understood, or make a host of it.") { file, name, json, dashboard, state, ca };
        command.SetAction((parsed, cancellation) => Guarded.RunAsync(environment, async () =>
        {
            string path = parsed.GetValue(file)!;
            Uri? address = parsed.GetValue(dashboard) is { } url ? ServiceOptions.DashboardAddress("--dashboard", url) : null;
            if (parsed.GetValue(name) is { } given && ImportResult.CheckName(given) is { } wrong)
            {
                throw CommandException.Usage($"--name '{given}': {wrong}");
            }

            ImportResult result = ImportFile.Read(path);
            string host = parsed.GetValue(name) ?? ImportFile.NameOf(result, path);
            Snapshot snapshot = result.Named(host);
            environment.Output.Write(parsed.GetValue(json) ? SnapshotCodec.WriteIndented(snapshot) + "\n" : Text(environment, result, snapshot));
            if (address is not null)
            {
                var credentials = new Credentials(Path.GetFullPath(parsed.GetValue(state)!), ProbeScope.Imports, "", address, ServiceOptions.CaFile(parsed.GetValue(ca)));
                await ImportDelivery.SendAsync(snapshot, host, credentials, environment.Time, cancellation).ConfigureAwait(false);
                await environment.Error.WriteLineAsync($"The dashboard {address} has stored it as host {PlainText.Of(host)}, reported by file.").ConfigureAwait(false);
            }
        }));
        return command;
    }

    private static string Text(ProbeEnvironment environment, ImportResult result, Snapshot snapshot)
    {
        HostView view = environment.View(snapshot);
        return $"{ImportText.Of(result)}\n{PlainText.Of(snapshot.Host.Name.Value)}: {ReportWords.Of(view.Verdict.State)}\n  {PlainText.Of(view.Verdict.Summary)}\n";
    }
}
