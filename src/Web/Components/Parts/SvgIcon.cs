using System.Collections.Concurrent;
using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.Parts;

/// <summary>Icons of the library as HTML that is made once and shared by all pages. An open page remembers of it one thing; of the library's own component it would remember
/// some kilobytes, and a page has a hundred icons.</summary>
internal static class SvgIcon
{
    private static readonly ConcurrentDictionary<string, MarkupString> Made = new(StringComparer.Ordinal);

    /// <summary>An icon that stands beside a word, which says the same.</summary>
    /// <param name="icon">One of <see cref="MudBlazor.Icons"/>.</param>
    public static MarkupString Of(string icon) => Made.GetOrAdd(icon, paths => new MarkupString(
        $"<svg class=\"mud-icon-root mud-svg-icon mud-icon-size-medium icon\" focusable=\"false\" viewBox=\"0 0 24 24\" role=\"img\" aria-hidden=\"true\">{paths}</svg>"));
}
