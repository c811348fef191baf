using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TdxDash.HostProbe.Commands;

/// <summary>The command line of <c>tdxprobe</c>.</summary>
public static class ProbeCommandLine
{
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(10);

    private const string Examples = """
        Examples:
          tdxprobe show                                what this host's TDX platform is, or why there is none
          tdxprobe check                               is this host ready for TDX, and if not, what to change
          tdxprobe check --short                       the same, one line for each check
          tdxprobe check --file dmesg.txt              what a log from another host tells of its readiness
          tdxprobe import dmesg.txt --dashboard URL    makes a host of a log or report, without a probe
          tdxprobe show --json | jq .layout            the whole snapshot for programs
          tdxprobe show --module emulated              as if a TDX module answered here, labelled so
          tdxprobe show --why                          with the reason of each reserved area
          tdxprobe capture host.json                   everything that was read, in one file
          tdxprobe show --replay host.json             the same report on another machine
          tdxprobe enroll https://dash:8443 TOKEN      makes this host known to a dashboard; once
          tdxprobe run                                 the service
          tdxprobe rotate                              another key in the place of the one in use
          tdxprobe demo --list                         the made-up machines
          tdxprobe reinit --profile tdx-1.5.08-emr     every stage of an emulated module's boot and update
          tdxprobe reinit --fault busy                 the same with an update that fails
          tdxprobe plan '2 sockets x 1 TiB'            what TDX would cost there, and whether it would initialise
          tdxprobe plan dmesg.txt --json               the same of the machine of a log, for programs
          tdxprobe diff monday.json today.json         what changed between two outputs of show --json
          tdxprobe explain 0xc000050500000000          what a SEAMCALL status means and what to do
          dmesg | tdxprobe explain -                   the same for every failed SEAMCALL of a kernel log
          tdxprobe nfd                                 what Kubernetes' node-feature-discovery would be told
          tdxprobe support-bundle help.zip             what whoever helps needs to know, without names

        Exit codes: 0 done, 1 failed, 2 wrong usage; of check: 0 ready or at risk, 1 not ready or failed, 2 wrong usage;
        of health: 0 the service works, 1 it does not or has not for 90 s, 2 wrong usage;
        of reinit: 0 the new module was verified, 1 the update failed, as with --fault, 2 wrong usage;
        of plan: 0 it would initialise, 1 it would not or the file could not be used, 2 wrong usage, an error in the plan among it.
        Errors go to standard error. Root is not required: what cannot be read without it is named with its remedy.
        """;

    /// <summary>Parses and runs one command line.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, ProbeEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        ParseResult parsed = Create(environment).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            {
                await environment.Error.WriteLineAsync($"tdxprobe: {message}").ConfigureAwait(false);
            }

            string command = parsed.CommandResult.Command is RootCommand ? "tdxprobe" : $"tdxprobe {parsed.CommandResult.Command.Name}";
            await environment.Error.WriteLineAsync($"Run '{command} --help' for what is possible.").ConfigureAwait(false);
            return ExitCode.Usage;
        }

        return await parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = environment.Output,
            Error = environment.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TimeToStop,
        }).ConfigureAwait(false);
    }

    private static RootCommand Create(ProbeEnvironment environment)
    {
        var root = new RootCommand("Looks at this host as a platform for Intel TDX guests: memory, TDX module, and the TDMRs that Linux would build.")
        {
            ShowCommand.Create(environment), CheckCommand.Create(environment), ImportCommand.Create(environment), CaptureCommand.Create(environment), EnrollCommand.Create(environment), RotateCommand.Create(environment), RunCommand.Create(environment), DemoCommand.Create(environment), ReinitCommand.Create(environment), PlanCommand.Create(environment), DiffCommand.Create(environment), ExplainCommand.Create(environment),
            NfdCommand.Create(environment), HealthCommand.Create(environment), SupportBundleCommand.Create(environment),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private sealed class HelpWithExamples(HelpAction inner) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int result = inner.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(Examples);
            return result;
        }
    }
}
