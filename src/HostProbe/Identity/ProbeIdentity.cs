using System.Security.Cryptography;
using System.Text.Json.Serialization;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Identity;

/// <summary>What a probe shows a dashboard that it is known to: its key pair, and what that was enrolled for. It lies in the state folder beside the journal, see <see cref="IdentityFile"/>.</summary>
/// <param name="Scope">Which hosts it may speak for.</param>
/// <param name="HostId">The host; empty unless the scope is <see cref="ProbeScope.Host"/>.</param>
/// <param name="Dashboard">The dashboard's address at the enrolment.</param>
/// <param name="Realm">The dashboard, for <see cref="ProbeSignIn"/>; empty while its answer to the enrolment is not there.</param>
/// <param name="PrivateKey">The key pair in its PKCS #8 form. A secret.</param>
/// <param name="CaFile">The file of the certificates that the dashboard's one must come from, of an identity from before <see cref="Ca"/>; null for none.</param>
internal sealed record ProbeIdentity(ProbeScope Scope, string HostId, Uri Dashboard, string Realm, byte[] PrivateKey, string? CaFile)
{
    /// <summary>The form of the file.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The certificates, in PEM, that the dashboard's one must come from; null for those that the system trusts.</summary>
    public string? Ca { get; init; }

    /// <summary>Makes a key pair that no dashboard knows yet.</summary>
    public static ProbeIdentity Make(ProbeScope scope, string hostId, Uri dashboard, string? ca)
    {
        using ECDsa key = ProbeKeys.Create();
        return new ProbeIdentity(scope, hostId, dashboard, "", key.ExportPkcs8PrivateKey(), null) { Ca = ca };
    }

    /// <summary>The certificates that are kept with it.</summary>
    /// <exception cref="IOException">It names a file instead, which cannot be read.</exception>
    public string? KeptCa() => Ca ?? DashboardLink.ReadCa(CaFile);

    /// <summary>The key pair.</summary>
    /// <exception cref="CryptographicException">The bytes are none.</exception>
    public ECDsa OpenKey()
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(PrivateKey, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The public half, in its SubjectPublicKeyInfo form.</summary>
    public byte[] PublicKey()
    {
        using ECDsa key = OpenKey();
        return key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>The key's identity.</summary>
    public string KeyId() => ProbeKeys.IdOf(PublicKey());

    // The secret must not come into a log by way of a record's own text.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $"{Scope} {HostId} at {Dashboard}");
        return true;
    }
}

/// <summary>Source-generated JSON of the file: the probe has no reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(ProbeIdentity))]
internal sealed partial class IdentityJson : JsonSerializerContext;
