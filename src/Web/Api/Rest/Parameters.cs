using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Metadata;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Api.Rest;

/// <summary>The parameters of addresses.</summary>
internal static class Parameters
{
    private const int MostReference = 128;

    /// <summary>The length of a page.</summary>
    public static NumberParameter Limit { get; } = new("limit", "The most items of a page.", 1, 500, 100);

    /// <summary>The length of a page of annotations, which were not paged at first.</summary>
    public static NumberParameter NoteLimit { get; } = new("limit", "The most items of a page.", 1, 500, 500);

    /// <summary>Where a page begins.</summary>
    public static TextParameter Cursor { get; } = new("cursor", "Where the page begins: 'next' of the page before. Without it the list begins at its start.", 200);

    /// <summary>The search of hosts.</summary>
    public static TextParameter Search { get; } = new("q", "The search of the Fleet page: tokens apart by blanks, as family:GNR version:<2.0.14 reserved:>75%. docs/fleet.md has all fields.", FleetSearch.MaxLength);

    /// <summary>The states of hosts.</summary>
    public static WordsParameter States { get; } = new("state", "The states that are let through.", [.. StateWords.InUrl.Keys, StateWords.Silent], StateWords.InUrl.Count + 1);

    /// <summary>The order of hosts.</summary>
    public static TextParameter Sort { get; } = new("sort", "Up to four columns of the Fleet page, with a minus sign for the other way round: -memory,host. What is not known stays last.", 100);

    /// <summary>A time that is past.</summary>
    public static TimeParameter At { get; } = new("at", $"As the dashboard knew it at this time, {UrlTime.Form}; without it as it is now.");

    /// <summary>The start of a window.</summary>
    public static TimeParameter From { get; } = new("from", "Only what was received at this time or later.");

    /// <summary>The end of a window.</summary>
    public static TimeParameter To { get; } = new("to", "Only what was received before this time.");

    /// <summary>Kinds of changes.</summary>
    public static WordsParameter Kinds { get; } = new("kinds", "Only changes that touch one of these.", [.. HistoryState.KindWords.Keys], HistoryState.KindWords.Count);

    /// <summary>The text of changes.</summary>
    public static TextParameter ChangeText { get; } = new("q", "Part of the host's name or of the headline.", HistoryState.MaxText);

    /// <summary>The text of metadata.</summary>
    public static TextParameter FieldText { get; } = new("q", "Part of a field's name, id, class or meaning.", MetadataState.MaxText);

    /// <summary>Which metadata fields.</summary>
    public static WordsParameter FieldState { get; } = new("show", "Only fields with a value (offered) or without one (missing).", [.. MetadataState.Words.Where(word => word.Value != ShownFields.Changed).Select(word => word.Key)], 1);

    /// <summary>The first of two snapshots.</summary>
    public static TextParameter Before { get; } = new("from", "The snapshot that the difference starts from: HOST for its latest one, HOST@TIME for the one of a time, HOST@rREVISION for a certain one.", MostReference) { IsRequired = true };

    /// <summary>The second of two snapshots.</summary>
    public static TextParameter After { get; } = new("to", "The snapshot that the difference leads to, in the same forms; of the same host or of another one.", MostReference) { IsRequired = true };

    /// <summary>One host.</summary>
    public static TextParameter Host { get; } = new("host", "Only of the host with this identity.", MostReference);

    /// <summary>One group.</summary>
    public static TextParameter Group { get; } = new("group", "Only of hosts that are in this group now.", 64);

    /// <summary>A revision.</summary>
    public static NumberParameter Revision { get; } = new("after", "The revision of the last event that the caller has; 0 for all that is kept.", 0, long.MaxValue, 0);

    /// <summary>The kinds of changes as their bits.</summary>
    public static ChangeKinds KindsOf(IEnumerable<string> words) => words.Aggregate(ChangeKinds.None, (kinds, word) => kinds | HistoryState.KindWords[word]);
}
