using System.CommandLine;
using System.Globalization;
using TdxDash.HostProbe.Identity;

namespace TdxDash.HostProbe.Commands;

/// <summary>The options of commands that run until stopped.</summary>
internal sealed class ServiceOptions
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromDays(1);

    private readonly Option<string?> _dashboard = new("--dashboard") { Description = "Address of the dashboard, where it is not that of the enrolment.", HelpName = "URL" };
    private readonly Option<string?> _ca = MakeCa();
    private readonly Option<string> _state;
    private readonly Option<string> _interval = new("--interval") { Description = "Time between two snapshots: a number with s, m or h, from 1s to 24h.", HelpName = "TIME", DefaultValueFactory = _ => "60s" };

    public ServiceOptions(string folderName) => _state = MakeState("Folder that holds the journal and the identity; made when absent.", folderName);

    public void AddTo(Command command)
    {
        command.Add(_dashboard);
        command.Add(_ca);
        command.Add(_state);
        command.Add(_interval);
    }

    public Uri? Dashboard(ParseResult parsed) => parsed.GetValue(_dashboard) is { } text ? DashboardAddress("--dashboard", text) : null;

    public string? CaFile(ParseResult parsed) => CaFile(parsed.GetValue(_ca));

    /// <summary>The option for the folder of the journal and the identity.</summary>
    public static Option<string> MakeState(string description, string folderName) =>
        new("--state") { Description = description, HelpName = "FOLDER", DefaultValueFactory = _ => DefaultState(folderName) };

    /// <summary>The option for certificates.</summary>
    public static Option<string?> MakeCa() =>
        new("--ca") { Description = "Certificates in PEM; the dashboard's one has to come from one of them instead of those that the system trusts. enroll and rotate keep them with the identity.", HelpName = "FILE" };

    /// <summary>The whole path of what the option names.</summary>
    public static string? CaFile(string? given) => given is null ? null
        : File.Exists(given) ? Path.GetFullPath(given)
        : throw CommandException.Usage($"--ca '{given}' is no file. Give a file of certificates in PEM form.");

    /// <summary>The address of a dashboard.</summary>
    /// <param name="what">Where it stands on the command line.</param>
    /// <param name="text">What stands there.</param>
    /// <exception cref="CommandException">It is none, or one that is not safe.</exception>
    public static Uri DashboardAddress(string what, string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) ? throw CommandException.Usage($"{what} '{text}' is no http or https address. Give one such as http://127.0.0.1:8080.")
        : DashboardLink.Refusal(uri) is { } refusal ? throw CommandException.Usage($"{what} '{text}' {refusal}")
        : uri;

    public string State(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(_state)!);

    public TimeSpan Interval(ParseResult parsed) => Time("--interval", parsed.GetValue(_interval)!);

    /// <summary>A time that an option gives.</summary>
    /// <exception cref="CommandException">The text is none.</exception>
    public static TimeSpan Time(string option, string text)
    {
        int unit = text.Length > 0 ? text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3_600, _ => 0 } : 0;
        return unit > 0
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && TimeSpan.FromSeconds((long)number * unit) is var time && time >= Shortest && time <= Longest
            ? time
            : throw CommandException.Usage($"{option} '{text}' is no time from 1s to 24h. Give a number with s, m or h, such as 60s.");
    }

    /// <summary>As root the place that the Filesystem Hierarchy Standard names, else the one of the XDG base directories.</summary>
    public static string DefaultState(string folderName)
    {
        if (Environment.IsPrivilegedProcess)
        {
            return Path.Combine("/var/lib", folderName);
        }

        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(string.IsNullOrEmpty(state) ? Path.Combine(home, ".local", "state") : state, folderName);
    }
}
