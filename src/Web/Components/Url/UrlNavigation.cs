using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.Url;

/// <summary>Goes between a page's state and the browser's address.</summary>
public static class UrlNavigation
{
    /// <summary>Reads the state from the address that the browser shows now.</summary>
    public static UrlParse<T> UrlState<T>(this NavigationManager nav)
        where T : IUrlState<T>
    {
        ArgumentNullException.ThrowIfNull(nav);
        return T.Parse(UrlQuery.FromUri(nav.Uri));
    }

    /// <summary>The address of a state of a page: what a link to it says.</summary>
    /// <param name="state">The state.</param>
    /// <param name="path">The page's path, for example <c>/</c>.</param>
    public static string At<T>(this T state, string path)
        where T : IUrlState<T> => path + state.ToQuery();
}
