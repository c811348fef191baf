using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TdxDash.Web.Security.Access;

/// <summary>A random secret that the dashboard hands out once and knows again by its hash alone.</summary>
/// <param name="Text">The secret.</param>
/// <param name="Key">What is stored: SHA-256 of the secret, 64 hex digits. A plain hash is enough, as nobody can guess 256 random bits.</param>
public sealed record Secret(string Text, string Key)
{
    private const int RandomBytes = 32;
    private const int MostCharacters = 128;

    /// <summary>Makes one.</summary>
    /// <param name="prefix">What it begins with, so that a scanner for lost secrets knows it.</param>
    public static Secret Make(string prefix = "")
    {
        string text = prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        return new Secret(text, KeyOf(text)!);
    }

    /// <summary>The key of a secret from outside. Looking it up takes the same time whatever part of a guess is right, as hashes are compared.</summary>
    /// <returns>Null when it is too long to be one.</returns>
    public static string? KeyOf(string? text) => text is { Length: > 0 and <= MostCharacters }
        ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))
        : null;

    /// <inheritdoc/>
    public override string ToString() => $"secret {Key[..8]}…";
}
