using System.Globalization;
using System.Text;

namespace TdxDash.Web.Security;

/// <summary>Makes text of a host safe to show and log: a host is free to claim any name.</summary>
public static class ShownText
{
    /// <summary>The most characters of a host's or probe's name.</summary>
    public const int MaxName = 255;

    /// <summary>The most characters of a sentence that quotes a host.</summary>
    public const int MaxSentence = 1_000;

    /// <summary>Replaces control and direction-changing characters by U+FFFD and cuts what is longer.</summary>
    /// <param name="text">Text from outside.</param>
    /// <param name="max">The most characters to keep, at least 1; a cut text ends in an ellipsis.</param>
    public static string Limit(string text, int max)
    {
        ArgumentNullException.ThrowIfNull(text);
        // Nearly every text is plain ASCII, which many characters at a time are told by.
        if (text.Length <= max && (!text.AsSpan().ContainsAnyExceptInRange(' ', '~') || (!text.Any(char.IsSurrogate) && text.EnumerateRunes().All(IsShown))))
        {
            return text;
        }

        var shown = new StringBuilder(Math.Min(text.Length, max));
        foreach (Rune rune in text.EnumerateRunes())
        {
            Rune kept = IsShown(rune) ? rune : Rune.ReplacementChar;
            if (shown.Length + kept.Utf16SequenceLength > max - (text.Length > max ? 1 : 0))
            {
                break;
            }

            shown.Append(kept.ToString());
        }

        return text.Length > max ? shown.Append('…').ToString() : shown.ToString();
    }

    // Format characters (Cf) reorder or hide text; EnumerateRunes has already turned lone surrogates into U+FFFD.
    private static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
