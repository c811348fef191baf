using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;

namespace TdxDash.Web.Security.Access;

/// <summary>Links that set a password once: the first administrator's, which the dashboard prints at its start, and those that administrators hand out.
/// They are looked up in the store, where a command beside the running dashboard can put one too.</summary>
internal sealed class LinkBook(StorePath path, StoreWriter writer, AccountBook accounts, Passwords passwords, TimeProvider time)
{
    /// <summary>Where a link leads to.</summary>
    public const string Path = "/welcome";

    /// <summary>How long a link holds.</summary>
    public static readonly TimeSpan Holds = TimeSpan.FromHours(24);

    private const string Gone = "This link is not valid: it was used, it is older than a day, or it was not copied whole. Ask for another one; on the dashboard's machine, TdxDash.Web account-link NAME makes one.";

    /// <summary>Makes a link.</summary>
    /// <param name="name">Whose; null where who opens it chooses a name.</param>
    /// <param name="grants">What the account may do where the link makes it.</param>
    /// <param name="by">Who makes it.</param>
    /// <returns>The link's path and query, or why not and what to do.</returns>
    public async Task<(string? Link, string? Problem)> MakeAsync(AccountName? name, IEnumerable<Grant> grants, Actor by)
    {
        Secret secret = Secret.Make();
        DateTimeOffset now = time.GetUtcNow();
        var row = new LinkRow(secret.Key, name?.ToString(), AccountTable.Written(grants), now + Holds);
        DirectOutcome<bool> outcome = await new DirectWork<bool>(transaction =>
        {
            LinkTable.Add(transaction.Connection, transaction.Sqlite, row, now);
            transaction.Audit(new AuditEntry(by, "account-link.add", row.Name ?? "", row.Grants), now);
            return true;
        }).RunAsync(writer);
        return outcome.Failure is { } failure ? (null, failure) : (PathOf(secret), null);
    }

    /// <summary>The path and query of a link.</summary>
    public static string PathOf(Secret secret) => $"{Path}?token={secret.Text}";

    /// <summary>Looks a link up.</summary>
    /// <param name="token">Its secret, from outside.</param>
    /// <returns>It, or why it does not hold and what to do.</returns>
    public (LinkRow? Link, string? Problem) Find(string? token)
    {
        using SqliteConnection connection = path.OpenReader();
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

        if (Passwords.Problem(password, chosen.ToString()) is { } weak)
        {
            return (null, weak);
        }

        if (link.Name is null && accounts.Find(chosen) is not null)
        {
            return (null, $"There is an account '{chosen}' already. Choose another name.");
        }

        string hash = passwords.Hash(password!);
        var by = new Actor(chosen.ToString(), address);
        // Used up first: of two who open it at once only one gets further.
        DirectOutcome<bool> taken = await new DirectWork<bool>(transaction => LinkTable.Take(transaction, link.Key)).RunAsync(writer);
        if (!taken.Result)
        {
            return (null, taken.Failure ?? Gone);
        }

        if (accounts.Find(chosen) is { } known)
        {
            string? failure = await accounts.ChangeAsync(known.Id, account => account with { PasswordHash = hash }, "account.password", by);
            return failure is null ? (accounts.Find(known.Id), null) : (null, failure);
        }

        return await accounts.AddAsync(new Account { Id = 0, Name = chosen, PasswordHash = hash, Grants = AccountTable.Grants(link.Grants), CreatedAt = default }, by);
    }

    /// <summary>The grants of the first administrator.</summary>
    public static ImmutableArray<Grant> First { get; } = [new Grant(Role.Administrator, null)];
}
