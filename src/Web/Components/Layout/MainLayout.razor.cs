using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Layout;

/// <summary>The frame of every page: app bar, landmarks, the time that is shown, and the legend of provenance marks.</summary>
public sealed partial class MainLayout : IDisposable
{
    private PageBoundary? _boundary;
    private AsOf _asOf = AsOf.Live;
    private IDisposable? _navigation;
    private bool _isChangingTime;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    // A bare "#content" would lead to the base address, because of the base element.
    private string SkipTarget => Nav.Uri.Split('#')[0] + "#content";

    /// <inheritdoc/>
    public void Dispose() => _navigation?.Dispose();

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        _asOf = AsOf.FromUri(Nav.Uri, Time.GetUtcNow());
        _boundary?.Recover();
    }

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender)
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        // Only where there is a time to keep: with a handler the framework takes Back between states that a page made for itself,
        // as the memory map's zoom, for no move at all and loads the page anew.
        if (_asOf.At is null)
        {
            _navigation?.Dispose();
            _navigation = null;
        }
        else
        {
            _navigation ??= Nav.RegisterLocationChangingHandler(KeepTimeAsync);
        }
    }

    private void Show(DateTimeOffset? at)
    {
        _isChangingTime = true;
        try
        {
            Nav.NavigateTo(AsOf.Change(Nav.Uri, at));
        }
        finally
        {
            _isChangingTime = false;
        }
    }

    // Pages know nothing of the time in their own addresses: it stays until somebody changes it.
    private ValueTask KeepTimeAsync(LocationChangingContext context)
    {
        string target = Nav.ToAbsoluteUri(context.TargetLocation).ToString();
        if (_isChangingTime || _asOf.At is not { } at || !target.StartsWith(Nav.BaseUri, StringComparison.Ordinal) || UrlQuery.FromUri(target).Get(AsOf.Name) is not null)
        {
            return ValueTask.CompletedTask;
        }

        context.PreventNavigation();
        int fragment = target.IndexOf('#', StringComparison.Ordinal);
        bool isSamePage = target.Split('?', '#')[0] == Nav.Uri.Split('?', '#')[0];
        // A page that goes to another state of itself may have wanted no new entry, as while somebody types.
        Nav.NavigateTo(AsOf.Change(target, at) + (fragment < 0 ? "" : target[fragment..]),
            new NavigationOptions { ReplaceHistoryEntry = isSamePage && !context.IsNavigationIntercepted, HistoryEntryState = context.HistoryEntryState });
        return ValueTask.CompletedTask;
    }
}
