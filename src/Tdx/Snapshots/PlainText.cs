using System.Globalization;
using System.Text;

namespace TdxDash.Tdx.Snapshots;

/// <summary>Text from outside made fit for a terminal, a page or a log line: whoever writes a host's files must not steer what shows them.</summary>
public static class PlainText
{
    /// <summary>Replaces every character that is not <see cref="IsPlain"/>, and every lone surrogate, by U+FFFD. Line ends are replaced too.</summary>
    /// <param name="text">Text from outside.</param>
    /// <returns>The same string where nothing had to be replaced.</returns>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Any(char.IsSurrogate) && text.EnumerateRunes().All(IsPlain))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            plain.Append((IsPlain(rune) ? rune : Rune.ReplacementChar).ToString());
        }

        return plain.ToString();
    }

    /// <summary>Whether a character only shows itself: no control character (C0, DEL, C1), none that reorders or hides text (Cf, as
    /// U+202A to U+202E and U+2066 to U+2069), no line or paragraph separator, and none without a fixed meaning.</summary>
    public static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
