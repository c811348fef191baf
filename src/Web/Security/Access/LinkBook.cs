using System.Collections.Immutable;
using System.Data.Common;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Security.Access;

/// <summary>Links that set a password once: the first administrator's, which the dashboard prints at its start, and those that administrators hand out.
/// They are looked up in the store, where a command beside the running dashboard can put one too.</summary>
internal sealed class LinkBook(StoreEngine store, StoreWriter writer, AccountBook accounts, Passwords passwords, TimeProvider time)
{
    /// <summary>Where a link leads to.</summary>
    public const string Path = "/welcome";

    /// <summary>How long a link holds.</summary>
    public static readonly TimeSpan Holds = TimeSpan.FromHours(24);

    /// <summary>What somebody is told whose link does not hold.</summary>
    public const string Gone = "This link is not valid: it was used, it is older than a day, another one was made after it, or it was not copied whole. Ask for another one; on the dashboard's machine, TdxDash.Web account-link NAME makes one.";

    /// <summary>Makes the link of the first administrator, in the place of one that was made before.</summary>
    /// <returns>The link's path and query, or why not and what to do.</returns>
    public Task<(string? Link, string? Problem)> MakeFirstAsync() => MakeAsync(new LinkRow("", null, null, AccountTable.Written(First), default), Actor.System);

    /// <summary>Makes a link by which somebody sets the password of an account, in the place of one that was made before.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="by">Who makes it.</param>
    /// <returns>The link's path and query, or why not and what to do.</returns>
    public Task<(string? Link, string? Problem)> MakeAsync(Account account, Actor by)
    {
        ArgumentNullException.ThrowIfNull(account);
        return account.Subject is null
            ? MakeAsync(new LinkRow("", account.Id, account.Name.ToString(), "", default), by)
            : Task.FromResult<(string?, string?)>((null, "This account signs in by OpenID Connect and has no password."));
    }

    /// <summary>The path and query of a link.</summary>
    public static string PathOf(Secret secret) => $"{Path}?token={secret.Text}";

    /// <summary>Looks a link up.</summary>
    /// <param name="token">Its secret, from outside.</param>
    /// <returns>It, or why it does not hold and what to do.</returns>
    public (LinkRow? Link, string? Problem) Find(string? token)
    {
        using DbConnection connection = store.OpenReader();
        return Secret.KeyOf(token) is { } key && LinkTable.Find(connection, key) is { } row && row.ExpiresAt > time.GetUtcNow() ? (row, null) : (null, Gone);
    }

    /// <summary>Uses a link: sets its account's password, or makes the account.</summary>
    /// <param name="token">The link's secret.</param>
    /// <param name="name">The name that was chosen, where the link has none.</param>
    /// <param name="password">The password.</param>
    /// <param name="address">From where.</param>
    /// <returns>The account, or why not and what to do.</returns>
    public async Task<(Account? Account, string? Problem)> UseAsync(string? token, string? name, string? password, string address)
    {
        (LinkRow? link, string? problem) = Find(token);
        if (link is null)
        {
            return (null, problem);
        }

        if (!AccountName.TryParse(link.Name ?? name, out AccountName chosen))
        {
            return (null, $"Choose a name of {AccountName.Rule}.");
        }

        return Passwords.Problem(password, chosen.ToString()) is { } weak
            ? (null, weak)
            : await accounts.UseAsync(link, chosen, await passwords.HashAsync(password!), new Actor(chosen.ToString(), address));
    }

    /// <summary>The grants of the first administrator.</summary>
    public static ImmutableArray<Grant> First { get; } = [new Grant(Role.Administrator, null)];

    private async Task<(string? Link, string? Problem)> MakeAsync(LinkRow draft, Actor by)
    {
        Secret secret = Secret.Make();
        DateTimeOffset now = time.GetUtcNow();
        LinkRow row = draft with { Key = secret.Key, ExpiresAt = now + Holds };
        DirectOutcome<bool> outcome = await new DirectWork<bool>(transaction =>
        {
            LinkTable.Add(transaction, row, now);
            transaction.Audit(new AuditEntry(by, "account-link.add", row.Name ?? "", row.Grants), now);
            return true;
        }).RunAsync(writer);
        return outcome.Failure is { } failure ? (null, failure) : (PathOf(secret), null);
    }
}
