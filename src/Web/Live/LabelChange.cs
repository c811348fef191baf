namespace TdxDash.Web.Live;

/// <summary>One change of the labels of many hosts.</summary>
public sealed class LabelChange
{
    private readonly Func<HostLabels, HostLabels>? _change;
    private readonly string? _problem;

    private LabelChange(string done, Func<HostLabels, HostLabels>? change, string? problem) => (Done, _change, _problem) = (done, change, problem);

    /// <summary>What was done once it was, in front of a count of hosts.</summary>
    public string Done { get; }

    /// <summary>Gives hosts a tag.</summary>
    public static LabelChange AddTag(string text) => LabelText.TryParse(text, out LabelText tag)
        ? new LabelChange($"Tagged '{tag}':", labels => labels with { Tags = labels.Tags.Add(tag.ToString()) }, null)
        : NotALabel("tag", text);

    /// <summary>Takes a tag from hosts.</summary>
    public static LabelChange RemoveTag(string text) => LabelText.TryParse(text, out LabelText tag)
        ? new LabelChange($"Took tag '{tag}' off", labels => labels with { Tags = labels.Tags.Remove(tag.ToString()) }, null)
        : NotALabel("tag", text);

    /// <summary>Puts hosts into a group; an empty name takes them out of theirs.</summary>
    public static LabelChange SetGroup(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new LabelChange("Out of any group:", labels => labels with { Group = null }, null);
        }

        return LabelText.TryParse(text, out LabelText group)
            ? new LabelChange($"Now in group '{group}':", labels => labels with { Group = group }, null)
            : NotALabel("group", text);
    }

    /// <summary>Works it out.</summary>
    /// <param name="before">Each host with its labels.</param>
    /// <returns>The hosts whose labels differ, with the new ones; or why none are changed and what to do.</returns>
    public (IReadOnlyDictionary<string, HostLabels> After, string? Problem) Of(IReadOnlyDictionary<string, HostLabels> before)
    {
        ArgumentNullException.ThrowIfNull(before);
        var after = new Dictionary<string, HostLabels>(StringComparer.Ordinal);
        if (_change is null)
        {
            return (after, _problem);
        }

        foreach ((string hostId, HostLabels labels) in before)
        {
            HostLabels changed = _change(labels);
            if (changed.Tags.Count > HostLabels.MaxTags)
            {
                return (new Dictionary<string, HostLabels>(), FormattableString.Invariant($"A host has at most {HostLabels.MaxTags} tags, and one of these has as many. Take one off it first; nothing was changed."));
            }

            if (!changed.Equals(labels))
            {
                after[hostId] = changed;
            }
        }

        return (after, after.Count == 0 ? "The chosen hosts are like that already; nothing was changed." : null);
    }

    private static LabelChange NotALabel(string what, string? text) => new("", null, $"'{Cut(text ?? "")}' is no {what}. Use {LabelText.Rule}.");

    private static string Cut(string text) => text.Length <= LabelText.MaxLength ? text : text[..LabelText.MaxLength] + "…";
}
