using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace TdxDash.Web.Components.Live;

/// <summary>The browser's part of the live board, js/live.js: scrolling with the log, desktop notices and sound, all off until somebody wants them.</summary>
internal sealed class LiveScript : IAsyncDisposable
{
    // What is asked of a browser whose connection is away is never answered.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _gone = new();
    private IJSObjectReference? _page;

    /// <summary>Loads the script and ties it to the page.</summary>
    public async Task AttachAsync(IJSRuntime js, string module, ElementReference root)
    {
        try
        {
            await using IJSObjectReference loaded = await js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + module);
            _page = await loaded.InvokeAsync<IJSObjectReference>("attach", _gone.Token, root);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it loaded.
        }
    }

    /// <summary>Tells that hosts ended, to whoever wanted to be told.</summary>
    public async Task NoticeAsync(string text, bool isFailure)
    {
        try
        {
            if (_page is not null)
            {
                await _page.InvokeVoidAsync("notice", _gone.Token, text, isFailure);
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left.
        }
    }

    /// <summary>Shows the stages that hosts have come to, in the rows that are there.</summary>
    /// <returns>Ends once they are shown, or the browser has not answered for long.</returns>
    public async Task ShowAsync(BoardStep[] steps)
    {
        try
        {
            if (_page is not null)
            {
                await _page.InvokeVoidAsync("show", Patience, (object)steps);
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The page was left, or its connection is away: it is drawn as a whole once it is back.
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
            if (_page is not null)
            {
                await _page.InvokeVoidAsync("dispose");
                await _page.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the script with it.
        }

        _gone.Dispose();
    }
}
