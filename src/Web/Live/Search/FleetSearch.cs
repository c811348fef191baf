using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Search;

/// <summary>Tells whether a host is meant.</summary>
/// <param name="host">The host.</param>
/// <param name="now">The moment that ages are counted to.</param>
public delegate bool HostTest(FleetHost host, DateTimeOffset now);

/// <summary>What is wrong with one token of a search; the others apply all the same.</summary>
/// <param name="Column">Where the token begins, counted from 1.</param>
/// <param name="Token">The token, cut when it is long.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record SearchProblem(int Column, string Token, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"Column {Column}, {Token}: {Message}");
}

/// <summary>A search of the fleet: tokens apart by blanks, each of which must hold. <c>family:GNR version:&lt;2.0.14 -tag:lab "rack 7"</c>.</summary>
public sealed class FleetSearch
{
    /// <summary>The longest text that is read, in characters.</summary>
    public const int MaxLength = 500;

    /// <summary>The most tokens.</summary>
    public const int MaxTokens = 32;

    private const int MaxShown = 40;
    private readonly List<HostTest> _tests = [];
    private readonly List<SearchProblem> _problems = [];

    private FleetSearch(string text) => Text = text;

    /// <summary>The search that every host meets.</summary>
    public static FleetSearch All { get; } = new("");

    /// <summary>The text as it was typed.</summary>
    public string Text { get; }

    /// <summary>What was not understood.</summary>
    public IReadOnlyList<SearchProblem> Problems => _problems;

    /// <summary>Whether it leaves every host in.</summary>
    public bool IsAll => _tests.Count == 0;

    /// <summary>Whether the outcome changes by time alone.</summary>
    public bool LooksAtAge { get; private set; }

    /// <summary>Reads a search; it never throws.</summary>
    public static FleetSearch Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var search = new FleetSearch(text);
        if (text.Length > MaxLength)
        {
            search._problems.Add(new(MaxLength + 1, "…", FormattableString.Invariant($"the search has {text.Length} characters, and {MaxLength} are read. Shorten it, or tag the hosts and search for the tag.")));
        }

        int count = 0;
        foreach (SearchToken token in SearchToken.Split(text.Length > MaxLength ? text[..MaxLength] : text))
        {
            if (++count > MaxTokens)
            {
                search._problems.Add(new(token.Column, Shown(token.Text), FormattableString.Invariant($"a search has at most {MaxTokens} tokens; those from here on are left out. Separate values of one field by commas.")));
                break;
            }

            search.Add(token);
        }

        return search;
    }

    /// <summary>Whether a host meets every token that was understood.</summary>
    public bool Matches(FleetHost host, DateTimeOffset now)
    {
        foreach (HostTest test in _tests)
        {
            if (!test(host, now))
            {
                return false;
            }
        }

        return true;
    }

    private void Add(SearchToken token)
    {
        (HostTest? test, string? problem) = Understand(token);
        if (test is null)
        {
            _problems.Add(new(token.Column, Shown(token.Text), problem!));
            return;
        }

        LooksAtAge |= token.Field is "seen" or "state" || token.Field is null;
        _tests.Add(token.IsNegated ? (host, now) => !test(host, now) : test);
    }

    private static (HostTest? Test, string? Problem) Understand(SearchToken token)
    {
        if (token.IsOpen)
        {
            return (null, "the quotation mark is not closed. Close it, or leave it out.");
        }

        if (token.Field is null)
        {
            string words = token.Value.ToLowerInvariant();
            return words.Length == 0 ? (null, "there is nothing after the minus sign. Write what the hosts must not have.") : (ContainsWords(words), null);
        }

        if (SearchFields.Find(token.Field) is not { } field)
        {
            string? near = SearchFields.Nearest(token.Field);
            return (null, $"there is no field '{Shown(token.Field)}'.{(near is null ? "" : $" Did you mean '{near}'?")} Fields are {string.Join(", ", SearchFields.All.Select(known => known.Name))}; quote the token to search for it as text.");
        }

        return token.Value.Length == 0
            ? (null, $"there is no value. Write it behind the colon, for example {field.Example}.")
            : field.Make(token.Compared, token.Value);
    }

    private static HostTest ContainsWords(string words) => (host, now) => host.Figures.Words.Contains(words, StringComparison.Ordinal)
        || host.Id.Contains(words, StringComparison.Ordinal)
        || (host.Labels.Group?.ToString().Contains(words, StringComparison.Ordinal) ?? false)
        || host.Labels.Tags.Any(tag => tag.Contains(words, StringComparison.Ordinal))
        || (host.IsSilentAt(now) && StateWords.Silent.Contains(words, StringComparison.Ordinal));

    private static string Shown(string text) => text.Length <= MaxShown ? text : text[..MaxShown] + "…";
}
