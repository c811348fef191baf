using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.Url;

/// <summary>The address of a page that changes what it shows at once and tells the browser of it: what the browser says later is older than what the page shows by then.</summary>
/// <typeparam name="T">What the page shows.</typeparam>
/// <param name="nav">Goes to addresses.</param>
/// <param name="path">The page's path, for example <c>/</c>.</param>
public sealed class PageAddress<T>(NavigationManager nav, string path)
    where T : IUrlState<T>
{
    // By what the address says of them, as a state may hold more than that.
    private readonly UnderWay<UrlQuery> _underWay = new();
    private UrlQuery? _known, _asked;
    private string _seen = "";

    /// <summary>What the browser's address asks for where it was not the page that changed it last: at first, after a link, after Back; null where it was, and where nothing changed.</summary>
    public UrlParse<T>? Take()
    {
        if (nav.Uri == _seen)
        {
            return null;
        }

        _seen = nav.Uri;
        UrlParse<T> parse = nav.UrlState<T>();
        UrlQuery query = parse.State.ToQuery();
        if (_underWay.TakeBack(query))
        {
            return null;
        }

        // What could not be read of an address goes with the next change.
        _known = parse.Problems.Count == 0 ? query : null;
        return parse;
    }

    /// <summary>Has the browser show the address of what the page shows from now on; nothing where the address does not change by it.</summary>
    /// <param name="state">What the page shows.</param>
    /// <param name="isReplaced">Whether Back goes past what was shown before.</param>
    public void Show(T state, bool isReplaced)
    {
        UrlQuery query = state.ToQuery();
        if (query.Equals(_known))
        {
            return;
        }

        _known = _asked = query;
        _underWay.Send(query);
        nav.NavigateTo(path + query, new NavigationOptions { ReplaceHistoryEntry = isReplaced });
    }

    /// <summary>Takes that the browser goes to another address by itself, as a script there can for what a person may leave at once: an address that comes from here could call them back from where they went meanwhile.
    /// Only where what was asked for earlier may reach it after that, it is asked to go where the page is once more.</summary>
    /// <param name="state">What the page shows from now on.</param>
    /// <param name="address">Where the browser goes.</param>
    /// <returns>What cannot be read of that address, as <see cref="UrlParse{T}.Problems"/>.</returns>
    public IReadOnlyList<string> Follow(T state, string address)
    {
        UrlParse<T> parse = T.Parse(UrlQuery.FromUri(address));
        UrlQuery query = parse.State.ToQuery();
        if (_asked is not null && _underWay.Has(_asked))
        {
            _underWay.SendFirst(query);
            Show(state, isReplaced: true);
        }
        else
        {
            _known = parse.Problems.Count == 0 ? query : null;
            _underWay.Send(query);
        }

        return parse.Problems;
    }
}
