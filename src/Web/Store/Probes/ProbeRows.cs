using TdxDash.Wire;

namespace TdxDash.Web.Store.Probes;

/// <summary>An enrolled probe, or one that was revoked.</summary>
/// <param name="Id">The store's number for it.</param>
/// <param name="Scope">Which hosts it may speak for.</param>
/// <param name="HostId">The host; empty unless the scope is <see cref="ProbeScope.Host"/>.</param>
/// <param name="Name">The name that it gave when it was enrolled.</param>
/// <param name="KeyId">The identity of its key.</param>
/// <param name="PublicKey">The key.</param>
/// <param name="Token">The number of the token that it was enrolled with.</param>
/// <param name="EnrolledAt">When, in microseconds since 1970.</param>
/// <param name="RotatedAt">When it changed its key last; null for never.</param>
/// <param name="RevokedAt">When it was revoked or replaced; null for one that may connect.</param>
/// <param name="MayReturnUntil">Until when a token suffices to enrol its host with another key, in microseconds since 1970; 0 for not.</param>
public sealed record ProbeRow(
    long Id, ProbeScope Scope, string HostId, string Name, string KeyId, byte[] PublicKey, long Token, long EnrolledAt, long? RotatedAt, long? RevokedAt, long MayReturnUntil)
{
    /// <summary>Whether it may connect.</summary>
    public bool IsLive => RevokedAt is null;

    /// <summary>What it speaks for, for logs: the host's identity, or the scope.</summary>
    public string Speaker => HostId.Length > 0 ? HostId : Scope.ToString().ToLowerInvariant();
}

/// <summary>An enrolment token, without its secret, which nobody keeps.</summary>
/// <param name="Id">The store's number for it, which stands in the token itself.</param>
/// <param name="Scope">What it enrols.</param>
/// <param name="Uses">How often it can be used.</param>
/// <param name="Used">How often it was.</param>
/// <param name="Group">The group that hosts are put into; empty for none.</param>
/// <param name="CreatedAt">When it was made, in microseconds since 1970.</param>
/// <param name="CreatedBy">By whom.</param>
/// <param name="ExpiresAt">Until when it can be used, in microseconds since 1970.</param>
/// <param name="RevokedAt">When it was revoked; null where it was not.</param>
public sealed record TokenRow(long Id, ProbeScope Scope, long Uses, long Used, string Group, long CreatedAt, string CreatedBy, long ExpiresAt, long? RevokedAt);

/// <summary>What a new token is for.</summary>
/// <param name="Scope">What it enrols.</param>
/// <param name="Uses">How often it can be used.</param>
/// <param name="For">For how long.</param>
/// <param name="Group">The group that hosts are put into; null for none.</param>
internal sealed record TokenWish(ProbeScope Scope, int Uses, TimeSpan For, Live.LabelText? Group)
{
    /// <summary>The most uses.</summary>
    public const int MostUses = 100_000;

    /// <summary>The longest life.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(365);

    /// <summary>The life where nothing else is asked for.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromHours(1);
}
