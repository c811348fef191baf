using System.Security.Cryptography;

namespace TdxDash.Wire;

/// <summary>The keys that probes are known by: ECDSA on the curve P-256 with SHA-256 (FIPS 186-5).</summary>
public static class ProbeKeys
{
    /// <summary>The most bytes of a public key in its SubjectPublicKeyInfo form (RFC 5480), which for P-256 has 91.</summary>
    public const int MaxPublicKeyBytes = 128;

    /// <summary>Characters of a key's identity.</summary>
    public const int IdLength = 64;

    // Two numbers of 32 bytes each, as in IEEE P1363.
    private const int SignatureBytes = 64;

    // secp256r1 of RFC 5480.
    private const string Curve = "1.2.840.10045.3.1.7";

    /// <summary>Makes a key pair.</summary>
    public static ECDsa Create() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The identity of a key: the SHA-256 of its public half, 64 lower-case hex digits.</summary>
    /// <param name="publicKey">The SubjectPublicKeyInfo form.</param>
    public static string IdOf(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>Whether bytes from outside are a public key on P-256 in the one form that it has.</summary>
    public static bool IsPublicKey(ReadOnlySpan<byte> publicKey)
    {
        using ECDsa? key = Read(publicKey);
        return key is not null;
    }

    /// <summary>Signs.</summary>
    public static byte[] Sign(ECDsa key, ReadOnlySpan<byte> statement)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Whether the owner of a key signed a statement.</summary>
    /// <param name="publicKey">The SubjectPublicKeyInfo form.</param>
    /// <param name="statement">What was signed.</param>
    /// <param name="signature">What is said to be the signature; anything is accepted here, and most of it is none.</param>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> statement, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureBytes)
        {
            return false;
        }

        using ECDsa? key = Read(publicKey);
        return key?.VerifyData(statement, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation) == true;
    }

    // Other encodings of the same key are refused: it must not have two identities.
    private static ECDsa? Read(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length is 0 or > MaxPublicKeyBytes)
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out int read);
            if (read == publicKey.Length && key.ExportParameters(includePrivateParameters: false).Curve is { IsNamed: true, Oid.Value: Curve } && key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey))
            {
                return key;
            }
        }
        catch (CryptographicException)
        {
            // No key at all, as far as the caller is concerned.
        }

        key.Dispose();
        return null;
    }
}
