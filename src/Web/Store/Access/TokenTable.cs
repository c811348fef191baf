using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Store.Access;

/// <summary>The table of API tokens.</summary>
internal static class TokenTable
{
    private const string AllSql = "SELECT id, key, account, name, grants, created_at_us, expires_at_us, used_at_us FROM api_tokens";
    private const string OfSql = $"{AllSql} WHERE account = @account ORDER BY id DESC";
    private const string FindSql = $"{AllSql} WHERE key = @key";
    private const string AddSql = "INSERT INTO api_tokens (key, account, name, grants, created_at_us, expires_at_us) VALUES (@key, @account, @name, @grants, @created, @expires) RETURNING id";
    private const string UsedSql = "UPDATE api_tokens SET used_at_us = @used WHERE id = @id";
    private const string RemoveSql = "DELETE FROM api_tokens WHERE id = @id";

    /// <summary>Every token.</summary>
    public static IEnumerable<ApiToken> All(DbConnection connection) => Read(connection, AllSql, null);

    /// <summary>The tokens of an account, the newest first.</summary>
    public static IEnumerable<ApiToken> Of(DbConnection connection, long account) => Read(connection, OfSql, new { account });

    /// <summary>The token with a key; null where there is none.</summary>
    public static ApiToken? Find(DbConnection connection, string key) => Read(connection, FindSql, new { key }).FirstOrDefault();

    /// <summary>Adds a token.</summary>
    /// <returns>It, with its number.</returns>
    public static ApiToken Add(StoreTransaction transaction, ApiToken token) => token with
    {
        Id = transaction.Number(AddSql, ("@key", token.Key), ("@account", token.Account), ("@name", token.Name), ("@grants", AccountTable.Written(token.Grants)),
            ("@created", UnixTime.ToMicroseconds(token.CreatedAt)), ("@expires", UnixTime.ToMicroseconds(token.ExpiresAt))),
    };

    /// <summary>Notes that a token was used.</summary>
    public static void Used(StoreTransaction transaction, long id, DateTimeOffset at) => transaction.Execute(UsedSql, ("@used", UnixTime.ToMicroseconds(at)), ("@id", id));

    /// <summary>Removes a token.</summary>
    public static void Remove(StoreTransaction transaction, long id) => transaction.Execute(RemoveSql, ("@id", id));

    private static IEnumerable<ApiToken> Read(DbConnection connection, string sql, object? values) => connection
        .Query<(long Id, string Key, long Account, string Name, string Grants, long Created, long Expires, long? Used)>(sql, values)
        .Select(row => new ApiToken(row.Id, row.Key, row.Account, row.Name, AccountTable.Grants(row.Grants), UnixTime.FromMicroseconds(row.Created),
            UnixTime.FromMicroseconds(row.Expires), row.Used is { } used ? UnixTime.FromMicroseconds(used) : null));
}
