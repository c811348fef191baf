using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Planning;

/// <summary>The text of a plan as a part of an address: as it stands where it is short, else packed (<c>~</c>, then Brotli in base64url).</summary>
public static class PlanLink
{
    /// <summary>The most characters of all plans in an address: with their names and a time they fit <see cref="UrlQuery.MaxLength"/>.</summary>
    public const int MostCharacters = 7_600;

    private const char Packed = '~';
    private const int Quality = 9, Window = 18, BytesPerCharacter = 3;
    private const string Broken = "holds a plan that is cut off or was changed: copy the whole link again, or ask for the plan's text.";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes a plan.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="plans">How many plans share the address, each with an equal part of it.</param>
    /// <returns>Null where it is too long for its part, packed too.</returns>
    public static string? Write(string text, int plans)
    {
        int most = MostCharacters / plans;
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= most && !text.StartsWith(Packed) && UrlQuery.Empty.With("a", text).ToString().Length <= most)
        {
            return text;
        }

        if (text.Length > PlanText.MaxLength)
        {
            return null;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text), packed = new byte[BrotliEncoder.GetMaxCompressedLength(bytes.Length)];
        return BrotliEncoder.TryCompress(bytes, packed, out int length, Quality, Window) && Packed + Base64Url.EncodeToString(packed.AsSpan(0, length)) is { } link && link.Length <= most ? link : null;
    }

    /// <summary>Reads a plan.</summary>
    /// <param name="value">The part of the address.</param>
    /// <param name="text">The plan's text; empty where there is a problem.</param>
    /// <returns>Null, or what is wrong and what to do.</returns>
    public static string? TryRead(string value, out string text)
    {
        ArgumentNullException.ThrowIfNull(value);
        text = value.StartsWith(Packed) ? "" : value;
        if (text.Length > 0 || value.Length == 0)
        {
            return null;
        }

        if (!Base64Url.IsValid(value.AsSpan(1)))
        {
            return Broken;
        }

        // No more is unpacked than a plan can have, whatever the link promises.
        byte[] bytes = new byte[BytesPerCharacter * PlanText.MaxLength];
        if (!BrotliDecoder.TryDecompress(Base64Url.DecodeFromChars(value.AsSpan(1)), bytes, out int length))
        {
            return Broken;
        }

        try
        {
            text = Strict.GetString(bytes, 0, length);
            return null;
        }
        catch (DecoderFallbackException)
        {
            return Broken;
        }
    }
}
