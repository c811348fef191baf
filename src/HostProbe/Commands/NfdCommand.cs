using System.CommandLine;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Nfd;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary><c>tdxprobe nfd</c>.</summary>
internal static class NfdCommand
{
    public static Command Create(ProbeEnvironment environment)
    {
        var nfd = new NfdOptions("--write", "File to write for NFD's local source, or its folder; an existing file is replaced at once as a whole. Without it the features are printed.");
        var expires = new Option<string?>("--expires") { Description = "Time after which NFD stops believing the file: a number with s, m or h, from 1s to 24h. Without it they stay.", HelpName = "TIME" };
        var sources = new SourceOptions();
        var command = new Command("nfd", "Print what this host's TDX platform is as features of Kubernetes' node-feature-discovery, or write them to a feature file.") { expires };
        nfd.AddTo(command);
        sources.AddTo(command);
        command.SetAction(parsed => Guarded.Run(environment, () =>
        {
            (HostFiles files, IModuleSource module) = sources.Resolve(parsed, environment);
            if (nfd.IsGiven(parsed) && files.Origin != Origin.Live)
            {
                throw CommandException.Usage("--write labels the node that the probe runs on: use it without --replay and --demo.");
            }

            TimeSpan? lifetime = parsed.GetValue(expires) is { } text ? ServiceOptions.Time("--expires", text) : null;
            HostView view = environment.View(new HostSnapshotSource(files, module, environment.Steps).Take());
            Write(environment, nfd, parsed, view, lifetime);
        }));
        return command;
    }

    private static void Write(ProbeEnvironment environment, NfdOptions nfd, ParseResult parsed, HostView view, TimeSpan? lifetime)
    {
        if (!nfd.IsGiven(parsed))
        {
            environment.Output.Write(NfdFile.Write(NfdFeatures.Of(view), nfd.Space(parsed), lifetime is { } life ? environment.Time.GetUtcNow() + life : null));
            return;
        }

        NfdWriter writer = nfd.Writer(parsed, environment.Time, lifetime);
        try
        {
            writer.Write(view);
        }
        catch (IOException e)
        {
            throw CommandException.Failed($"{e.Message} Choose a path in a folder that you may write to.");
        }

        environment.Output.WriteLine($"{writer.File}: {NfdFeatures.Of(view).Count} features.");
    }
}
