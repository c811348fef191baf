using System.Globalization;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store.Care;

/// <summary>The options of a command, <c>--option VALUE</c> or <c>--option=VALUE</c>, and beside them the dashboard's own keys, which have a colon.</summary>
internal sealed class CommandOptions
{
    /// <summary>Where to look, for whoever wrote an option wrong.</summary>
    public const string Remedy = "TdxDash.Web --help has the options.";

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private CommandOptions()
    {
    }

    /// <summary>The dashboard's own keys, each as <c>--KEY=VALUE</c>.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>Reads what stands behind a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="args">What stands behind it.</param>
    /// <param name="known">The options that it has.</param>
    /// <exception cref="StartRefusedException">It has no such option, or an option lacks its value.</exception>
    public static CommandOptions Read(string command, string[] args, params string[] known)
    {
        var options = new CommandOptions();
        for (int i = 0; i < args.Length; i++)
        {
            string[] pair = args[i].Split('=', 2);
            string Value() => pair.Length == 2 ? pair[1] : ++i < args.Length ? args[i] : throw new StartRefusedException($"{pair[0]} needs a value. {Remedy}");
            if (known.Contains(pair[0]))
            {
                options._values[pair[0]] = Value();
            }
            else if (pair[0].StartsWith("--", StringComparison.Ordinal) && pair[0].Contains(':', StringComparison.Ordinal))
            {
                options.Keys.Add(pair.Length == 2 ? args[i] : $"{pair[0]}={Value()}");
            }
            else
            {
                throw new StartRefusedException($"{command} has no option '{args[i]}'. {Remedy}");
            }
        }

        return options;
    }

    /// <summary>The value of an option; null where it is not given.</summary>
    public string? Find(string option) => _values.GetValueOrDefault(option);

    /// <summary>A span of time, such as 30m, 12h or 90d.</summary>
    /// <param name="option">The option.</param>
    /// <param name="usual">What holds where it is not given.</param>
    /// <param name="longest">The longest that is taken.</param>
    /// <exception cref="StartRefusedException">It is none.</exception>
    public TimeSpan Time(string option, TimeSpan usual, TimeSpan longest)
    {
        if (Find(option) is not { } text)
        {
            return usual;
        }

        TimeSpan unit = text.Length == 0 ? default : text[^1] switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => default };
        return unit > TimeSpan.Zero && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number <= longest / unit && number > 0
            ? unit * number
            : throw new StartRefusedException($"{option} '{text}' is no time from 1m to {longest.TotalDays}d: a number with m, h or d. {Remedy}");
    }

    /// <summary>A group of hosts; null where none is given.</summary>
    /// <exception cref="StartRefusedException">It is none.</exception>
    public LabelText? Group(string option) => Find(option) is not { } text ? null
        : LabelText.TryParse(text, out LabelText group) ? group
        : throw new StartRefusedException($"{option} '{text}' is no group. Use {LabelText.Rule}.");
}
