using System.Collections.Immutable;
using System.Text;

namespace TdxDash.Web.Components.Url;

/// <summary>The names and values of a URL's query, in their order. Names are told apart by case. Equal when the pairs are equal.</summary>
public sealed class UrlQuery : IEquatable<UrlQuery>
{
    /// <summary>The longest query that is read, in characters as they stand in the URL.</summary>
    public const int MaxLength = 8_192;

    /// <summary>The most pairs.</summary>
    public const int MaxPairs = 64;

    /// <summary>The longest name, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>The longest value, in characters.</summary>
    public const int MaxValueLength = 7_680;

    private UrlQuery(ImmutableArray<KeyValuePair<string, string>> pairs, ImmutableArray<string> problems)
    {
        Pairs = pairs;
        Problems = problems;
    }

    /// <summary>A query without pairs.</summary>
    public static UrlQuery Empty { get; } = new([], []);

    /// <summary>The pairs, in order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Pairs { get; }

    /// <summary>What was left out of the URL because of the bounds, with the remedy; not part of equality.</summary>
    public ImmutableArray<string> Problems { get; }

    /// <summary>Reads the query of a URL, absolute or relative. It never throws; what exceeds the bounds is left out and named in <see cref="Problems"/>.</summary>
    /// <param name="uri">The URL; what follows <c>?</c> up to <c>#</c> is read.</param>
    public static UrlQuery FromUri(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        int fragment = uri.IndexOf('#', StringComparison.Ordinal);
        ReadOnlySpan<char> rest = fragment < 0 ? uri : uri.AsSpan(0, fragment);
        int mark = rest.IndexOf('?');
        rest = mark < 0 ? [] : rest[(mark + 1)..];
        var problems = ImmutableArray.CreateBuilder<string>();
        if (rest.Length > MaxLength)
        {
            problems.Add($"The address has a query of {rest.Length} characters, and {MaxLength} are read: what follows was left out. Use a shorter address.");
            // Up to the last whole pair, so that no value is read in part.
            int whole = rest[..MaxLength].LastIndexOf('&');
            rest = rest[..Math.Max(whole, 0)];
        }

        var pairs = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        foreach (Range part in rest.Split('&'))
        {
            Read(rest[part], pairs, problems);
        }

        return new UrlQuery(pairs.ToImmutable(), problems.ToImmutable());
    }

    /// <summary>The first value of a name; null where the name is absent.</summary>
    public string? Get(string name)
    {
        foreach ((string known, string value) in Pairs)
        {
            if (known == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The same query with one value for a name: in the name's place, else at the end. Text that is not valid UTF-16 gets U+FFFD where it is not.</summary>
    /// <param name="name">The name, 1 to <see cref="MaxNameLength"/> characters.</param>
    /// <param name="value">The value, up to <see cref="MaxValueLength"/> characters; null removes the name.</param>
    /// <exception cref="ArgumentException">Name or value exceeds the bounds, or there would be too many pairs.</exception>
    public UrlQuery With(string name, string? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxNameLength, nameof(name));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value?.Length ?? 0, MaxValueLength, nameof(value));
        string valid = Valid(name);
        int place = 0;
        while (place < Pairs.Length && Pairs[place].Key != valid)
        {
            place++;
        }

        ImmutableArray<KeyValuePair<string, string>> others = [.. Pairs.Where(pair => pair.Key != valid)];
        if (value is null)
        {
            return new UrlQuery(others, Problems);
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(others.Length, MaxPairs, nameof(name));
        return new UrlQuery(others.Insert(Math.Min(place, others.Length), new(valid, Valid(value))), Problems);
    }

    /// <summary>The query as it stands behind a path: <c>?a=b&amp;c=d</c>, or nothing without pairs. What a query may hold unescaped stays readable.
    /// A state keeps it below <see cref="MaxLength"/>, or else it is not read back whole.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in Pairs)
        {
            text.Append(text.Length == 0 ? '?' : '&').Append(Escape(name)).Append('=').Append(Escape(value));
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public bool Equals(UrlQuery? other) => other is not null && Pairs.SequenceEqual(other.Pairs);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as UrlQuery);

    /// <inheritdoc/>
    public override int GetHashCode() => Pairs.Aggregate(0, HashCode.Combine);

    private static void Read(ReadOnlySpan<char> part, ImmutableArray<KeyValuePair<string, string>>.Builder pairs, ImmutableArray<string>.Builder problems)
    {
        if (part.IsEmpty)
        {
            return;
        }

        int equals = part.IndexOf('=');
        string name = Unescape(equals < 0 ? part : part[..equals]);
        string value = equals < 0 ? "" : Unescape(part[(equals + 1)..]);
        if (name.Length is 0 or > MaxNameLength)
        {
            problems.Add($"The address holds '{Shown(part.ToString())}', whose name is not 1 to {MaxNameLength} characters long: it was left out. Remove it.");
        }
        else if (value.Length > MaxValueLength)
        {
            problems.Add($"'{name}' in the address has {value.Length} characters, and {MaxValueLength} are read: it was left out. Use a shorter value.");
        }
        else if (pairs.Count < MaxPairs)
        {
            pairs.Add(new(name, value));
        }
        else if (pairs.Count == MaxPairs && (problems.Count == 0 || !problems[^1].StartsWith("The address holds more", StringComparison.Ordinal)))
        {
            problems.Add($"The address holds more than {MaxPairs} parts: those from '{Shown(name)}' on were left out. Remove some.");
        }
    }

    private static string Shown(string text) => text.Length <= MaxNameLength ? text : text[..MaxNameLength] + "…";

    // Browsers and forms write a blank as a plus.
    private static string Unescape(ReadOnlySpan<char> text) => Valid(Uri.UnescapeDataString(text.ToString().Replace('+', ' ')));

    private static string Escape(string text) => Uri.EscapeDataString(text)
        .Replace("%20", "+", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal)
        .Replace("%2C", ",", StringComparison.Ordinal).Replace("%2F", "/", StringComparison.Ordinal).Replace("%40", "@", StringComparison.Ordinal);

    // A lone surrogate has no form in a URL.
    private static string Valid(string text) => text.Any(char.IsSurrogate) ? string.Concat(text.EnumerateRunes()) : text;
}
