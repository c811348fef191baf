using System.Globalization;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.History;

/// <summary>What a history page shows: <c>?range=7d&amp;tz=local&amp;kinds=boot,module&amp;q=rack1&amp;page=…</c>, or <c>?from=…&amp;to=…</c>.</summary>
public sealed record HistoryState : IUrlState<HistoryState>
{
    /// <summary>The longest text filter, in characters.</summary>
    public const int MaxText = 100;

    private static readonly Dictionary<string, bool> Zones = new(StringComparer.Ordinal) { ["utc"] = false, ["local"] = true };

    /// <summary>The kinds that can be filtered by, with their words.</summary>
    public static IReadOnlyDictionary<string, ChangeKinds> KindWords { get; } = new Dictionary<string, ChangeKinds>(StringComparer.Ordinal)
    {
        ["boot"] = ChangeKinds.Boot,
        ["module"] = ChangeKinds.Module,
        ["kernel"] = ChangeKinds.Kernel,
        ["firmware"] = ChangeKinds.Firmware,
        ["memory"] = ChangeKinds.Memory,
        ["layout"] = ChangeKinds.Layout,
        ["metadata"] = ChangeKinds.Metadata,
        ["state"] = ChangeKinds.State,
        ["log"] = ChangeKinds.Log,
        ["keyids"] = ChangeKinds.KeyIdsInUse,
    };

    /// <summary>Which time.</summary>
    public HistoryRange Range { get; init; }

    /// <summary>The window of a custom range; null for the others.</summary>
    public TimeWindow? Custom { get; init; }

    /// <summary>Whether times are the browser's; else they are UTC.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The kinds of changes that are listed; none for all.</summary>
    public ChangeKinds Kinds { get; init; }

    /// <summary>Part of a host's name or of a headline; empty for all.</summary>
    public string Text { get; init; } = "";

    /// <summary>Where the list begins; null for the latest.</summary>
    public HistoryCursor? Page { get; init; }

    /// <inheritdoc/>
    public static UrlParse<HistoryState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        TimeWindow? custom = ReadWindow(reader);
        return reader.Done(new HistoryState
        {
            Range = custom is null ? reader.Word("range", HistoryRanges.Words, HistoryRange.All) : HistoryRange.Custom,
            Custom = custom,
            IsLocal = reader.Word("tz", Zones, false),
            Kinds = ReadKinds(reader),
            Text = reader.Text("q", MaxText),
            Page = ReadPage(reader),
        });
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("range", Custom is null && Range != HistoryRange.All ? HistoryRanges.Words.First(pair => pair.Value == Range).Key : null)
        .With("from", Custom is { } window ? UrlTime.Write(window.From) : null)
        .With("to", Custom is { } same ? UrlTime.Write(same.To) : null)
        .With("tz", IsLocal ? "local" : null)
        .With("kinds", Kinds == ChangeKinds.None ? null : string.Join(',', KindWords.Where(pair => Kinds.HasFlag(pair.Value)).Select(pair => pair.Key)))
        .With("q", Text.Length == 0 ? null : Text)
        .With("page", Page is { } page ? string.Create(CultureInfo.InvariantCulture, $"{page.ReceivedAt}-{page.Revision}") : null);

    /// <summary>The same over another window.</summary>
    public HistoryState Over(TimeWindow window) => this with
    {
        Range = HistoryRange.Custom,
        Custom = new TimeWindow(UrlTime.Whole(window.From), UrlTime.Whole(window.To)),
        Page = null,
    };

    /// <summary>The same over a preset.</summary>
    public HistoryState Over(HistoryRange range) => this with { Range = range, Custom = null, Page = null };

    /// <summary>The same with a kind listed or not.</summary>
    public HistoryState Toggled(ChangeKinds kind) => this with { Kinds = Kinds ^ kind, Page = null };

    private static TimeWindow? ReadWindow(UrlReader reader)
    {
        (string? from, string? to) = (reader.Raw("from"), reader.Raw("to"));
        if (from is null && to is null)
        {
            return null;
        }

        if (!UrlTime.TryParse(from, out DateTimeOffset start) || !UrlTime.TryParse(to, out DateTimeOffset end))
        {
            reader.Add($"'from' and 'to' in the address are '{UrlReader.Shown(from ?? "")}' and '{UrlReader.Shown(to ?? "")}': use two times of the form {UrlTime.Form}. All times are shown.");
            return null;
        }

        if (start >= end)
        {
            reader.Add($"'from' in the address is not before 'to': give an earlier start. All times are shown.");
            return null;
        }

        return new TimeWindow(UrlTime.Whole(start), UrlTime.Whole(end));
    }

    private static ChangeKinds ReadKinds(UrlReader reader)
    {
        ChangeKinds kinds = ChangeKinds.None;
        foreach (string word in reader.Text("kinds", 200).Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (KindWords.TryGetValue(word, out ChangeKinds kind))
            {
                kinds |= kind;
            }
            else
            {
                reader.Add($"'kinds' in the address names '{UrlReader.Shown(word)}', which is not known: use {string.Join(", ", KindWords.Keys)}.");
            }
        }

        return kinds;
    }

    private static HistoryCursor? ReadPage(UrlReader reader)
    {
        if (reader.Raw("page") is not { } text)
        {
            return null;
        }

        string[] parts = text.Split('-');
        if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long received)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out long revision))
        {
            return new HistoryCursor(received, revision);
        }

        reader.Add($"'page' in the address is '{UrlReader.Shown(text)}', which is no place in the list: the latest changes are shown.");
        return null;
    }
}
