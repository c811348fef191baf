using TdxDash.Web.Security;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.History;

/// <summary>What a person notes at a time, or over one.</summary>
public sealed record AnnotationDraft
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaxText = 2_000;

    /// <summary>The most tags.</summary>
    public const int MaxTags = 8;

    /// <summary>The longest tag, in characters.</summary>
    public const int MaxTag = 32;

    private AnnotationDraft(string? hostId, DateTimeOffset from, DateTimeOffset? to, string text, IReadOnlyList<string> tags)
    {
        HostId = hostId;
        From = from;
        To = to;
        Text = text;
        Tags = tags;
    }

    /// <summary>The host that it speaks of; null for the whole fleet.</summary>
    public string? HostId { get; }

    /// <summary>The time, or its start.</summary>
    public DateTimeOffset From { get; }

    /// <summary>The end; null for a moment.</summary>
    public DateTimeOffset? To { get; }

    /// <summary>The text.</summary>
    public string Text { get; }

    /// <summary>The tags.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>Checks what a person typed.</summary>
    /// <param name="hostId">The host; null for the whole fleet.</param>
    /// <param name="from">The time, or its start.</param>
    /// <param name="to">The end; null for a moment.</param>
    /// <param name="text">The text, with anything around it.</param>
    /// <param name="tags">Tags, separated by commas or blanks.</param>
    /// <returns>The draft, or what is wrong and what to do.</returns>
    public static (AnnotationDraft? Draft, string? Problem) Check(string? hostId, DateTimeOffset from, DateTimeOffset? to, string text, string tags)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tags);
        string trimmed = text.Trim();
        string[] words = [.. tags.Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];
        string? problem = (trimmed.Length, words.Length) switch
        {
            (0, _) => "The annotation has no text. Write what happened.",
            ( > MaxText, _) => $"The text has {trimmed.Length} characters; at most {MaxText} are kept. Shorten it.",
            (_, > MaxTags) => $"There are {words.Length} tags; at most {MaxTags} are kept. Remove some.",
            _ when words.FirstOrDefault(word => word.Length > MaxTag || !word.All(IsTag)) is { } bad =>
                $"The tag '{ShownText.Limit(bad, MaxTag)}' is not 1 to {MaxTag} letters, digits, '-', '_' or '.'. Change it.",
            _ when to <= from => "The end is not after the start. Choose a later end, or none for a moment.",
            _ => null,
        };
        return problem is null ? (new AnnotationDraft(hostId, from, to, ShownText.Limit(trimmed, MaxText), words), null) : (null, problem);
    }

    private static bool IsTag(char c) => char.IsLetterOrDigit(c) || c is '-' or '_' or '.';
}

/// <summary>An annotation that is kept.</summary>
/// <param name="Id">Its number.</param>
/// <param name="HostId">The host that it speaks of; null for the whole fleet.</param>
/// <param name="HostName">The host's name; empty for the whole fleet.</param>
/// <param name="From">The time, or its start.</param>
/// <param name="To">The end; null for a moment.</param>
/// <param name="Text">The text.</param>
/// <param name="Tags">The tags.</param>
/// <param name="Author">Who wrote it.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="EditedAt">When it was last changed; null when never.</param>
public sealed record Annotation(
    long Id, string? HostId, string HostName, DateTimeOffset From, DateTimeOffset? To, string Text, IReadOnlyList<string> Tags, string Author, DateTimeOffset CreatedAt, DateTimeOffset? EditedAt)
{
    /// <summary>When it was written or last changed.</summary>
    public DateTimeOffset ChangedAt => EditedAt ?? CreatedAt;
}

/// <summary>Where a page of annotations ends: the next one begins behind it, whatever was written or deleted since.</summary>
/// <param name="From">The start of the last one, in microseconds since 1970.</param>
/// <param name="Id">Its number.</param>
public readonly record struct AnnotationPlace(long From, long Id);

/// <summary>A page of annotations.</summary>
/// <param name="Items">The annotations, ascending by time and number.</param>
/// <param name="Next">Where the next page begins; null after the last.</param>
public sealed record AnnotationPage(IReadOnlyList<Annotation> Items, AnnotationPlace? Next)
{
    /// <summary>Makes a page of its annotations and, where there are more, one that follows.</summary>
    /// <param name="found">The annotations.</param>
    /// <param name="limit">The most of a page.</param>
    public static AnnotationPage Of(IReadOnlyList<Annotation> found, int limit) => found.Count <= limit
        ? new AnnotationPage(found, null)
        : new AnnotationPage([.. found.Take(limit)], new AnnotationPlace(UnixTime.ToMicroseconds(found[limit - 1].From), found[limit - 1].Id));
}

/// <summary>Keeps annotations, and tells the audit log who changed which. Every change says why nothing was kept and what to do, where nothing was.</summary>
public interface IAnnotations
{
    /// <summary>How long a deleted annotation can come back.</summary>
    static TimeSpan UndoTime { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The most annotations that a page of the dashboard lists.</summary>
    const int MostListed = 500;

    /// <summary>The annotations that touch a window, ascending: those of a host and of the fleet; all of them when no host is named.</summary>
    /// <param name="hostId">The host; null for all.</param>
    /// <param name="window">The window.</param>
    /// <param name="after">Where the page before ended; null for the first one.</param>
    /// <param name="limit">The most that are given.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<AnnotationPage> PageAsync(string? hostId, TimeWindow window, AnnotationPlace? after, int limit, CancellationToken cancellation);

    /// <summary>The first <see cref="MostListed"/> of them.</summary>
    async Task<IReadOnlyList<Annotation>> ListAsync(string? hostId, TimeWindow window, CancellationToken cancellation) =>
        (await PageAsync(hostId, window, null, MostListed, cancellation)).Items;

    /// <summary>One annotation; null where there is none, or it was deleted.</summary>
    Task<Annotation?> FindAsync(long id, CancellationToken cancellation);

    /// <summary>Keeps a new one.</summary>
    /// <returns>Its number, or the problem.</returns>
    Task<(long Id, string? Problem)> AddAsync(AnnotationDraft draft, Actor by);

    /// <summary>Changes one: text, tags and time; its host and author stay.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="draft">What it is to be.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="known">The <see cref="Annotation.ChangedAt"/> that the caller knows: nothing is changed where it is another one by now. Null to not ask.</param>
    Task<string?> EditAsync(long id, AnnotationDraft draft, Actor by, DateTimeOffset? known = null);

    /// <summary>Deletes one; it can come back within <see cref="UndoTime"/>.</summary>
    /// <param name="id">Its number.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="known">As for <see cref="EditAsync"/>.</param>
    Task<string?> DeleteAsync(long id, Actor by, DateTimeOffset? known = null);

    /// <summary>Brings a deleted one back.</summary>
    Task<string?> RestoreAsync(long id, Actor by);
}
