using System.Text.RegularExpressions;

namespace TdxDash.Web.Components.Parts;

/// <summary>What the words mean that Intel and Linux have for TDX; the help lists them, and headings explain them on hover.</summary>
public static partial class Glossary
{
    /// <summary>The terms, in the order in which the help lists them.</summary>
    public static IReadOnlyList<(string Term, string Meaning)> Terms { get; } =
    [
        ("CMR", "Convertible Memory Range: memory that the firmware has made usable for TDX."),
        ("TDMR", "Trust Domain Memory Region: a range, 1 GiB aligned, that Linux gives to the TDX module."),
        ("Reserved area", "A part of a TDMR that is no TDX memory: a hole in memory, or a PAMT."),
        ("PAMT", "Physical Address Metadata Table: what the TDX module knows of each page, 0.39 % of memory."),
        ("KeyID", "Number of a memory encryption key; TDX needs one for the module and one for each trust domain."),
        ("SEAMCALL", "The instruction by which a host calls the TDX module."),
        ("P-SEAMLDR", "Persistent SEAM loader: installs and updates the TDX module."),
        ("TD", "Trust domain: a virtual machine that its host cannot look into."),
    ];

    /// <summary>The meaning of a term, in the singular or plural; null where it is none.</summary>
    public static string? Find(string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        string one = word.EndsWith('s') ? word[..^1] : word;
        return Terms.FirstOrDefault(term => term.Term.Equals(one, StringComparison.OrdinalIgnoreCase)).Meaning;
    }

    /// <summary>Splits a text at the terms in it.</summary>
    /// <returns>The pieces, which together are the text; each with its meaning where it is a term, else with null.</returns>
    public static IEnumerable<(string Text, string? Meaning)> Pieces(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int from = 0;
        foreach (Match match in Term().Matches(text))
        {
            if (match.Index > from)
            {
                yield return (text[from..match.Index], null);
            }

            yield return (match.Value, Find(match.Value));
            from = match.Index + match.Length;
        }

        if (from < text.Length)
        {
            yield return (text[from..], null);
        }
    }

    // As words of their own: no part of MAX_TDMRS or TDH.SYS.CONFIG.
    [GeneratedRegex(@"(?<![\w.-])(?:CMR|TDMR|[Rr]eserved area|PAMT|KeyID|SEAMCALL|P-SEAMLDR|TD)s?(?![\w.-])")]
    private static partial Regex Term();
}
