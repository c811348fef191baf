using System.CommandLine;
using System.Globalization;

namespace TdxDash.HostProbe.Commands;

/// <summary>The options of commands that run until stopped.</summary>
internal sealed class ServiceOptions
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1), Longest = TimeSpan.FromDays(1);

    private readonly Option<string> _dashboard = new("--dashboard") { Description = "Address of the dashboard.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:8080" };
    private readonly Option<string> _state;
    private readonly Option<string> _interval = new("--interval") { Description = "Time between two snapshots: a number with s, m or h, from 1s to 24h.", HelpName = "TIME", DefaultValueFactory = _ => "60s" };

    public ServiceOptions(string folderName) => _state = new("--state")
    {
        Description = "Folder that holds the journal; made when absent.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => DefaultState(folderName),
    };

    public void AddTo(Command command)
    {
        command.Add(_dashboard);
        command.Add(_state);
        command.Add(_interval);
    }

    public Uri Dashboard(ParseResult parsed) => DashboardAddress(parsed.GetValue(_dashboard)!);

    /// <summary>The address of a dashboard.</summary>
    /// <exception cref="CommandException">The text is none.</exception>
    public static Uri DashboardAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
            ? uri
            : throw CommandException.Usage($"--dashboard '{text}' is no http or https address. Give one such as http://127.0.0.1:8080.");

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

    // As root the place that the Filesystem Hierarchy Standard names, else the one of the XDG base directories.
    internal static string DefaultState(string folderName)
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
