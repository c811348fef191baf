using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live;

/// <summary>A tag's or a group's name: lower case, 1 to <see cref="MaxLength"/> letters, digits and <c>. _ - /</c>, so that it needs no quotes in a search.</summary>
public readonly record struct LabelText
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 32;

    /// <summary>What a name has to be, for messages.</summary>
    public const string Rule = "1 to 32 letters, digits, '.', '_', '-' or '/'";

    private readonly string? _text;

    private LabelText(string text) => _text = text;

    /// <summary>Takes a name from outside; upper case becomes lower case, blanks around it go.</summary>
    /// <returns>Whether it was one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out LabelText label)
    {
        string trimmed = text is { Length: <= 256 } ? text.Trim().ToLowerInvariant() : "";
        bool ok = trimmed.Length is > 0 and <= MaxLength && trimmed.All(letter => char.IsLetterOrDigit(letter) || letter is '.' or '_' or '-' or '/');
        label = ok ? new LabelText(trimmed) : default;
        return ok;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? "";
}

/// <summary>What people call a host: its group, of which it has one or none, and its tags.</summary>
/// <param name="Group">The group; null for none.</param>
/// <param name="Tags">The tags, in order.</param>
public sealed record HostLabels(LabelText? Group, ImmutableSortedSet<string> Tags)
{
    /// <summary>The most tags of one host.</summary>
    public const int MaxTags = 16;

    /// <summary>No group and no tags.</summary>
    public static HostLabels None { get; } = new(null, ImmutableSortedSet.Create<string>(StringComparer.Ordinal));

    /// <inheritdoc/>
    public bool Equals(HostLabels? other) => other is not null && Group == other.Group && Tags.SetEquals(other.Tags);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Group, Tags.Count);

    /// <summary>Both in words: <c>group lab, tags canary, rack1</c>.</summary>
    public override string ToString() => $"{(Group is { } group ? $"group {group}" : "no group")}, {(Tags.Count > 0 ? $"tags {string.Join(", ", Tags)}" : "no tags")}";
}

/// <summary>The labels of every host, in memory and in the store.</summary>
public interface ILabelBook
{
    /// <summary>Every group and tag in use, in order; for hints.</summary>
    (IReadOnlyList<string> Groups, IReadOnlyList<string> Tags) InUse { get; }

    /// <summary>A host's labels; none for a host that is not known.</summary>
    HostLabels Find(string hostId);

    /// <summary>Gives hosts new labels, all of them or none.</summary>
    /// <param name="labels">Each host with its labels.</param>
    /// <param name="by">Who does it; the audit log gets an entry for each host.</param>
    /// <param name="cancellation">Ends the waiting; what was queued is still stored.</param>
    /// <param name="known">What the caller takes the labels for: nothing is changed where one of these hosts has others by now. Null to not ask.</param>
    /// <returns>Null when they are stored, else why not and what to do.</returns>
    Task<string?> ChangeAsync(IReadOnlyDictionary<string, HostLabels> labels, Actor by, CancellationToken cancellation, IReadOnlyDictionary<string, HostLabels>? known = null);

    /// <summary>Calls back with each host whose labels changed, on any thread, never for long. Disposing ends it.</summary>
    IDisposable Subscribe(Action<string> onChange);
}
