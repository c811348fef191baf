using TdxDash.Tdx.Metadata;

namespace TdxDash.Web.Live.Search;

/// <summary>How a search could go on.</summary>
/// <param name="Text">The whole search with the addition.</param>
/// <param name="About">What the addition means.</param>
public sealed record SearchHint(string Text, string About);

/// <summary>Completes the last token of a search: fields by their beginning, then values.</summary>
public static class SearchHints
{
    /// <summary>The most hints at once.</summary>
    public const int Max = 12;

    /// <summary>How a search could go on.</summary>
    /// <param name="text">The search as it was typed.</param>
    /// <param name="families">The CPU families of the fleet.</param>
    /// <param name="groups">The groups in use.</param>
    /// <param name="tags">The tags in use.</param>
    /// <param name="releases">The module releases that are known; null for those that this version came with.</param>
    public static IReadOnlyList<SearchHint> For(
        string text, IReadOnlyList<string> families, IReadOnlyList<string> groups, IReadOnlyList<string> tags, IReadOnlyList<ModuleRelease>? releases = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > FleetSearch.MaxLength)
        {
            return [];
        }

        int start = text.LastIndexOf(' ') + 1;
        (string before, string last) = (text[..start], text[start..]);
        string minus = last.StartsWith('-') ? "-" : "", typed = last[minus.Length..];
        int colon = typed.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return [.. SearchFields.All.Where(field => field.Name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Take(Max)
                .Select(field => new SearchHint($"{before}{minus}{field.Name}:", $"{field.About}, as {field.Example}"))];
        }

        string name = typed[..colon].ToLowerInvariant(), value = typed[(colon + 1)..];
        IEnumerable<string> values = name switch
        {
            "family" => families,
            "group" => groups.Append("none"),
            "tag" => tags,
            "version" => (releases ?? ModuleCatalogue.Shipped.Releases).Select(release => "<" + release.Version),
            _ => SearchFields.Find(name)?.Words ?? [],
        };
        return [.. values.Where(word => word.StartsWith(value, StringComparison.OrdinalIgnoreCase) && word != value).Take(Max)
            .Select(word => new SearchHint($"{before}{minus}{name}:{word}", SearchFields.Find(name)!.About))];
    }
}
