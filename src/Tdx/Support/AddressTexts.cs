using System.Globalization;
using System.Text.RegularExpressions;

namespace TdxDash.Tdx.Support;

/// <summary>IP addresses in texts. Those of the machine itself and those that stand for all say nothing about a network, and stay.</summary>
internal static partial class AddressTexts
{
    private const int Groups = 8;

    /// <summary>Replaces every address.</summary>
    public static string Replace(string text, Func<string, string> pseudonym)
    {
        text = SixText().Replace(text, match => IsSix(match.Value) ? pseudonym(match.Value) : match.Value);
        return FourText().Replace(text, match => IsFour(match.Value) ? pseudonym(match.Value) : match.Value);
    }

    private static bool IsFour(string text) =>
        text.Split('.').All(part => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture) <= 255) && !text.StartsWith("127.", StringComparison.Ordinal) && text is not "0.0.0.0" and not "255.255.255.255";

    private static bool IsSix(string text)
    {
        if (text is "::" or "::1")
        {
            return false;
        }

        string[] halves = text.Split("::");
        string[] groups = [.. halves.SelectMany(half => half.Split(':', StringSplitOptions.None)).Where(group => group.Length > 0)];
        // A dotted end stands for two groups.
        int count = groups.Length + (groups.Length > 0 && groups[^1].Contains('.', StringComparison.Ordinal) ? 1 : 0);
        return halves.Length switch { 1 => count == Groups && !text.StartsWith(':') && !text.EndsWith(':'), 2 => count is > 0 and < Groups, _ => false };
    }

    [GeneratedRegex(@"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,8}(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9A-Fa-f]{0,4})(?![\w:])")]
    private static partial Regex SixText();

    [GeneratedRegex(@"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?[\w])")]
    private static partial Regex FourText();
}
