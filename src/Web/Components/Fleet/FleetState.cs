using Microsoft.AspNetCore.WebUtilities;
using TdxDash.Tdx.Readiness;

namespace TdxDash.Web.Components.Fleet;

/// <summary>What the fleet can be sorted by.</summary>
public enum FleetColumn
{
    /// <summary>The host name.</summary>
    Host,

    /// <summary>The state, most urgent first.</summary>
    State,

    /// <summary>The CPU family.</summary>
    Family,

    /// <summary>The module version.</summary>
    Module,

    /// <summary>Usable memory.</summary>
    Memory,

    /// <summary>PAMT in bytes.</summary>
    Pamt,

    /// <summary>Peak use of reserved areas against the limit.</summary>
    Reserved,

    /// <summary>TDMRs.</summary>
    Tdmrs,

    /// <summary>When the host was last heard of.</summary>
    Seen,

    /// <summary>What kind of machine it is.</summary>
    Origin,
}

/// <summary>Everything about the fleet page that its URL carries: <c>?q=text&amp;sort=-memory&amp;state=ready</c>.</summary>
/// <param name="Query">Text that a row must contain; empty for all.</param>
/// <param name="Sort">The column to sort by.</param>
/// <param name="Descending">Whether the order is turned round.</param>
/// <param name="State">The only state to show; null for all.</param>
public sealed record FleetState(string Query, FleetColumn Sort, bool Descending, TdxState? State)
{
    /// <summary>The longest text filter that is taken from a URL, in characters.</summary>
    public const int MaxQueryLength = 200;

    /// <summary>All hosts by name.</summary>
    public static FleetState Default { get; } = new("", FleetColumn.Host, false, null);

    /// <summary>Reads a query string; what it does not know it takes as not said.</summary>
    public static FleetState FromQuery(string query)
    {
        Dictionary<string, Microsoft.Extensions.Primitives.StringValues> parts = QueryHelpers.ParseQuery(query);
        string text = parts.TryGetValue("q", out var q) ? q.ToString() : "";
        string sort = parts.TryGetValue("sort", out var s) ? s.ToString() : "";
        bool descending = sort.StartsWith('-');
        FleetColumn? column = Word<FleetColumn>(descending ? sort[1..] : sort);
        return new FleetState(
            text.Length <= MaxQueryLength ? text : text[..MaxQueryLength],
            column ?? Default.Sort,
            column is not null && descending,
            parts.TryGetValue("state", out var state) ? Word<TdxState>(state.ToString()) : null);
    }

    /// <summary>Writes the query string, with its question mark; empty for the default.</summary>
    public string ToQuery()
    {
        var parts = new Dictionary<string, string?>();
        if (Query.Length > 0)
        {
            parts["q"] = Query;
        }

        if (Sort != Default.Sort || Descending)
        {
            parts["sort"] = (Descending ? "-" : "") + Lower(Sort);
        }

        if (State is TdxState state)
        {
            parts["state"] = Lower(state);
        }

        return QueryHelpers.AddQueryString("", parts);
    }

    /// <summary>The state after a click on a column's heading: sorted by it, or turned round when it was.</summary>
    public FleetState SortedBy(FleetColumn column) => this with { Sort = column, Descending = Sort == column && !Descending };

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    // Enum.TryParse alone would take numbers too.
    private static T? Word<T>(string word)
        where T : struct, Enum
    {
        foreach (T value in Enum.GetValues<T>())
        {
            if (Lower(value) == word)
            {
                return value;
            }
        }

        return null;
    }
}
