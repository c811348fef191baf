namespace TdxDash.Web.Support;

/// <summary>The command line of a support bundle.</summary>
/// <param name="File">The bundle's file.</param>
/// <param name="Redact">Whether names and secrets are taken out.</param>
/// <param name="Logs">Log files to take in; <c>-</c> is standard input.</param>
/// <param name="Rest">What is left for the program's own settings.</param>
internal sealed record SupportArguments(string File, bool Redact, IReadOnlyList<string> Logs, IReadOnlyList<string> Rest)
{
    /// <summary>Reads what follows the command's name.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="problem">What is wrong with them and what to do; null when nothing is.</param>
    /// <returns>Null where there is a problem.</returns>
    public static SupportArguments? Read(IReadOnlyList<string> args, out string? problem)
    {
        problem = null;
        if (args.Count == 0 || args[0].StartsWith('-'))
        {
            problem = "support-bundle needs a file: support-bundle FILE [--log FILE]... [--redact false].";
            return null;
        }

        bool redact = true;
        var logs = new List<string>();
        var rest = new List<string>();
        for (int i = 1; i < args.Count; i++)
        {
            if (args[i] is not ("--log" or "--redact"))
            {
                rest.Add(args[i]);
            }
            else if (++i == args.Count || args[i].StartsWith("--", StringComparison.Ordinal))
            {
                problem = $"{args[i - 1]} needs a value.";
                return null;
            }
            else if (args[i - 1] == "--log")
            {
                logs.Add(args[i]);
            }
            else if (!bool.TryParse(args[i], out redact))
            {
                problem = $"--redact is '{args[i]}': set it to true or false.";
                return null;
            }
        }

        return new SupportArguments(args[0], redact, logs, rest);
    }
}
