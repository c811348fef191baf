using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TdxDash.Wire;

/// <summary>How a probe says who it is when it connects: it signs a challenge that the dashboard has just made. No clock is compared, so that a probe whose clock is wrong by years connects all the same.</summary>
/// <param name="KeyId">The identity of the key, <see cref="ProbeKeys.IdOf"/>.</param>
/// <param name="Challenge">The dashboard's challenge.</param>
/// <param name="Signature">The signature, not checked yet.</param>
public sealed record ProbeSignIn(string KeyId, string Challenge, byte[] Signature)
{
    /// <summary>What the text form begins with, in the header <c>Authorization: Bearer</c>.</summary>
    public const string Prefix = "tdxp.";

    private const int MaxChallenge = 128, MaxText = 400;

    /// <summary>Signs a challenge.</summary>
    /// <param name="key">The probe's key pair.</param>
    /// <param name="realm">The dashboard where the key is enrolled: a challenge that another one passed on is then worth nothing there.</param>
    /// <param name="challenge">The challenge.</param>
    /// <returns>The text form.</returns>
    public static string Write(ECDsa key, string realm, string challenge)
    {
        ArgumentNullException.ThrowIfNull(key);
        string keyId = ProbeKeys.IdOf(key.ExportSubjectPublicKeyInfo());
        return $"{Prefix}{keyId}.{challenge}.{Base64Url.EncodeToString(ProbeKeys.Sign(key, Statement(realm, keyId, challenge)))}";
    }

    /// <summary>Reads the text form.</summary>
    /// <returns>Null where it is none.</returns>
    public static ProbeSignIn? Read(string? text)
    {
        if (text is not { Length: <= MaxText } || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        string[] parts = text[Prefix.Length..].Split('.');
        return parts is [{ Length: ProbeKeys.IdLength } keyId, { Length: > 0 and <= MaxChallenge } challenge, { Length: > 0 } signature] && Base64Url.IsValid(signature)
            ? new ProbeSignIn(keyId, challenge, Base64Url.DecodeFromChars(signature))
            : null;
    }

    /// <summary>Whether the key's owner signed it, for this dashboard.</summary>
    /// <param name="publicKey">The key.</param>
    /// <param name="realm">This dashboard.</param>
    public bool IsSignedBy(ReadOnlySpan<byte> publicKey, string realm) => ProbeKeys.Verify(publicKey, Statement(realm, KeyId, Challenge), Signature);

    private static byte[] Statement(string realm, string keyId, string challenge) => Encoding.UTF8.GetBytes($"TdxDash probe sign-in 1\n{realm}\n{keyId}\n{challenge}");
}
