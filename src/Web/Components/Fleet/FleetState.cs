using System.Collections.Immutable;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Components.Fleet;

/// <summary>How high the rows of the table are.</summary>
public enum Density
{
    /// <summary>40 px, with reasons and marks on a second line.</summary>
    Comfortable,

    /// <summary>32 px, one line.</summary>
    Compact,
}

/// <summary>Everything about the fleet page that its URL carries:
/// <c>?q=family:GNR&amp;state=failed,atrisk&amp;sort=-memory,host&amp;cols=host,state&amp;density=compact&amp;sel=ID,ID&amp;pane=ID</c>.</summary>
/// <param name="Search">The search as it was typed.</param>
/// <param name="States">The words of the states that are shown; empty for all.</param>
/// <param name="Sorts">The columns to sort by, the first one first; empty for the name.</param>
/// <param name="Columns">The columns that are shown, in the order of <see cref="FleetColumn"/>.</param>
/// <param name="Density">How high rows are.</param>
/// <param name="Selected">The hosts that are chosen, by identity; more than <see cref="MaxSelected"/> do not fit a URL and are kept by the page alone.</param>
/// <param name="Pane">The host, by identity, that is shown beside the table; empty for none.</param>
public sealed record FleetState(string Search, ImmutableArray<string> States, ImmutableArray<FleetSort> Sorts, ImmutableArray<FleetColumn> Columns, Density Density,
    ImmutableArray<string> Selected, string Pane = "") : IUrlState<FleetState>
{
    /// <summary>The most columns to sort by.</summary>
    public const int MaxSorts = 4;

    /// <summary>The most chosen hosts that a URL carries.</summary>
    public const int MaxSelected = 40;

    private static readonly ImmutableArray<FleetColumn> Hideable = [.. Enum.GetValues<FleetColumn>().Where(column => column != FleetColumn.Host)];

    private static readonly Dictionary<string, FleetColumn> ColumnWords = Enum.GetValues<FleetColumn>().ToDictionary(Word, StringComparer.Ordinal);

    private static readonly Dictionary<string, Density> Densities = new(StringComparer.Ordinal) { ["comfortable"] = Density.Comfortable, ["compact"] = Density.Compact };

    /// <summary>All hosts by name in the usual columns.</summary>
    public static FleetState Default { get; } = new("", [], [],
    [
        FleetColumn.Host, FleetColumn.State, FleetColumn.Group, FleetColumn.Family, FleetColumn.Module, FleetColumn.Memory, FleetColumn.Pamt, FleetColumn.Reserved, FleetColumn.Tdmrs,
        FleetColumn.Keys, FleetColumn.Seen,
    ], Density.Comfortable, []);

    /// <summary>The word of a column in a URL.</summary>
    public static string Word(FleetColumn column) => column.ToString().ToLowerInvariant();

    /// <inheritdoc/>
    public static UrlParse<FleetState> Parse(UrlQuery query)
    {
        var reader = new UrlReader(query);
        return reader.Done(new FleetState(
            reader.Text("q", FleetSearch.MaxLength),
            [.. Words(reader, "state", StateWords.InUrl.Count + 1).Where(word => IsState(word, reader)).Distinct()],
            [.. Words(reader, "sort", MaxSorts).Select(word => Sort(word, reader)).OfType<FleetSort>().DistinctBy(sort => sort.Column)],
            ParseColumns(reader),
            reader.Word("density", Densities, Density.Comfortable),
            [.. Words(reader, "sel", MaxSelected).Where(id => IsIdentity("sel", id, reader)).Distinct()],
            reader.Raw("pane") is { Length: > 0 } pane && IsIdentity("pane", pane, reader) ? pane : ""));
    }

    /// <inheritdoc/>
    public UrlQuery ToQuery() => UrlQuery.Empty
        .With("q", Search.Length == 0 ? null : Search)
        .With("state", List(States))
        .With("sort", List(Sorts.Select(sort => (sort.IsDescending ? "-" : "") + Word(sort.Column))))
        .With("cols", Columns.SequenceEqual(Default.Columns) ? null : string.Join(',', Columns.Select(Word)))
        .With("density", Density == Density.Comfortable ? null : "compact")
        .With("sel", Selected.Length > MaxSelected ? null : List(Selected))
        .With("pane", Pane.Length == 0 ? null : Pane);

    /// <summary>The state after a click on a column's heading: sorted by it alone, or turned round when it was.</summary>
    /// <param name="column">The column.</param>
    /// <param name="isAdded">Whether it is added behind the columns that are sorted by already; one that is among them is turned round, then taken out.</param>
    public FleetState SortedBy(FleetColumn column, bool isAdded = false)
    {
        ImmutableArray<FleetSort> sorts = Sorts.IsEmpty ? [new FleetSort(FleetColumn.Host, false)] : Sorts;
        int place = sorts.ToList().FindIndex(sort => sort.Column == column);
        FleetSort turned = new(column, place >= 0 && !sorts[place].IsDescending);
        ImmutableArray<FleetSort> next = !isAdded ? [turned]
            : place >= 0 ? (sorts[place].IsDescending ? sorts.RemoveAt(place) : sorts.SetItem(place, turned))
            : sorts.Length < MaxSorts ? sorts.Add(turned) : sorts;
        return this with { Sorts = next is [{ Column: FleetColumn.Host, IsDescending: false }] ? [] : next };
    }

    /// <summary>The state with a column shown or hidden; the host's name is always shown.</summary>
    public FleetState WithColumn(FleetColumn column, bool isShown) => this with
    {
        Columns = [FleetColumn.Host, .. Hideable.Where(known => known == column ? isShown : Columns.Contains(known))],
    };

    /// <summary>The state with a word for states added or taken out.</summary>
    public FleetState WithStateToggled(string word) => this with { States = States.Contains(word) ? States.Remove(word) : States.Add(word) };

    /// <inheritdoc/>
    public bool Equals(FleetState? other) => other is not null && ToQuery().Equals(other.ToQuery()) && Selected.SequenceEqual(other.Selected);

    /// <inheritdoc/>
    public override int GetHashCode() => ToQuery().GetHashCode();

    private static ImmutableArray<FleetColumn> ParseColumns(UrlReader reader)
    {
        string[] words = [.. Words(reader, "cols", ColumnWords.Count)];
        if (words.Length == 0)
        {
            return Default.Columns;
        }

        var shown = new HashSet<FleetColumn>();
        foreach (string word in words)
        {
            if (ColumnWords.TryGetValue(word, out FleetColumn column))
            {
                shown.Add(column);
            }
            else
            {
                reader.Add($"'cols' in the address names '{UrlReader.Shown(word)}', which is no column: use {string.Join(", ", ColumnWords.Keys)}.");
            }
        }

        return [FleetColumn.Host, .. Hideable.Where(shown.Contains)];
    }

    private static IEnumerable<string> Words(UrlReader reader, string name, int most)
    {
        string[] words = (reader.Raw(name) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length > most)
        {
            reader.Add(FormattableString.Invariant($"'{name}' in the address has {words.Length} parts, and {most} are taken: the others were left out. Remove some."));
        }

        return words.Take(most);
    }

    private static bool IsState(string word, UrlReader reader)
    {
        bool ok = word == StateWords.Silent || StateWords.InUrl.Keys.Contains(word, StringComparer.Ordinal);
        if (!ok)
        {
            reader.Add($"'state' in the address names '{UrlReader.Shown(word)}', which is no state: use {string.Join(", ", StateWords.InUrl.Keys)}, {StateWords.Silent}.");
        }

        return ok;
    }

    private static FleetSort? Sort(string word, UrlReader reader)
    {
        bool isDescending = word.StartsWith('-');
        if (ColumnWords.TryGetValue(isDescending ? word[1..] : word, out FleetColumn column))
        {
            return new FleetSort(column, isDescending);
        }

        reader.Add($"'sort' in the address names '{UrlReader.Shown(word)}', which is no column: use {string.Join(", ", ColumnWords.Keys)}, with a minus sign for the other way round.");
        return null;
    }

    private static bool IsIdentity(string name, string id, UrlReader reader)
    {
        bool ok = Guid.TryParseExact(id, "D", out Guid guid) && guid.ToString("D") == id;
        if (!ok)
        {
            reader.Add($"'{name}' in the address names '{UrlReader.Shown(id)}', which is no identity of a host: it was left out. Choose the host again in the table.");
        }

        return ok;
    }

    private static string? List(IEnumerable<string> words) => string.Join(',', words) is { Length: > 0 } list ? list : null;
}
