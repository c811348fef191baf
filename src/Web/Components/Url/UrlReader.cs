using System.Globalization;

namespace TdxDash.Web.Components.Url;

/// <summary>Reads the parts of a query one by one, with defaults, and gathers what is wrong with them.</summary>
/// <param name="query">The query.</param>
public sealed class UrlReader(UrlQuery query)
{
    private const int MaxShown = 64;

    private readonly List<string> _problems = [.. query.Problems];

    /// <summary>What was wrong so far, the query's own bounds included.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>A text of bounded length.</summary>
    /// <returns>The value, cut with a problem when it is too long; empty when absent.</returns>
    public string Text(string name, int maxLength)
    {
        string text = query.Get(name) ?? "";
        if (text.Length <= maxLength)
        {
            return text;
        }

        Add($"'{name}' in the address has {text.Length} characters, and {maxLength} are taken: the rest was left out.");
        return text[..(char.IsHighSurrogate(text[maxLength - 1]) ? maxLength - 1 : maxLength)];
    }

    /// <summary>One of some words.</summary>
    /// <param name="name">The part.</param>
    /// <param name="words">Each word with its meaning.</param>
    /// <param name="usual">The default.</param>
    /// <returns>The word's meaning; the default when the part is absent or, with a problem, another word.</returns>
    public T Word<T>(string name, IReadOnlyDictionary<string, T> words, T usual)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (query.Get(name) is not { } text)
        {
            return usual;
        }

        if (words.TryGetValue(text, out T? value))
        {
            return value;
        }

        Add($"'{name}' in the address is '{Shown(text)}', which is not known: use {string.Join(", ", words.Keys)}.");
        return usual;
    }

    /// <summary>A whole number within bounds.</summary>
    /// <returns>The number; the default when the part is absent or, with a problem, no such number.</returns>
    public long Number(string name, long least, long most, long usual)
    {
        if (query.Get(name) is not { } text)
        {
            return usual;
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least && number <= most)
        {
            return number;
        }

        Add(string.Create(CultureInfo.InvariantCulture, $"'{name}' in the address is '{Shown(text)}': use a whole number from {least} to {most}."));
        return usual;
    }

    /// <summary>The part as it stands, for a page that parses it itself; null when absent.</summary>
    public string? Raw(string name) => query.Get(name);

    /// <summary>Notes a problem of the page's own parsing.</summary>
    public void Add(string problem) => _problems.Add(problem);

    /// <summary>The state with everything that was wrong.</summary>
    public UrlParse<T> Done<T>(T state) => new(state, _problems);

    /// <summary>A value as a problem quotes it: cut where it is long.</summary>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaxShown ? text : text[..MaxShown] + "…";
    }
}
