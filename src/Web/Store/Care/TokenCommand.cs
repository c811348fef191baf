using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store.History;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Store.Care;

/// <summary>Makes an enrolment token from the command line, for scripts on the dashboard's machine. A dashboard that runs takes it at once, since it reads tokens when they are used.</summary>
internal static class TokenCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "enroll-token";

    private const string Remedy = "TdxDash.Web --help has the options.";

    /// <summary>Makes a token and prints it.</summary>
    /// <param name="args">The command line behind the command's name.</param>
    /// <param name="read">Reads the dashboard's own keys.</param>
    /// <param name="output">Where the token goes, alone on a line.</param>
    /// <exception cref="StartRefusedException">An option is wrong, or the token cannot be stored.</exception>
    public static void Run(string[] args, Func<string[], DashboardOptions> read, TextWriter output)
    {
        (TokenWish wish, string[] keys) = Parse(args);
        var path = new StorePath(read(keys).DataFolder);
        string secret = EnrolmentToken.NewSecret();
        try
        {
            Prepare(path);
            using SqliteConnection connection = path.OpenWriter();
            // The dashboard beside it is the one that moves the log into the database.
            connection.Execute("PRAGMA wal_autocheckpoint=0");
            using SqliteTransaction sqlite = connection.BeginTransaction(deferred: false);
            var transaction = new StoreTransaction(connection, sqlite, new PreparedStatements(connection), new TextPool());
            long id = transaction.AddToken(wish, EnrolmentToken.HashOf(secret), Actor.System, DateTimeOffset.UtcNow);
            sqlite.Commit();
            output.WriteLine(new EnrolmentToken(id, secret));
        }
        catch (SqliteException e)
        {
            throw new StartRefusedException($"The token cannot be stored in {path.File}: {e.Message} Run the command as the user of the dashboard, and name its folder with --TdxDash:DataFolder FOLDER.", e);
        }
    }

    // A folder that no dashboard has used yet gets its database here; one of another version is the dashboard's own to bring up to date.
    private static void Prepare(StorePath path)
    {
        if (!File.Exists(path.File))
        {
            using StoreLock only = StoreLock.Take(path);
            StoreSchema.Current.Prepare(path, TimeProvider.System);
            return;
        }

        using SqliteConnection connection = path.OpenReader();
        int found = connection.QuerySingle<int>("PRAGMA user_version");
        if (found != StoreSchema.Current.Version)
        {
            throw new StartRefusedException($"The database {path.File} has schema {found}, and this version of TdxDash {StoreSchema.Current.Version}. Start the dashboard of this version once, and run the command again.");
        }
    }

    private static (TokenWish Wish, string[] Keys) Parse(string[] args)
    {
        var wish = new TokenWish(ProbeScope.Host, 1, TokenWish.Usual, null);
        var keys = new List<string>();
        for (int i = 0; i < args.Length; i++)
        {
            string[] pair = args[i].Split('=', 2);
            string Value() => pair.Length == 2 ? pair[1] : ++i < args.Length ? args[i] : throw new StartRefusedException($"{pair[0]} needs a value. {Remedy}");
            switch (pair[0])
            {
                case "--for":
                    wish = wish with { Scope = ScopeOf(Value()) };
                    break;
                case "--uses":
                    wish = wish with { Uses = UsesOf(Value()) };
                    break;
                case "--expires":
                    wish = wish with { For = TimeOf(Value()) };
                    break;
                case "--group":
                    wish = wish with { Group = GroupOf(Value()) };
                    break;
                case var key when key.StartsWith("--", StringComparison.Ordinal) && key.Contains(':', StringComparison.Ordinal):
                    keys.Add(pair.Length == 2 ? args[i] : $"{key}={Value()}");
                    break;
                default:
                    throw new StartRefusedException($"{Name} has no option '{args[i]}'. {Remedy}");
            }
        }

        return wish is { Group: not null, Scope: not ProbeScope.Host } ? throw new StartRefusedException($"--group is for hosts: demo and imported hosts are put into groups on the Fleet page. {Remedy}") : (wish, [.. keys]);
    }

    private static ProbeScope ScopeOf(string text) => Enum.TryParse(text, ignoreCase: true, out ProbeScope scope) && Enum.IsDefined(scope) && char.IsAsciiLetter(text[0])
        ? scope
        : throw new StartRefusedException($"--for '{text}' is none of host, demo and imports. {Remedy}");

    private static int UsesOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int uses) && uses is >= 1 and <= TokenWish.MostUses
        ? uses
        : throw new StartRefusedException($"--uses '{text}' is no number from 1 to {TokenWish.MostUses}. {Remedy}");

    private static LabelText? GroupOf(string text) => LabelText.TryParse(text, out LabelText group)
        ? group
        : throw new StartRefusedException($"--group '{text}' is no group. Use {LabelText.Rule}.");

    private static TimeSpan TimeOf(string text)
    {
        TimeSpan unit = text.Length == 0 ? default : text[^1] switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => default };
        return unit > TimeSpan.Zero && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && unit * number is var time && time > TimeSpan.Zero && time <= TokenWish.Longest
            ? time
            : throw new StartRefusedException($"--expires '{text}' is no time from 1m to {TokenWish.Longest.TotalDays}d: a number with m, h or d. {Remedy}");
    }
}
