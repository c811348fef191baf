using System.Security.Cryptography;
using System.Text;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Wire;

/// <summary>Which hosts an enrolled probe may speak for.</summary>
public enum ProbeScope
{
    /// <summary>One host, its own.</summary>
    Host,

    /// <summary>Every made-up host of <see cref="DemoHosts"/>.</summary>
    Demo,

    /// <summary>Hosts that are imported from files, see <see cref="ImportedHost"/>.</summary>
    Imports,
}

/// <summary>The identities that are set apart for made-up hosts: one process speaks for many of them, and no real probe ever has such an identity.</summary>
public static class DemoHosts
{
    /// <summary>What each of them begins with.</summary>
    public const string Prefix = "de300000-7d00-";

    /// <summary>Whether an identity is one of theirs.</summary>
    public static bool Hold(string hostId)
    {
        ArgumentNullException.ThrowIfNull(hostId);
        return hostId.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);
    }
}

/// <summary>Asks a dashboard to know a key from now on.</summary>
/// <param name="Token">The enrolment token.</param>
/// <param name="Scope">What the key is for, which has to be what the token is for.</param>
/// <param name="HostId">The host's identity; empty unless the scope is <see cref="ProbeScope.Host"/>.</param>
/// <param name="HostName">The name of the host or of the machine that sends.</param>
/// <param name="Origin">What kind of machine it is.</param>
/// <param name="ProbeVersion">The probe's own version.</param>
/// <param name="PublicKey">The key in its SubjectPublicKeyInfo form.</param>
/// <param name="Proof">The statement, signed with the key itself.</param>
/// <param name="Consent">The statement, signed with the key that the host has been enrolled with until now; empty where the probe has none.</param>
public sealed record EnrolRequest(string Token, ProbeScope Scope, string HostId, string HostName, Origin Origin, string ProbeVersion, byte[] PublicKey, byte[] Proof, byte[] Consent)
{
    /// <summary>The most bytes of a request.</summary>
    public const int MaxBytes = 16 << 10;

    /// <summary>What is signed. The token is in it by its hash.</summary>
    public byte[] Statement() => Encoding.UTF8.GetBytes(
        $"TdxDash probe enrolment 1\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Token)))}\n{Scope}\n{HostId}\n{ProbeKeys.IdOf(PublicKey)}");
}

/// <summary>The answer to <see cref="EnrolRequest"/> and <see cref="RotateRequest"/>.</summary>
/// <param name="Realm">This dashboard, for <see cref="ProbeSignIn"/>; empty where it refuses.</param>
/// <param name="Reason">Why it refuses, and what to do; empty where it does not.</param>
/// <param name="Group">The group that the host was put into; empty for none.</param>
public sealed record EnrolReply(string Realm, string Reason, string Group);

/// <summary>Asks a dashboard to know another key in the place of the one that this request is signed in with.</summary>
/// <param name="PublicKey">The new key in its SubjectPublicKeyInfo form.</param>
/// <param name="Proof">The statement, signed with the new key.</param>
/// <param name="Consent">The statement, signed with the old key.</param>
public sealed record RotateRequest(byte[] PublicKey, byte[] Proof, byte[] Consent)
{
    /// <summary>What is signed.</summary>
    /// <param name="realm">The dashboard.</param>
    /// <param name="oldKeyId">The identity of the old key.</param>
    /// <param name="publicKey">The new key.</param>
    public static byte[] Statement(string realm, string oldKeyId, ReadOnlySpan<byte> publicKey) =>
        Encoding.UTF8.GetBytes($"TdxDash probe rotation 1\n{realm}\n{oldKeyId}\n{ProbeKeys.IdOf(publicKey)}");
}
