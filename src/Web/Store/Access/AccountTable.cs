using System.Collections.Immutable;
using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Store.Access;

/// <summary>The table of accounts.</summary>
internal static class AccountTable
{
    private const string Columns = "id, name, password_hash AS PasswordHash, subject, grants, disabled, created_at_us AS CreatedAt, signed_in_at_us AS SignedInAt";
    private const string AllSql = $"SELECT {Columns} FROM accounts";
    private const string FindSql = $"{AllSql} WHERE id = @id";
    private const string AddSql = "INSERT INTO accounts (name, password_hash, subject, grants, created_at_us) VALUES (@name, @password, @subject, @grants, @now) RETURNING id";
    private const string ChangeSql = "UPDATE accounts SET password_hash = @password, grants = @grants, disabled = @disabled, signed_in_at_us = @signedIn WHERE id = @id";
    private const string RemoveSql = "DELETE FROM accounts WHERE id = @id";

    /// <summary>Every account.</summary>
    public static IEnumerable<Account> All(DbConnection connection) => connection.Query<Row>(AllSql).Select(row => row.ToAccount());

    /// <summary>One account; null where there is none.</summary>
    public static Account? Find(DbConnection connection, long id) => connection.QueryFirstOrDefault<Row>(FindSql, new { id })?.ToAccount();

    /// <summary>One account as it is stored now; null where it is gone.</summary>
    public static Account? Find(StoreTransaction transaction, long id) => transaction.Connection.QueryFirstOrDefault<Row>(FindSql, new { id }, transaction.Inner)?.ToAccount();

    /// <summary>Whether another account than one can change everything.</summary>
    public static bool HasOtherAdministrator(StoreTransaction transaction, long id) =>
        transaction.Connection.Query<Row>(AllSql, transaction: transaction.Inner).Select(row => row.ToAccount()).Any(account => account.Id != id && account.IsAdministrator);

    /// <summary>Adds an account.</summary>
    /// <returns>It, with its number.</returns>
    public static Account Add(StoreTransaction transaction, Account account) => account with
    {
        Id = transaction.Number(AddSql, ("@name", account.Name.ToString()), ("@password", account.PasswordHash), ("@subject", account.Subject),
            ("@grants", Written(account.Grants)), ("@now", UnixTime.ToMicroseconds(account.CreatedAt))),
    };

    /// <summary>Stores what can change of an account.</summary>
    public static void Change(StoreTransaction transaction, Account account) => transaction.Execute(ChangeSql, ("@password", account.PasswordHash),
        ("@grants", Written(account.Grants)), ("@disabled", account.IsDisabled ? 1 : 0),
        ("@signedIn", account.SignedInAt is { } at ? UnixTime.ToMicroseconds(at) : null), ("@id", account.Id));

    /// <summary>Removes an account with its sessions and tokens.</summary>
    public static void Remove(StoreTransaction transaction, long id) => transaction.Execute(RemoveSql, ("@id", id));

    /// <summary>The written form of grants.</summary>
    public static string Written(IEnumerable<Grant> grants) => string.Join(' ', grants.Select(grant => grant.ToString()).Order(StringComparer.Ordinal));

    /// <summary>Reads the written form; what is none is left out.</summary>
    public static ImmutableArray<Grant> Grants(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Grant.Parse).OfType<Grant>()];

    private sealed record Row(long Id, string Name, string? PasswordHash, string? Subject, string Grants, long Disabled, long CreatedAt, long? SignedInAt)
    {
        public Account ToAccount() => new()
        {
            Id = Id,
            Name = AccountName.TryParse(Name, out AccountName name) ? name : default,
            PasswordHash = PasswordHash,
            Subject = Subject,
            Grants = AccountTable.Grants(Grants),
            IsDisabled = Disabled != 0,
            CreatedAt = UnixTime.FromMicroseconds(CreatedAt),
            SignedInAt = SignedInAt is { } at ? UnixTime.FromMicroseconds(at) : null,
        };
    }
}
