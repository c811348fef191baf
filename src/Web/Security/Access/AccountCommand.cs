using TdxDash.Web.Live;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Access;
using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Security.Access;

/// <summary>A link for an account, made on the dashboard's machine: whoever may write its database may do anything to it already.</summary>
internal static class AccountCommand
{
    /// <summary>The command.</summary>
    public const string Name = "account-link";

    /// <summary>Makes a link that sets the account's password; an account that is new administers everything.</summary>
    /// <returns>The link, on a line of its own, with what to know of it.</returns>
    /// <exception cref="StartRefusedException">The name is none, or the link cannot be stored.</exception>
    public static string MakeLink(StoreEngine store, DashboardOptions options, string name)
    {
        if (!AccountName.TryParse(name, out AccountName account))
        {
            throw new StartRefusedException($"'{name}' is no account's name: {AccountName.Rule}.");
        }

        Secret secret = Secret.Make();
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        CommandTransaction.Run(store, transaction =>
        {
            LinkRow row = Row(transaction, account, secret, now);
            LinkTable.Add(transaction, row, now);
            transaction.Audit(new AuditEntry(Actor.System, "account-link.add", row.Name!, "by command"), now);
            return row;
        });
        return $"It sets the password of {account}, once, for {LinkBook.Holds.TotalHours:0} hours:\n\n    {FirstStart.Reachable(options.Urls[0])}{LinkBook.PathOf(secret)}\n";
    }

    private static LinkRow Row(StoreTransaction transaction, AccountName account, Secret secret, DateTimeOffset now)
    {
        Account? known = AccountTable.All(transaction.Connection).FirstOrDefault(one => string.Equals(one.Name.ToString(), account.ToString(), StringComparison.OrdinalIgnoreCase));
        return known is { Subject: not null } or { IsDisabled: true }
            ? throw new StartRefusedException($"The account {account} {(known.Subject is null ? "is disabled" : "signs in by OpenID Connect and has no password")}. Name another one, which then administers everything.")
            : new LinkRow(secret.Key, known?.Id, account.ToString(), known is null ? AccountTable.Written(LinkBook.First) : "", now + LinkBook.Holds);
    }
}
