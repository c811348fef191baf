using System.Text;

namespace TdxDash.Tdx.Planning;

/// <summary>Changes single clauses in the text of a plan and leaves the rest as somebody wrote it, remarks and line ends included; so it does with a text that has
/// mistakes too.</summary>
public static class PlanEdit
{
    // The clause of sockets has no word of its own: it begins with a number.
    private const string SocketsWord = "";

    /// <summary>What stands behind the word of a clause.</summary>
    /// <param name="text">The plan.</param>
    /// <param name="word">The clause's word, such as <c>keyids</c>.</param>
    /// <returns>Null where there is no such clause; where there are several, all of them with commas between.</returns>
    public static string? Get(string text, string word)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] values = [.. Clauses(text, word).Select(clause => text[clause.Start..clause.End][word.Length..].Trim())];
        return values.Length == 0 ? null : string.Join(", ", values);
    }

    /// <summary>Sets a clause: in the place of the first one of its word, else behind all others.</summary>
    /// <param name="text">The plan.</param>
    /// <param name="word">The clause's word.</param>
    /// <param name="value">What stands behind the word; null takes the clause out. Commas part several clauses of the same word.</param>
    public static string Set(string text, string word, string? value)
    {
        ArgumentNullException.ThrowIfNull(text);
        (int Start, int End)[] found = [.. Clauses(text, word)];
        string clause = value is null ? "" : string.Join(", ", Plain(value).Split([',', ';'], StringSplitOptions.TrimEntries).Select(part => $"{word} {part}".TrimEnd()));
        var changed = new StringBuilder(text);
        for (int i = found.Length - 1; i >= 0; i--)
        {
            bool stays = i == 0 && clause.Length > 0;
            (int start, int end) = stays ? found[i] : WithSeparator(text, found[i]);
            changed.Remove(start, end - start).Insert(start, stays ? clause : "");
        }

        return found.Length > 0 || clause.Length == 0 ? changed.ToString() : Appended(text, clause);
    }

    /// <summary>The parts of the first clause of sockets, as they are written.</summary>
    /// <returns>Null where there is none.</returns>
    public static PlanSocketsText? GetSockets(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        (int start, int end) = Clauses(text, SocketsWord).FirstOrDefault();
        return end == 0 ? null : PlanSocketsText.Read(text[start..end]);
    }

    /// <summary>Sets the first clause of sockets; where there is none it goes before all others.</summary>
    /// <param name="text">The plan.</param>
    /// <param name="sockets">Its parts; all empty takes the clause out.</param>
    public static string SetSockets(string text, PlanSocketsText sockets)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(sockets);
        string clause = Plain(sockets.ToString()).Replace(',', ' ').Replace(';', ' ');
        (int Start, int End) found = Clauses(text, SocketsWord).FirstOrDefault();
        if (found.End > 0)
        {
            (int start, int end) = clause.Length > 0 ? found : WithSeparator(text, found);
            return string.Concat(text.AsSpan(0, start), clause, text.AsSpan(end));
        }

        return clause.Length == 0 ? text : string.IsNullOrWhiteSpace(text) ? clause : $"{clause}, {text.TrimStart()}";
    }

    // A remark would swallow what stands behind it, and a line end part it.
    private static string Plain(string value) => string.Concat(value.Select(c => c == '#' || char.IsControl(c) ? ' ' : c));

    private static string Appended(string text, string clause)
    {
        string kept = text.TrimEnd();
        bool endsInRemark = kept.IndexOf('#', kept.LastIndexOf('\n') + 1) >= 0;
        return kept.Length == 0 ? clause : kept + (endsInRemark ? "\n" : kept[^1] is ',' or ';' ? " " : ", ") + clause;
    }

    private static (int Start, int End) WithSeparator(string text, (int Start, int End) clause)
    {
        int behind = Skip(text, clause.End);
        if (behind < text.Length && text[behind] is ',' or ';')
        {
            return (clause.Start, Skip(text, behind + 1));
        }

        int before = clause.Start;
        while (before > 0 && text[before - 1] is ' ' or '\t')
        {
            before--;
        }

        return before > 0 && text[before - 1] is ',' or ';' ? (before - 1, clause.End) : clause;

        static int Skip(string text, int at)
        {
            while (at < text.Length && text[at] is ' ' or '\t')
            {
                at++;
            }

            return at;
        }
    }

    // Where the clauses of a word stand, without the blanks around them; parted as PlanClauses parts them.
    private static IEnumerable<(int Start, int End)> Clauses(string text, string word)
    {
        int start = 0;
        while (start <= text.Length)
        {
            int end = text.AsSpan(start).IndexOfAny(",;\n#");
            end = end < 0 ? text.Length : start + end;
            int first = start + text.AsSpan(start, end - start).IndexOfAnyExcept(" \t\r");
            int last = start + text.AsSpan(start, end - start).LastIndexOfAnyExcept(" \t\r") + 1;
            if (first >= start && Begins(text.AsSpan(first, last - first), word))
            {
                yield return (first, last);
            }

            int line = end < text.Length && text[end] == '#' ? text.IndexOf('\n', end) : end;
            start = (line < 0 ? text.Length : line) + 1;
        }
    }

    private static bool Begins(ReadOnlySpan<char> clause, string word) => word.Length == 0 ? char.IsAsciiDigit(clause[0]) :
        clause.StartsWith(word, StringComparison.OrdinalIgnoreCase) && (clause.Length == word.Length || !(char.IsAsciiLetterOrDigit(clause[word.Length]) || clause[word.Length] is '-' or '.' or '_'));
}
