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
    private const string AddSql = "INSERT INTO sessions (key, account, started_at_us, seen_at_us, address, browser) VALUES (@key, @account, @started, @started, @address, @browser)";
    private const string SeenSql = "UPDATE sessions SET seen_at_us = @seen WHERE key = @key";
    private const string RemoveSql = "DELETE FROM sessions WHERE key = @key";

    /// <summary>Every session.</summary>
    public static IEnumerable<SessionRow> All(DbConnection connection) => connection.Query<(string Key, long Account, long Started, long Seen, string Address, string Browser)>(AllSql)
        .Select(row => new SessionRow(row.Key, row.Account, UnixTime.FromMicroseconds(row.Started), UnixTime.FromMicroseconds(row.Seen), row.Address, row.Browser));

    /// <summary>Adds a session.</summary>
    public static void Add(StoreTransaction transaction, SessionRow row) => transaction.Execute(AddSql, ("@key", row.Key), ("@account", row.Account),
        ("@started", UnixTime.ToMicroseconds(row.StartedAt)), ("@address", row.Address), ("@browser", row.Browser));

    /// <summary>Notes that a session was used.</summary>
    public static void Seen(StoreTransaction transaction, string key, DateTimeOffset at) => transaction.Execute(SeenSql, ("@seen", UnixTime.ToMicroseconds(at)), ("@key", key));

    /// <summary>Removes a session.</summary>
    public static void Remove(StoreTransaction transaction, string key) => transaction.Execute(RemoveSql, ("@key", key));
}
