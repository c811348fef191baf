using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;

namespace TdxDash.Web.Store.Access;

/// <summary>One row of the table of sessions.</summary>
/// <param name="Key">The hash of what the cookie holds.</param>
/// <param name="Account">The account's number.</param>
/// <param name="StartedAt">When somebody signed in.</param>
/// <param name="SeenAt">When it was last used, to a minute.</param>
/// <param name="Address">From where somebody signed in.</param>
/// <param name="Browser">What the browser called itself.</param>
internal sealed record SessionRow(string Key, long Account, DateTimeOffset StartedAt, DateTimeOffset SeenAt, string Address, string Browser);

/// <summary>The table of sessions.</summary>
internal static class SessionTable
{
    private const string AllSql = "SELECT key, account, started_at_us, seen_at_us, address, browser FROM sessions";
    private const string FindSql = $"{AllSql} WHERE key = @key";
    private const string AddSql = "INSERT INTO sessions (key, account, started_at_us, seen_at_us, address, browser) VALUES (@key, @account, @started, @started, @address, @browser)";
    private const string SeenSql = "UPDATE sessions SET seen_at_us = @seen WHERE key = @key";
    private const string RemoveSql = "DELETE FROM sessions WHERE key = @key RETURNING 1";

    /// <summary>Every session.</summary>
    public static IEnumerable<SessionRow> All(DbConnection connection) => Read(connection, AllSql, null);

    /// <summary>The session of a key; null where there is none.</summary>
    public static SessionRow? Find(DbConnection connection, string key) => Read(connection, FindSql, new { key }).FirstOrDefault();

    /// <summary>Adds a session.</summary>
    public static void Add(StoreTransaction transaction, SessionRow row) => transaction.Execute(AddSql, ("@key", row.Key), ("@account", row.Account),
        ("@started", UnixTime.ToMicroseconds(row.StartedAt)), ("@address", row.Address), ("@browser", row.Browser));

    /// <summary>Notes that a session was used.</summary>
    public static void Seen(StoreTransaction transaction, string key, DateTimeOffset at) => transaction.Execute(SeenSql, ("@seen", UnixTime.ToMicroseconds(at)), ("@key", key));

    /// <summary>Removes a session.</summary>
    /// <returns>Whether it was there, which it is for one caller.</returns>
    public static bool Remove(StoreTransaction transaction, string key) => transaction.Connection.ExecuteScalar<long?>(RemoveSql, new { key }, transaction.Inner) is not null;

    private static IEnumerable<SessionRow> Read(DbConnection connection, string sql, object? values) => connection
        .Query<(string Key, long Account, long Started, long Seen, string Address, string Browser)>(sql, values)
        .Select(row => new SessionRow(row.Key, row.Account, UnixTime.FromMicroseconds(row.Started), UnixTime.FromMicroseconds(row.Seen), row.Address, row.Browser));
}
