using System.Globalization;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Store.Care;

/// <summary>Makes an enrolment token from the command line, for scripts on the dashboard's machine. A dashboard that runs takes it at once, since it reads tokens when they are used.</summary>
internal static class TokenCommand
{
    /// <summary>The command's name.</summary>
    public const string Name = "enroll-token";

    /// <summary>Makes a token and prints it.</summary>
    /// <param name="args">The command line behind the command's name.</param>
    /// <param name="read">Reads the dashboard's own keys.</param>
    /// <param name="output">Where the token goes, alone on a line.</param>
    /// <exception cref="StartRefusedException">An option is wrong, or the token cannot be stored.</exception>
    public static void Run(string[] args, Func<string[], DashboardOptions> read, TextWriter output)
    {
        (TokenWish wish, string[] keys) = Parse(args);
        StoreEngine store = StoreEngines.Of(read(keys), isDashboard: false);
        string secret = EnrolmentToken.NewSecret();
        long id = CommandTransaction.Run(store, transaction => transaction.AddToken(wish, EnrolmentToken.HashOf(secret), Actor.System, DateTimeOffset.UtcNow), makes: true);
        output.WriteLine(new EnrolmentToken(id, secret));
    }

    private static (TokenWish Wish, string[] Keys) Parse(string[] args)
    {
        const string Scope = "--for", Uses = "--uses", Expires = "--expires", Group = "--group";
        CommandOptions options = CommandOptions.Read(Name, args, Scope, Uses, Expires, Group);
        var wish = new TokenWish(ScopeOf(options.Find(Scope) ?? "host"), UsesOf(options.Find(Uses) ?? "1"), options.Time(Expires, TokenWish.Usual, TokenWish.Longest), options.Group(Group));
        return wish is { Group: not null, Scope: not ProbeScope.Host }
            ? throw new StartRefusedException($"--group is for hosts: demo and imported hosts are put into groups on the Fleet page. {CommandOptions.Remedy}")
            : (wish, [.. options.Keys]);
    }

    private static ProbeScope ScopeOf(string text) => Enum.TryParse(text, ignoreCase: true, out ProbeScope scope) && Enum.IsDefined(scope) && char.IsAsciiLetter(text[0])
        ? scope
        : throw new StartRefusedException($"--for '{text}' is none of host, demo and imports. {CommandOptions.Remedy}");

    private static int UsesOf(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int uses) && uses is >= 1 and <= TokenWish.MostUses
        ? uses
        : throw new StartRefusedException($"--uses '{text}' is no number from 1 to {TokenWish.MostUses}. {CommandOptions.Remedy}");
}
