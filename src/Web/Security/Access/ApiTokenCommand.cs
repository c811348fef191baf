using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;
using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Security.Access;

/// <summary>An API token, made on the dashboard's machine, for set-ups that nobody clicks through. A dashboard that runs takes it at once, since it looks into the store for a token that it does not know.</summary>
internal static class ApiTokenCommand
{
    /// <summary>The command.</summary>
    public const string Name = "api-token";

    private static readonly TimeSpan Usual = TimeSpan.FromDays(90);

    /// <summary>Makes a token and prints it.</summary>
    /// <param name="args">The command line behind the command's name: the account, then options.</param>
    /// <param name="read">Reads the dashboard's own keys.</param>
    /// <param name="output">Where the token goes, alone on a line.</param>
    /// <exception cref="StartRefusedException">An option is wrong, there is no such account, or the token cannot be stored.</exception>
    public static void Run(string[] args, Func<string[], DashboardOptions> read, TextWriter output)
    {
        const string Use = "--for", Limit = "--role", Group = "--group", Expires = "--expires";
        if (args is not [[not '-', ..] text, .. string[] rest])
        {
            throw new StartRefusedException($"{Name} needs an account's name: TdxDash.Web {Name} NAME --for TEXT.");
        }

        CommandOptions options = CommandOptions.Read(Name, rest, Use, Limit, Group, Expires);
        if (!AccountName.TryParse(text, out AccountName name))
        {
            throw new StartRefusedException($"'{text}' is no account's name: {AccountName.Rule}.");
        }

        var grant = new Grant(RoleOf(Limit, options.Find(Limit) ?? nameof(Role.Viewer)), options.Group(Group));
        TimeSpan life = options.Time(Expires, Usual, TokenBook.Longest);
        Secret secret = Secret.Make(TokenBook.Prefix);
        CommandTransaction.Run(StoreEngines.Of(read([.. options.Keys]), isDashboard: false), transaction => Add(transaction, name, options.Find(Use), grant, life, secret));
        output.WriteLine(secret.Text);
    }

    private static ApiToken Add(StoreTransaction transaction, AccountName name, string? use, Grant grant, TimeSpan life, Secret secret)
    {
        Account account = AccountTable.All(transaction.Connection).FirstOrDefault(one => string.Equals(one.Name.ToString(), name.ToString(), StringComparison.OrdinalIgnoreCase))
            ?? throw new StartRefusedException($"There is no account '{name}'. Its owner has to have used a link once: TdxDash.Web {AccountCommand.Name} {name}.");
        if (account.IsDisabled)
        {
            throw new StartRefusedException($"The account '{name}' is disabled, and so is every token of it. Name another one.");
        }

        int has = TokenTable.Of(transaction.Connection, account.Id).Count();
        return TokenBook.Problem(account, use, grant, life, has) is { } problem
            ? throw new StartRefusedException(problem)
            : TokenBook.Add(transaction, account, use, grant, life, secret, TimeProvider.System.GetUtcNow(), Actor.System);
    }

    private static Role RoleOf(string option, string text) => Enum.GetValues<Role>().FirstOrDefault(role => role.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) is > 0 and Role known
        ? known
        : throw new StartRefusedException($"{option} '{text}' is none of {string.Join(", ", Enum.GetValues<Role>().Select(role => role.ToString().ToLowerInvariant()))}. {CommandOptions.Remedy}");
}
