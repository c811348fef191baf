using System.CommandLine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe check</c>.</summary>
internal static class CheckCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var json = new Option<bool>("--json") { Description = "Print the tree of checks as JSON." };
        var brief = new Option<bool>("--short") { Description = "Print one line for each check, without what was seen." };
        var file = new Option<string?>("--file") { Description = "Check what a log or report tells that was taken from a host without a probe; - for standard input.", HelpName = "FILE" };
        var sources = new SourceOptions();
        var command = new Command("check", "Check whether this host is ready for TDX: what was seen, why it matters, and what to change. Exit code 0 when it is ready (or at risk), 1 when it is not.") { json, brief, file };
        sources.AddTo(command);
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            if (parsed.GetValue(json) && parsed.GetValue(brief))
            {
                throw CommandException.Usage("--json has every check in full: leave --short out.");
            }

            HostView view = environment.View(parsed.GetValue(file) is { } path ? Import(path, sources.AreGiven(parsed)) : Take(parsed, sources, environment));
            environment.Output.Write(parsed.GetValue(json) ? CheckJson.Write(view) + "\n" : Text(environment, view, parsed.GetValue(brief)));
            return view.Verdict.IsReady ? ExitCode.Done : ExitCode.Failed;
        }));
        return command;
    }

    private static Snapshot Take(ParseResult parsed, SourceOptions sources, ProbeEnvironment environment)
    {
        (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
        return new HostSnapshotSource(files, module, environment.Steps).Take();
    }

    private static Snapshot Import(string path, bool hasOtherSource)
    {
        if (hasOtherSource)
        {
            throw CommandException.Usage("--file stands for the whole host: use it without --root, --replay, --demo, --module, --profile and --trial.");
        }

        ImportResult result = ImportFile.Read(path);
        return result.Named(ImportFile.NameOf(result, path));
    }

    private static string Text(ProbeEnvironment environment, HostView view, bool isShort)
    {
        using var text = new StringWriter { NewLine = "\n" };
        CheckReport.Write(view, text, environment.Style, isShort);
        return text.ToString();
    }
}
