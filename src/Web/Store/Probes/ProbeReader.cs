using System.Data.Common;
using Dapper;
using TdxDash.Wire;

namespace TdxDash.Web.Store.Probes;

/// <summary>Reads probes and tokens. Each connection of a probe reads its row anew: what was revoked a moment ago is refused, and what a command enrolled is accepted.</summary>
internal sealed class ProbeReader(StoreEngine store)
{
    private const string Columns = """
        SELECT p.id AS Id, p.scope AS Scope, p.host_id AS HostId, p.name AS Name, p.key_id AS KeyId, p.public_key AS PublicKey, p.token AS Token,
            p.enrolled_at_us AS EnrolledAt, p.rotated_at_us AS RotatedAt, p.revoked_at_us AS RevokedAt, p.may_return AS MayReturnUntil
        FROM probes p
        """;

    private const string TokenColumns = """
        SELECT id AS Id, scope AS Scope, uses AS Uses, used AS Used, group_name AS "Group", created_at_us AS CreatedAt, created_by AS CreatedBy,
            expires_at_us AS ExpiresAt, revoked_at_us AS RevokedAt
        FROM enrolment_tokens
        """;

    private string? _realm;

    /// <summary>The name of this dashboard in what probes sign.</summary>
    public string Realm
    {
        get
        {
            if (_realm is null)
            {
                using DbConnection connection = store.OpenReader();
                _realm = connection.QuerySingle<string>("SELECT realm FROM probe_realm");
            }

            return _realm;
        }
    }

    /// <summary>The probe with a key, also one that was revoked.</summary>
    public ProbeRow? Find(string keyId)
    {
        using DbConnection connection = store.OpenReader();
        return connection.QueryFirstOrDefault<Raw>($"{Columns} WHERE p.key_id = @keyId", new { keyId })?.Row;
    }

    /// <summary>The keys of all probes that may connect.</summary>
    public IReadOnlySet<string> LiveKeys()
    {
        using DbConnection connection = store.OpenReader();
        return connection.Query<string>("SELECT key_id FROM probes WHERE revoked_at_us IS NULL").ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Probes whose name, host or key has a text in it, those that may connect first, then by name.</summary>
    /// <param name="text">The text; empty for all.</param>
    /// <param name="most">How many.</param>
    /// <param name="count">How many there are.</param>
    public IReadOnlyList<ProbeRow> Search(string text, int most, out long count)
    {
        const string Where = "WHERE @text = '' OR instr(lower(p.name), @text) > 0 OR instr(p.host_id, @text) > 0 OR instr(p.key_id, @text) > 0";
        using DbConnection connection = store.OpenReader();
        var values = new { text = text.ToLowerInvariant(), most };
        count = connection.QuerySingle<long>($"SELECT count(*) FROM probes p {Where}", values);
        return [.. connection.Query<Raw>($"{Columns} {Where} ORDER BY p.revoked_at_us IS NOT NULL, p.name, p.id LIMIT @most", values).Select(raw => raw.Row)];
    }

    /// <summary>The newest tokens, newest first.</summary>
    public IReadOnlyList<TokenRow> Tokens(int most)
    {
        using DbConnection connection = store.OpenReader();
        return [.. connection.Query<RawToken>($"{TokenColumns} ORDER BY id DESC LIMIT @most", new { most }).Select(raw => raw.Row)];
    }

    private sealed record Raw(long Id, string Scope, string HostId, string Name, string KeyId, byte[] PublicKey, long Token, long EnrolledAt, long? RotatedAt, long? RevokedAt, long MayReturnUntil)
    {
        public ProbeRow Row => new(Id, Enum.Parse<ProbeScope>(Scope), HostId, Name, KeyId, PublicKey, Token, EnrolledAt, RotatedAt, RevokedAt, MayReturnUntil);
    }

    private sealed record RawToken(long Id, string Scope, long Uses, long Used, string? Group, long CreatedAt, string CreatedBy, long ExpiresAt, long? RevokedAt)
    {
        public TokenRow Row => new(Id, Enum.Parse<ProbeScope>(Scope), Uses, Used, Group ?? "", CreatedAt, CreatedBy, ExpiresAt, RevokedAt);
    }
}
