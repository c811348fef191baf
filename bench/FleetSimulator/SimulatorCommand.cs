using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TdxDash.DemoFleet;
using TdxDash.HostProbe.Identity;

namespace TdxDash.FleetSimulator;

/// <summary>The command line.</summary>
internal static class SimulatorCommand
{
    private const int MostRate = 100_000;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(7);
    private static readonly SimulatorSettings Usual = new() { Dashboards = [] };

    private static readonly Argument<Uri[]> Dashboards = new("URL")
    {
        Description = "The dashboard, such as http://127.0.0.1:8080; several for the nodes of one installation.",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.Select(token => Address(result, token.Value)).OfType<Uri>()],
    };

    private static readonly Option<string?> Token = new("--token") { Description = "Enrolment token for demo machines: TdxDash.Web enroll-token --for demo, or the page Probes.", HelpName = "TOKEN" };
    private static readonly Option<string?> State = new("--state") { Description = "Folder of the key for demo machines, as tdxprobe enroll URL TOKEN --for demo --state FOLDER makes it; with --token the key is kept there.", HelpName = "FOLDER" };
    private static readonly Option<string?> Ca = new("--ca") { Description = "Certificates (PEM) that the dashboard's one must come from; those of the system where not given.", HelpName = "FILE" };
    private static readonly Option<int> Hosts = Number("--hosts", "Simulated hosts.", Usual.Hosts, 1, DemoHost.Most);
    private static readonly Option<int> First = Number("--first", "Number of the first host, so that several simulators share a fleet.", Usual.First, 0, DemoHost.Most - 1);
    private static readonly Option<TimeSpan?> For = Time("--for", "How long, from when all hosts are connected; 1m where not given.");
    private static readonly Option<TimeSpan?> Patience = Time("--patience", "The most that connecting, and the connections and acknowledgements at the end, may take; 5m where not given.");
    private static readonly Option<double> Connect = Rate("--connect", "Hosts that begin to connect; 0 for all at once.", Usual.ConnectRate);
    private static readonly Option<TimeSpan?> Heartbeat = Time("--heartbeat", "Between two heartbeats of a host; that of the product, 5s, where not given.");
    private static readonly Option<double> Snapshots = Rate("--snapshots", "New snapshots, over all hosts.", 0);
    private static readonly Option<double> Updates = Rate("--updates", "Updates of TDX modules that begin, each observed stage by stage and followed by a snapshot.", 0);
    private static readonly Option<double> Cuts = Rate("--cut", "Connections that are cut, with whatever is on its way.", 0);
    private static readonly Option<double> Duplicates = Rate("--duplicate", "Snapshots that are delivered twice.", 0);
    private static readonly Option<double> Reorders = Rate("--reorder", "Pairs of snapshots of which the later one is delivered first.", 0);
    private static readonly Option<TimeSpan?> Storm = Time("--storm", "Between two storms: every connection is cut, and all hosts call again at once; none where not given.");
    private static readonly Option<bool> News = new("--news") { Description = "A host whose connection is lost has a new snapshot and an observation to deliver when it is back." };
    private static readonly Option<TimeSpan?> Linger = Time("--linger", "How long hosts stay connected after all is acknowledged at the end; not at all where not given.");
    private static readonly Option<int> Prepare = Number("--prepare", "Snapshots that are made before the run (about 5 KB each), so that making them takes no time from what is measured.", 0, 0, 10_000_000);
    private static readonly Option<int> Seed = Number("--seed", "Decides which hosts the rates choose.", Usual.Seed, 0, int.MaxValue);
    private static readonly Option<int[]> Pids = new("--pid") { Description = "Process whose processor time and memory are reported, such as the dashboard's; may be given for each node.", HelpName = "PID", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Json = new("--json") { Description = "File for the report as JSON; - for standard output, in the place of the text.", HelpName = "FILE" };

    /// <summary>Makes the command.</summary>
    /// <param name="run">Runs what was asked for.</param>
    public static RootCommand Create(Func<SimulatorSettings, CancellationToken, Task<int>> run)
    {
        var command = new RootCommand(
            """
            Simulates a fleet of hosts: each has a connection of its own to the dashboard, and delivers the snapshots of a made-up machine as tdxprobe does.
            Everything is labelled as demo and emulated. Rates are a second, over all hosts. Ctrl+C ends the run early; the report is printed all the same.

            Exit code: 0 when every snapshot was acknowledged and every host was connected; 1 when not; 2 for wrong usage.
            """)
        {
            Dashboards, Token, State, Ca, Hosts, First, For, Patience, Connect, Heartbeat, Snapshots, Updates, Cuts, Duplicates, Reorders, Storm, News, Linger, Prepare, Seed, Pids, Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(Token) is null && result.GetResult(State) is null)
            {
                result.AddError("The dashboard lets in only probes that it knows. Give --token TOKEN, which TdxDash.Web enroll-token --for demo or the page Probes makes, or --state FOLDER with a key.");
            }
        });
        command.SetAction((parsed, cancellation) => run(Read(parsed), cancellation));
        return command;
    }

    private static SimulatorSettings Read(ParseResult parsed) => new()
    {
        Dashboards = parsed.GetValue(Dashboards)!,
        Token = parsed.GetValue(Token),
        State = parsed.GetValue(State),
        CaFile = parsed.GetValue(Ca),
        Hosts = parsed.GetValue(Hosts),
        First = parsed.GetValue(First),
        Duration = parsed.GetValue(For) ?? Usual.Duration,
        Patience = parsed.GetValue(Patience) ?? Usual.Patience,
        ConnectRate = parsed.GetValue(Connect),
        Heartbeat = parsed.GetValue(Heartbeat) is { } beat && beat > TimeSpan.Zero ? beat : Usual.Heartbeat,
        SnapshotRate = parsed.GetValue(Snapshots),
        UpdateRate = parsed.GetValue(Updates),
        CutRate = parsed.GetValue(Cuts),
        DuplicateRate = parsed.GetValue(Duplicates),
        ReorderRate = parsed.GetValue(Reorders),
        StormEvery = parsed.GetValue(Storm) ?? TimeSpan.Zero,
        HasNews = parsed.GetValue(News),
        Linger = parsed.GetValue(Linger) ?? TimeSpan.Zero,
        Prepared = parsed.GetValue(Prepare),
        Seed = parsed.GetValue(Seed),
        Pids = parsed.GetValue(Pids) ?? [],
        Json = parsed.GetValue(Json),
    };

    private static Uri? Address(ArgumentResult result, string text)
    {
        string? refusal = Uri.TryCreate(text, UriKind.Absolute, out Uri? address) ? DashboardLink.Refusal(address) : "is no address. Give one such as http://127.0.0.1:8080.";
        if (refusal is not null)
        {
            result.AddError($"{text} {refusal}");
        }

        return address;
    }

    private static Option<int> Number(string name, string description, int usual, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.CustomParser = result => int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : Wrong<int>(result, $"{name} {result.Tokens[0].Value} is no number from {least} to {most}.");
        return option;
    }

    private static Option<double> Rate(string name, string description, double usual)
    {
        var option = new Option<double>(name) { Description = description, HelpName = "RATE", DefaultValueFactory = _ => usual };
        option.CustomParser = result => double.TryParse(result.Tokens[0].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate) && rate <= MostRate
            ? rate
            : Wrong<double>(result, $"{name} {result.Tokens[0].Value} is no rate a second from 0 to {MostRate}, such as 20 or 0.5.");
        return option;
    }

    // A default value of this type would be shown as a clock's.
    private static Option<TimeSpan?> Time(string name, string description)
    {
        var option = new Option<TimeSpan?>(name) { Description = description, HelpName = "TIME" };
        option.CustomParser = result => ReadTime(result.Tokens[0].Value) ?? Wrong<TimeSpan>(result, $"{name} {result.Tokens[0].Value} is no time of at most 7 days, such as 90s, 5m or 2h.");
        return option;
    }

    private static TimeSpan? ReadTime(string text)
    {
        double seconds = text is [.., 's'] ? 1 : text is [.., 'm'] ? 60 : text is [.., 'h'] ? 3_600 : 0;
        return seconds > 0 && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count) && count * seconds <= LongestTime.TotalSeconds
            ? TimeSpan.FromSeconds(count * seconds)
            : null;
    }

    private static T Wrong<T>(ArgumentResult result, string error)
        where T : struct
    {
        result.AddError(error);
        return default;
    }
}
