using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TdxDash.Web.Security.Probes;

/// <summary>The text of an enrolment token: <c>tdxe_NUMBER_SECRET</c>. The number finds its row; the secret, of 256 random bits, is kept by its hash alone.</summary>
/// <param name="Id">The number.</param>
/// <param name="Secret">The secret.</param>
internal sealed record EnrolmentToken(long Id, string Secret)
{
    private const string Prefix = "tdxe_";
    private const int SecretBytes = 32, SecretLength = 43;

    /// <summary>The hash that is kept. The secret is random and long: a fast hash of it cannot be guessed back.</summary>
    public byte[] Hash => HashOf(Secret);

    /// <summary>Makes a secret.</summary>
    public static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The hash of a secret.</summary>
    public static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Reads text from outside.</summary>
    /// <returns>Null where it has not the form of a token.</returns>
    public static EnrolmentToken? Read(string? text)
    {
        if (text is not { Length: <= 80 } || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        string[] parts = text[Prefix.Length..].Split('_', 2);
        return parts is [var number, { Length: SecretLength } secret] && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? new EnrolmentToken(id, secret) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Id}_{Secret}");
}
