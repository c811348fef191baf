using System.Collections.Immutable;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Components.Live;

/// <summary>What the live board shows: <c>?group=site-b&amp;q=family:GNR&amp;since=2026-03-01T12:00:05Z&amp;phase=failed&amp;log=busy&amp;kinds=kernel</c>.</summary>
public sealed record LiveState : IUrlState<LiveState>
{
    /// <summary>The longest text to filter the log by, in characters.</summary>
    public const int MaxText = 100;

    /// <summary>The words of the phases.</summary>
    public static IReadOnlyDictionary<string, BoardPhase> Phases { get; } = new Dictionary<string, BoardPhase>(StringComparer.Ordinal)
    {
        ["waiting"] = BoardPhase.Waiting,
        ["updating"] = BoardPhase.Updating,
        ["done"] = BoardPhase.Done,
        ["failed"] = BoardPhase.Failed,
    };

    /// <summary>The group; empty for all hosts.</summary>
    public string Group { get; init; } = "";

    /// <summary>The search, as on the fleet page.</summary>
    public string Search { get; init; } = "";

    /// <summary>Updates that began before this time do not count; null for the hour before the page was opened.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>The phases that are listed; empty for all.</summary>
    public ImmutableSortedSet<BoardPhase> Shown { get; init; } = [];

    /// <summary>Part of what a line of the log says, or of its host's name; empty for all.</summary>
    public string Log { get; init; } = "";

    /// <summary>The kinds of lines that the log shows; empty for all.</summary>
    public ImmutableSortedSet<SeenKind> Kinds { get; init; } = [];

    /// <inheritdoc/>
    public static UrlParse<LiveState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        return reader.Done(new LiveState
        {
            Group = ReadGroup(reader),
            Search = reader.Text("q", FleetSearch.MaxLength),
            Since = ReadSince(reader),
            Shown = Words(reader, "phase", Phases),
            Log = reader.Text("log", MaxText),
            Kinds = Words(reader, "kinds", SeenKinds.Words),
        });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("group", Group.Length == 0 ? null : Group)
        .With("q", Search.Length == 0 ? null : Search)
        .With("since", Since is { } since ? UrlTime.Write(since) : null)
        .With("phase", Shown.IsEmpty ? null : string.Join(',', Phases.Where(pair => Shown.Contains(pair.Value)).Select(pair => pair.Key)))
        .With("log", Log.Length == 0 ? null : Log)
        .With("kinds", Kinds.IsEmpty ? null : string.Join(',', SeenKinds.Words.Where(pair => Kinds.Contains(pair.Value)).Select(pair => pair.Key)));

    /// <summary>The same with a phase listed or not.</summary>
    public LiveState Toggled(BoardPhase phase) => this with { Shown = Shown.SymmetricExcept([phase]) };

    /// <summary>The same with a kind of line shown or not.</summary>
    public LiveState Toggled(SeenKind kind) => this with { Kinds = Kinds.SymmetricExcept([kind]) };

    /// <inheritdoc/>
    public bool Equals(LiveState? other) => other is not null && ToQuery().Equals(other.ToQuery());

    /// <inheritdoc/>
    public override int GetHashCode() => ToQuery().GetHashCode();

    private static string ReadGroup(UrlReader reader)
    {
        string text = reader.Text("group", LabelText.MaxLength);
        if (text.Length == 0 || LabelText.TryParse(text, out _))
        {
            return text.ToLowerInvariant().Trim();
        }

        reader.Add($"'group' in the address is '{UrlReader.Shown(text)}', which is no name of a group: it has {LabelText.Rule}. All hosts are shown.");
        return "";
    }

    private static DateTimeOffset? ReadSince(UrlReader reader)
    {
        if (reader.Raw("since") is not { } text)
        {
            return null;
        }

        if (UrlTime.TryParse(text, out DateTimeOffset since))
        {
            return UrlTime.Whole(since);
        }

        reader.Add($"'since' in the address is '{UrlReader.Shown(text)}', which is no time: use the form {UrlTime.Form}. The last hour is counted.");
        return null;
    }

    private static ImmutableSortedSet<T> Words<T>(UrlReader reader, string name, IReadOnlyDictionary<string, T> words)
    {
        var found = ImmutableSortedSet.CreateBuilder<T>();
        foreach (string word in reader.Text(name, MaxText).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (words.TryGetValue(word, out T? value))
            {
                found.Add(value);
            }
            else
            {
                reader.Add($"'{name}' in the address names '{UrlReader.Shown(word)}', which is not known: use {string.Join(", ", words.Keys)}.");
            }
        }

        return found.ToImmutable();
    }
}
