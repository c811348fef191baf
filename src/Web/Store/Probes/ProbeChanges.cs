using TdxDash.Web.Live;
using TdxDash.Web.Security.Probes;

namespace TdxDash.Web.Store.Probes;

/// <summary>What administrators and probes change, each with its line in the audit log.</summary>
internal static class ProbeChanges
{
    private const string AddTokenSql = """
        INSERT INTO enrolment_tokens (hash, scope, uses, group_name, created_at_us, created_by, expires_at_us) VALUES (@hash, @scope, @uses, @group, @at, @by, @until) RETURNING id
        """;

    private const string RevokeTokenSql = "UPDATE enrolment_tokens SET revoked_at_us = @at WHERE id = @id AND revoked_at_us IS NULL RETURNING id";
    private const string RevokeSql = "UPDATE probes SET revoked_at_us = @at WHERE id = @id AND revoked_at_us IS NULL RETURNING host_id, name, key_id";
    private const string AllowSql = "UPDATE probes SET may_return = @until WHERE id = @id AND revoked_at_us IS NULL RETURNING host_id, name, key_id";

    private const string KeySql = "SELECT public_key FROM probes WHERE key_id = @old AND revoked_at_us IS NULL";

    private const string RotateSql = """
        UPDATE probes SET key_id = @new, public_key = @public, rotated_at_us = @at
        WHERE key_id = @old AND revoked_at_us IS NULL AND NOT EXISTS (SELECT 1 FROM probes k WHERE k.key_id = @new) RETURNING host_id, name, key_id
        """;

    // Of the key that was in use before, so that it is never enrolled again.
    private const string EndedSql = """
        INSERT INTO probes (scope, host_id, name, key_id, public_key, token, enrolled_at_us, revoked_at_us)
        SELECT scope, host_id, name, @old, @public, token, enrolled_at_us, @at FROM probes WHERE key_id = @new
        """;

    /// <summary>How long a token suffices to enrol a host that is enrolled already, once an administrator said so.</summary>
    public static readonly TimeSpan ReturnFor = TimeSpan.FromHours(24);

    /// <summary>Makes a token.</summary>
    /// <returns>Its number.</returns>
    public static long AddToken(this StoreTransaction transaction, TokenWish wish, byte[] hash, Actor by, DateTimeOffset now)
    {
        long id = transaction.Number(AddTokenSql, ("@hash", hash), ("@scope", wish.Scope.ToString()), ("@uses", (long)wish.Uses), ("@group", wish.Group?.ToString()),
            ("@at", UnixTime.ToMicroseconds(now)), ("@by", by.Name), ("@until", UnixTime.ToMicroseconds(now + wish.For)));
        transaction.Audit(new AuditEntry(by, "token.create", $"enrolment token {id}",
            FormattableString.Invariant($"for {wish.Scope.ToString().ToLowerInvariant()}, {wish.Uses} uses, until {now + wish.For:yyyy-MM-dd HH:mm:ss} UTC, group {wish.Group?.ToString() ?? "none"}")), now);
        return id;
    }

    /// <summary>Ends a token; what was enrolled with it stays.</summary>
    /// <returns>Whether it was good until now.</returns>
    public static bool RevokeToken(this StoreTransaction transaction, long id, Actor by, DateTimeOffset now)
    {
        bool found = transaction.First(RevokeTokenSql, row => row.GetInt64(0).ToString(System.Globalization.CultureInfo.InvariantCulture), ("@at", UnixTime.ToMicroseconds(now)), ("@id", id)) is not null;
        if (found)
        {
            transaction.Audit(new AuditEntry(by, "token.revoke", $"enrolment token {id}", ""), now);
        }

        return found;
    }

    /// <summary>Ends a probe's right to connect.</summary>
    /// <returns>The key that is revoked; null where it was already.</returns>
    public static string? RevokeProbe(this StoreTransaction transaction, long id, Actor by, DateTimeOffset now) =>
        Change(transaction, "probe.revoke", by, now, RevokeSql, ("@at", UnixTime.ToMicroseconds(now)), ("@id", id));

    /// <summary>Lets a token suffice, for <see cref="ReturnFor"/>, to enrol a probe's host with another key.</summary>
    /// <returns>The key that stays until then; null where it was revoked.</returns>
    public static string? AllowReturn(this StoreTransaction transaction, long id, Actor by, DateTimeOffset now) =>
        Change(transaction, "probe.allow-return", by, now, AllowSql, ("@until", UnixTime.ToMicroseconds(now + ReturnFor)), ("@id", id));

    /// <summary>Puts a new key in the place of a probe's old one.</summary>
    /// <returns>The new key's identity; null where the old one is not known any more, or the new one is already.</returns>
    public static string? Rotate(this StoreTransaction transaction, string oldKeyId, byte[] publicKey, string newKeyId, Actor by, DateTimeOffset now)
    {
        long at = UnixTime.ToMicroseconds(now);
        byte[]? old = transaction.First(KeySql, row => row.GetFieldValue<byte[]>(0), ("@old", oldKeyId));
        string? changed = Change(transaction, "probe.rotate", by, now, RotateSql, ("@new", newKeyId), ("@public", publicKey), ("@at", at), ("@old", oldKeyId));
        if (changed is not null)
        {
            transaction.Execute(EndedSql, ("@old", oldKeyId), ("@public", old), ("@at", at), ("@new", newKeyId));
        }

        return changed;
    }

    private static string? Change(StoreTransaction transaction, string action, Actor by, DateTimeOffset now, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        Changed? changed = transaction.First(sql, row => new Changed(row.GetString(0), row.GetString(1), row.GetString(2)), values);
        if (changed is not null)
        {
            transaction.Audit(new AuditEntry(by, action, changed.HostId, $"key {changed.KeyId}, host name {changed.Name}"), now);
        }

        return changed?.KeyId;
    }

    private sealed record Changed(string HostId, string Name, string KeyId);
}
