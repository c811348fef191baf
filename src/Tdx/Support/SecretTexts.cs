using System.Text.RegularExpressions;

namespace TdxDash.Tdx.Support;

/// <summary>What is secret by its form or by the word before it.</summary>
internal static partial class SecretTexts
{
    /// <summary>What stands in its place.</summary>
    public const string Mark = "[secret]";

    /// <summary>Replaces every secret.</summary>
    public static string Replace(string text, Action<RedactedKind> count)
    {
        string Replaced(Match match)
        {
            count(RedactedKind.Secret);
            return match.Groups["before"].Value + Mark;
        }

        text = PemText().Replace(text, Replaced);
        text = HeaderText().Replace(text, Replaced);
        text = TokenText().Replace(text, Replaced);
        text = UserInfoText().Replace(text, Replaced);
        return NamedText().Replace(text, Replaced);
    }

    [GeneratedRegex(@"-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|\z)")]
    private static partial Regex PemText();

    [GeneratedRegex(@"(?<before>\b(?:Authorization|Proxy-Authorization|Cookie|Set-Cookie)\b[""']?\s*[:=]\s*)[^\r\n]+|(?<before>\bBearer\s+)[^\s""',;]+", RegexOptions.IgnoreCase)]
    private static partial Regex HeaderText();

    // API and enrolment tokens of TdxDash, and JSON web tokens.
    [GeneratedRegex(@"\btdx[a-z]?_[A-Za-z0-9_.~+/=-]{24,}|\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){1,4}")]
    private static partial Regex TokenText();

    [GeneratedRegex(@"(?<before>://)[^/\s""'@]+(?=@)")]
    private static partial Regex UserInfoText();

    [GeneratedRegex(@"(?<before>[A-Za-z0-9_:.-]*(?:password|passwd|passphrase|secret|token|credential|api[-_]?key|private[-_]?key)[""']?\s*[:=]\s*[""']?)(?!\[se(?:cre)?t\])[^\s""',;&]+", RegexOptions.IgnoreCase)]
    private static partial Regex NamedText();
}
