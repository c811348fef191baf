using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store.Access;

/// <summary>A link that sets an account's password once.</summary>
/// <param name="Key">The hash of its secret.</param>
/// <param name="Name">Whose; null where who opens it chooses a name.</param>
/// <param name="Grants">What the account may do where the link makes it, in written form.</param>
/// <param name="ExpiresAt">Until when it holds.</param>
internal sealed record LinkRow(string Key, string? Name, string Grants, DateTimeOffset ExpiresAt);

/// <summary>The table of links.</summary>
internal static class LinkTable
{
    private const string FindSql = "SELECT key, name, grants, expires_at_us FROM account_links WHERE key = @key";
    private const string AddSql = "INSERT INTO account_links (key, name, grants, expires_at_us) VALUES (@Key, @Name, @Grants, @Expires)";
    private const string PurgeSql = "DELETE FROM account_links WHERE expires_at_us < @now";
    private const string TakeSql = "DELETE FROM account_links WHERE key = @key RETURNING 1";

    /// <summary>One link, or null.</summary>
    public static LinkRow? Find(SqliteConnection connection, string key) => connection
        .Query<(string Key, string? Name, string Grants, long Expires)>(FindSql, new { key })
        .Select(row => new LinkRow(row.Key, row.Name, row.Grants, UnixTime.FromMicroseconds(row.Expires))).FirstOrDefault();

    /// <summary>Adds a link, and removes those that nobody can use any more.</summary>
    public static void Add(SqliteConnection connection, SqliteTransaction transaction, LinkRow row, DateTimeOffset now)
    {
        connection.Execute(PurgeSql, new { now = UnixTime.ToMicroseconds(now) }, transaction);
        connection.Execute(AddSql, new { row.Key, row.Name, row.Grants, Expires = UnixTime.ToMicroseconds(row.ExpiresAt) }, transaction);
    }

    /// <summary>Uses a link up.</summary>
    /// <returns>Whether it was there, which it is for one caller.</returns>
    public static bool Take(StoreTransaction transaction, string key) =>
        transaction.Connection.ExecuteScalar<long?>(TakeSql, new { key }, transaction.Sqlite) is not null;
}
