using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Web.Api;

namespace TdxDash.Web.Components.Pages;

/// <summary>The REST API to browse and to try, drawn by the browser from the OpenAPI document.</summary>
public sealed partial class ApiPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private ElementReference _root;
    private IJSObjectReference? _shown;
    private string _failure = "";

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
            if (_shown is not null)
            {
                await _shown.InvokeVoidAsync("dispose");
                await _shown.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and what it showed with it.
        }

        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender || !RendererInfo.IsInteractive)
        {
            return;
        }

        try
        {
            await using IJSObjectReference module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + Assets["js/api-page.js"]);
            _shown = await module.InvokeAsync<IJSObjectReference>("show", _gone.Token, _root, new
            {
                library = Assets["lib/swagger-ui/swagger-ui-bundle.js"],
                styles = new[] { Assets["lib/swagger-ui/swagger-ui.css"], Assets["css/api-page.css"] },
                document = ApiRoutes.DocumentPath,
            });
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it loaded.
        }
        catch (JSException)
        {
            _failure = "The document could not be shown by this browser. Open it as it is by the link above, or read docs/api.md.";
            StateHasChanged();
        }
    }
}
