namespace TdxDash.Tdx.Support;

/// <summary>Finds known names in a text, whatever their case, where no letter or digit goes on before or behind them. Its time grows with the text, hardly with the number of names.</summary>
internal sealed class NameFinder
{
    private readonly Dictionary<string, (RedactedKind Kind, string Original)> _names = new(StringComparer.Ordinal);

    // The lengths of names by how they begin, the longest first: of two names that fit the longer one is meant.
    private readonly Dictionary<string, SortedSet<int>> _lengths = new(StringComparer.Ordinal);

    /// <summary>Adds a name.</summary>
    /// <param name="written">How it stands in texts.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="original">The name that it stands for; several ways of writing it have one pseudonym.</param>
    public void Add(string written, RedactedKind kind, string original)
    {
        string name = written.ToLowerInvariant();
        if (name.Length == 0 || !_names.TryAdd(name, (kind, original)))
        {
            return;
        }

        string key = KeyAt(name, 0);
        if (!_lengths.TryGetValue(key, out SortedSet<int>? lengths))
        {
            _lengths.Add(key, lengths = new SortedSet<int>(Comparer<int>.Create((a, b) => b.CompareTo(a))));
        }

        lengths.Add(name.Length);
    }

    /// <summary>Replaces every known name.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pseudonym">Gives the pseudonym of an original.</param>
    public string Replace(string text, Func<RedactedKind, string, string> pseudonym)
    {
        string lower = text.ToLowerInvariant();
        var result = new System.Text.StringBuilder(text.Length);
        for (int at = 0; at < text.Length;)
        {
            if (IsStart(lower, at) && Find(lower, at) is { } name)
            {
                (RedactedKind kind, string original) = _names[name];
                result.Append(pseudonym(kind, original));
                at += name.Length;
            }
            else
            {
                result.Append(text[at++]);
            }
        }

        return result.ToString();
    }

    private string? Find(string text, int at)
    {
        if (!_lengths.TryGetValue(KeyAt(text, at), out SortedSet<int>? lengths))
        {
            return null;
        }

        foreach (int length in lengths)
        {
            int end = at + length;
            if (end <= text.Length && (end == text.Length || !char.IsLetterOrDigit(text[end]) || !char.IsLetterOrDigit(text[end - 1])) && _names.ContainsKey(text[at..end]))
            {
                return text[at..end];
            }
        }

        return null;
    }

    private static bool IsStart(string text, int at) => at == 0 || !char.IsLetterOrDigit(text[at - 1]) || !char.IsLetterOrDigit(text[at]);

    private static string KeyAt(string text, int at)
    {
        int end = at;
        while (end < text.Length && char.IsLetterOrDigit(text[end]))
        {
            end++;
        }

        return end > at ? text[at..end] : text[at..(at + 1)];
    }
}
