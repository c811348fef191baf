namespace TdxDash.Web.Store;

/// <summary>Who does something, for the audit log.</summary>
/// <param name="Name">The account, <c>token:NAME</c> of an API token, <c>probe:HOST-ID</c>, or <c>system</c>.</param>
/// <param name="Address">The network address that the request came from; empty for the dashboard itself.</param>
public sealed record Actor(string Name, string Address)
{
    /// <summary>The name of a caller who did not sign in.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>The dashboard itself, as at its start or by a command.</summary>
    public static Actor System { get; } = new("system", "");
}

/// <summary>One line of the audit log.</summary>
/// <param name="By">Who did it.</param>
/// <param name="Action">What was done, <c>noun.verb</c>: <c>session.start</c>, <c>label.change</c>.</param>
/// <param name="Target">To what, such as a host's identity or an account's name; empty where there is nothing to name.</param>
/// <param name="Detail">What a reader needs besides, in words; never a secret.</param>
public sealed record AuditEntry(Actor By, string Action, string Target, string Detail);

/// <summary>Adds to the audit log.</summary>
internal static class AuditTransaction
{
    // Longer texts from outside are cut: the log must not be a way to fill the disk.
    private const int MostText = 500;

    private const string AddSql = "INSERT INTO audit (at_us, actor, address, action, target, detail) VALUES (@at, @actor, @address, @action, @target, @detail)";

    /// <summary>Adds an entry in the same transaction as what it tells of, so that neither is kept without the other.</summary>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="at">When, by the dashboard's clock.</param>
    public static void Audit(this StoreTransaction transaction, AuditEntry entry, DateTimeOffset at) => transaction.Execute(
        AddSql,
        ("@at", Live.UnixTime.ToMicroseconds(at)),
        ("@actor", Cut(entry.By.Name)),
        ("@address", Cut(entry.By.Address)),
        ("@action", entry.Action),
        ("@target", Cut(entry.Target)),
        ("@detail", Cut(entry.Detail)));

    private static string Cut(string text) => Security.ShownText.Limit(text, MostText);
}
