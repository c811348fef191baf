using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store.Access;

/// <summary>A link that sets a password once.</summary>
/// <param name="Key">The hash of its secret.</param>
/// <param name="Account">The account's number; null where the link makes the account.</param>
/// <param name="Name">The account's name; null for the first administrator, who chooses one.</param>
/// <param name="Grants">What the account may do where the link makes it, in written form.</param>
/// <param name="ExpiresAt">Until when it holds.</param>
internal sealed record LinkRow(string Key, long? Account, string? Name, string Grants, DateTimeOffset ExpiresAt);

/// <summary>The table of links.</summary>
internal static class LinkTable
{
    private const string FindSql = "SELECT key, account, name, grants, expires_at_us FROM account_links WHERE key = @key";
    private const string AddSql = "INSERT INTO account_links (key, account, name, grants, expires_at_us) VALUES (@Key, @Account, @Name, @Grants, @Expires)";
    private const string PurgeSql = "DELETE FROM account_links WHERE expires_at_us < @now OR account = @Account OR (@Account IS NULL AND account IS NULL AND name IS NOT DISTINCT FROM @Name)";
    private const string TakeSql = "DELETE FROM account_links WHERE key = @key RETURNING 1";
    private const string EndSql = "DELETE FROM account_links WHERE account = @account";
    private const string EndFirstSql = "DELETE FROM account_links WHERE account IS NULL AND name IS NULL";

    /// <summary>One link, or null.</summary>
    public static LinkRow? Find(SqliteConnection connection, string key) => connection
        .Query<(string Key, long? Account, string? Name, string Grants, long Expires)>(FindSql, new { key })
        .Select(row => new LinkRow(row.Key, row.Account, row.Name, row.Grants, UnixTime.FromMicroseconds(row.Expires))).FirstOrDefault();

    /// <summary>Adds a link in the place of those of the same account, and removes those that nobody can use any more.</summary>
    public static void Add(SqliteConnection connection, SqliteTransaction transaction, LinkRow row, DateTimeOffset now)
    {
        connection.Execute(PurgeSql, new { now = UnixTime.ToMicroseconds(now), row.Account, row.Name }, transaction);
        connection.Execute(AddSql, new { row.Key, row.Account, row.Name, row.Grants, Expires = UnixTime.ToMicroseconds(row.ExpiresAt) }, transaction);
    }

    /// <summary>Uses a link up.</summary>
    /// <returns>Whether it was there, which it is for one caller.</returns>
    public static bool Take(StoreTransaction transaction, string key) =>
        transaction.Connection.ExecuteScalar<long?>(TakeSql, new { key }, transaction.Sqlite) is not null;

    /// <summary>Ends the links of an account.</summary>
    public static void EndOf(StoreTransaction transaction, long account) => transaction.Execute(EndSql, ("@account", account));

    /// <summary>Ends the links that make a first administrator: there is one.</summary>
    public static void EndFirst(StoreTransaction transaction) => transaction.Connection.Execute(EndFirstSql, null, transaction.Sqlite);
}
