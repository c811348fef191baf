namespace TdxDash.Web.Components.Url;

/// <summary>What a page shows, as a record that its URL carries whole: a link to the URL shows the same again.
/// <c>Parse(state.ToQuery()).State</c> equals the state.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IUrlState<TSelf>
    where TSelf : IUrlState<TSelf>
{
    /// <summary>Reads a query. It never throws: what is malformed becomes the default, and is named with its value and the remedy.</summary>
    static abstract UrlParse<TSelf> Parse(UrlQuery query);

    /// <summary>Writes the query; only what differs from the default is in it.</summary>
    UrlQuery ToQuery();
}

/// <summary>A state read from a query.</summary>
/// <typeparam name="T">The state's type.</typeparam>
/// <param name="State">The state; defaults stand in for what could not be read.</param>
/// <param name="Problems">What could not be read, a sentence or two each: the part, its value, what to do. Empty when all of it was.</param>
public sealed record UrlParse<T>(T State, IReadOnlyList<string> Problems);
