using System.Security.Cryptography;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Store.Probes;

/// <summary>A checked request for enrolment.</summary>
/// <param name="Token">The token that it came with.</param>
/// <param name="Scope">What the key is for.</param>
/// <param name="HostId">The host; empty unless the scope is <see cref="ProbeScope.Host"/>.</param>
/// <param name="HostName">The name, safe to show.</param>
/// <param name="Origin">What kind of machine it is.</param>
/// <param name="ProbeVersion">The probe's version, safe to show.</param>
/// <param name="PublicKey">The key, whose owner has shown that the other half is theirs.</param>
/// <param name="Statement">What the owner of the key before has signed too, where there is one.</param>
/// <param name="Consent">That signature; empty for none.</param>
/// <param name="Address">Where it came from.</param>
internal sealed record EnrolmentAsk(
    EnrolmentToken Token, ProbeScope Scope, string HostId, string HostName, Origin Origin, string ProbeVersion, byte[] PublicKey, byte[] Statement, byte[] Consent, string Address)
{
    /// <summary>The identity of the key.</summary>
    public string KeyId { get; } = ProbeKeys.IdOf(PublicKey);

    /// <summary>What it came with, for the audit log.</summary>
    public string With => $"token {Token.Id}, key {KeyId}, host name {HostName}, probe {ProbeVersion}";

    /// <summary>What the audit log says where it is refused.</summary>
    public AuditEntry Refused(string reason) => new(new Actor(Store.Actor.Anonymous, Address), "probe.enroll-refused", HostId, $"{With}: {reason}");

    /// <summary>Who it is once it is enrolled, for the audit log: before that it could be anybody.</summary>
    public Actor Actor => new($"probe:{(HostId.Length > 0 ? HostId : Scope.ToString().ToLowerInvariant())}", Address);
}

/// <summary>What becomes of it.</summary>
/// <param name="Status">The HTTP status: 200, 403 where the token does not allow it, 409 where the host or the key stands in the way.</param>
/// <param name="Reason">Why not, and what to do; empty for 200.</param>
/// <param name="Group">The group that the host was put into; null for none.</param>
/// <param name="EndedKey">The key that may not connect any more; null for none.</param>
internal sealed record EnrolmentOutcome(int Status, string Reason, LabelText? Group = null, string? EndedKey = null);

/// <summary>Enrols a probe in the writer's transaction: a token with one use left is never used twice.</summary>
/// <param name="transaction">The transaction.</param>
/// <param name="ask">The request.</param>
/// <param name="now">The dashboard's time.</param>
internal sealed class EnrolmentWork(StoreTransaction transaction, EnrolmentAsk ask, DateTimeOffset now)
{
    private const string TokenSql = "SELECT hash, scope, uses, used, coalesce(group_name, ''), expires_at_us, revoked_at_us FROM enrolment_tokens WHERE id = @id";
    private const string KeySql = "SELECT host_id, scope, token, revoked_at_us FROM probes WHERE key_id = @key";
    // may_return is the time until which it may, 0 for not.
    private const string HostSql = "SELECT id, key_id, public_key, may_return FROM probes WHERE host_id = @host AND host_id <> '' AND revoked_at_us IS NULL";
    private const string UseSql = "UPDATE enrolment_tokens SET used = used + 1 WHERE id = @id";
    private const string EndSql = "UPDATE probes SET revoked_at_us = @at WHERE id = @id";

    private const string AddSql = """
        INSERT INTO probes (scope, host_id, name, key_id, public_key, token, enrolled_at_us) VALUES (@scope, @host, @name, @key, @public, @token, @at)
        """;

    // The row is there before the first snapshot, so that the host never stands outside its group.
    private const string GroupSql = """
        INSERT INTO hosts (host_id, name, origin, probe_version, first_seen_us, last_seen_us, group_name) VALUES (@host, @name, @origin, @version, @at, @at, @group)
        ON CONFLICT (host_id) DO UPDATE SET group_name = excluded.group_name
        """;

    /// <summary>Decides, and keeps both the enrolment and what the audit log says of it. A refusal changes nothing, and is noted by <see cref="EnrolmentAsk.Refused"/>.</summary>
    public EnrolmentOutcome Run()
    {
        Token? token = transaction.First(TokenSql, row => new Token(
            row.GetFieldValue<byte[]>(0), Enum.Parse<ProbeScope>(row.GetString(1)), row.GetInt64(2), row.GetInt64(3), row.GetString(4), row.GetInt64(5), !row.IsDBNull(6)), ("@id", ask.Token.Id));
        EnrolmentOutcome outcome = token is null || !CryptographicOperations.FixedTimeEquals(token.Hash, ask.Token.Hash)
            ? new EnrolmentOutcome(403, "The token is none of this dashboard's. Check that it was copied whole, or ask an administrator for another one.")
            : Decide(token);
        if (outcome.Status == StatusCodes.Status200OK)
        {
            transaction.Audit(new AuditEntry(ask.Actor, "probe.enroll", ask.HostId, outcome.EndedKey is { } ended ? $"{ask.With}; in the place of key {ended}" : ask.With), now);
        }

        return outcome;
    }

    private EnrolmentOutcome Decide(Token token)
    {
        if (token.IsRevoked)
        {
            return new EnrolmentOutcome(403, "The token was revoked. Ask an administrator for another one.");
        }

        if (token.Scope != ask.Scope)
        {
            return new EnrolmentOutcome(403, $"The token enrols with --for {Word(token.Scope)}, and this is --for {Word(ask.Scope)}. Ask an administrator for one that does.");
        }

        Known? known = transaction.First(KeySql, row => new Known(row.GetString(0), row.GetString(1), row.GetInt64(2), !row.IsDBNull(3)), ("@key", ask.KeyId));
        if (known is { IsRevoked: false } && known.HostId == ask.HostId && known.Scope == ask.Scope.ToString() && known.Token == ask.Token.Id)
        {
            // The answer to the first request was lost on its way: the token is not used up by asking again.
            return new EnrolmentOutcome(200, "", GroupOf(token));
        }

        if (UnixTime.ToMicroseconds(now) >= token.ExpiresAt)
        {
            return new EnrolmentOutcome(403, $"The token expired at {UnixTime.FromMicroseconds(token.ExpiresAt):yyyy-MM-dd HH:mm:ss} UTC by the dashboard's clock. Ask an administrator for another one.");
        }

        if (token.Used >= token.Uses)
        {
            return new EnrolmentOutcome(403, $"The token is used up: it was good for {token.Uses}. Ask an administrator for another one.");
        }

        return known is null ? Enrol(token)
            : new EnrolmentOutcome(409, known.IsRevoked ? "This key was revoked, and is never enrolled again. Run tdxprobe enroll once more with --again, which makes another key." : "This key is enrolled already, for something else. Run tdxprobe enroll once more with --again, which makes another key.");
    }

    private EnrolmentOutcome Enrol(Token token)
    {
        Standing? live = transaction.First(HostSql, row => new Standing(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2), row.GetInt64(3) > UnixTime.ToMicroseconds(now)), ("@host", ask.HostId));
        if (live is { MayReturn: false } && !ProbeKeys.Verify(live.PublicKey, ask.Statement, ask.Consent))
        {
            return new EnrolmentOutcome(409, $"Host {ask.HostId} is enrolled already with another key, {live.KeyId[..16]}, which this probe does not have. "
                + "If its state folder was lost, an administrator allows it to enrol again on the page Probes, or revokes it there; if two machines are copies of one, delete the state folder of one, which then becomes a host of its own.");
        }

        long at = UnixTime.ToMicroseconds(now);
        if (live is not null)
        {
            transaction.Execute(EndSql, ("@at", at), ("@id", live.Id));
        }

        transaction.Execute(UseSql, ("@id", ask.Token.Id));
        transaction.Execute(AddSql, ("@scope", ask.Scope.ToString()), ("@host", ask.HostId), ("@name", ask.HostName), ("@key", ask.KeyId), ("@public", ask.PublicKey), ("@token", ask.Token.Id), ("@at", at));
        LabelText? group = GroupOf(token);
        if (group is { } named)
        {
            transaction.Execute(GroupSql, ("@host", ask.HostId), ("@name", ask.HostName), ("@origin", ask.Origin.ToString()), ("@version", ask.ProbeVersion), ("@at", at), ("@group", named.ToString()));
        }

        return new EnrolmentOutcome(200, "", group, live?.KeyId);
    }

    private LabelText? GroupOf(Token token) => ask.HostId.Length > 0 && LabelText.TryParse(token.Group, out LabelText group) ? group : null;

    private static string Word(ProbeScope scope) => scope.ToString().ToLowerInvariant();

    private sealed record Token(byte[] Hash, ProbeScope Scope, long Uses, long Used, string Group, long ExpiresAt, bool IsRevoked);

    private sealed record Known(string HostId, string Scope, long Token, bool IsRevoked);

    private sealed record Standing(long Id, string KeyId, byte[] PublicKey, bool MayReturn);
}
