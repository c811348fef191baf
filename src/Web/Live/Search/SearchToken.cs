using System.Text;

namespace TdxDash.Web.Live.Search;

/// <summary>How a token compares.</summary>
public enum Compared
{
    /// <summary>Is the value, or has it.</summary>
    Is,

    /// <summary>Is below it.</summary>
    Less,

    /// <summary>Is it or below.</summary>
    AtMost,

    /// <summary>Is above it.</summary>
    More,

    /// <summary>Is it or above.</summary>
    AtLeast,
}

/// <summary>One token of a search: <c>-field:&lt;value</c>, or text.</summary>
/// <param name="Column">Where it begins, counted from 1.</param>
/// <param name="Text">The token as it was typed.</param>
/// <param name="IsNegated">Whether hosts that meet it are left out.</param>
/// <param name="Field">The field in lower case; null for free text.</param>
/// <param name="Compared">How it compares.</param>
/// <param name="Value">The value without quotation marks.</param>
/// <param name="IsOpen">Whether a quotation mark is not closed.</param>
internal sealed record SearchToken(int Column, string Text, bool IsNegated, string? Field, Compared Compared, string Value, bool IsOpen)
{
    private static readonly (string Sign, Compared Compared)[] Signs =
        [("<=", Compared.AtMost), (">=", Compared.AtLeast), ("<", Compared.Less), (">", Compared.More), ("=", Compared.Is)];

    /// <summary>Splits a search at blanks that are not within quotation marks.</summary>
    public static IEnumerable<SearchToken> Split(string text)
    {
        int at = 0;
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }

            int start = at;
            bool isQuoted = false;
            while (at < text.Length && (isQuoted || !char.IsWhiteSpace(text[at])))
            {
                isQuoted ^= text[at++] == '"';
            }

            yield return Read(start + 1, text[start..at], isQuoted);
        }
    }

    private static SearchToken Read(int column, string text, bool isOpen)
    {
        bool isNegated = text[0] == '-';
        string rest = isNegated ? text[1..] : text;
        int colon = rest.IndexOf(':', StringComparison.Ordinal), quote = rest.IndexOf('"', StringComparison.Ordinal);
        // A quoted token is text, whatever is in it.
        if (colon < 1 || (quote >= 0 && quote < colon))
        {
            return new SearchToken(column, text, isNegated, null, Compared.Is, Unquoted(rest), isOpen);
        }

        string value = rest[(colon + 1)..];
        (string sign, Compared compared) = Signs.FirstOrDefault(known => value.StartsWith(known.Sign, StringComparison.Ordinal), (Sign: "", Compared: Compared.Is));
        return new SearchToken(column, text, isNegated, rest[..colon].ToLowerInvariant(), compared, Unquoted(value[sign.Length..]), isOpen);
    }

    private static string Unquoted(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (char letter in text)
        {
            if (letter != '"')
            {
                plain.Append(letter);
            }
        }

        return plain.ToString();
    }
}
