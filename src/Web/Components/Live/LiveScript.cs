using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace TdxDash.Web.Components.Live;

/// <summary>The browser's part of the live board, js/live.js: scrolling with the log, desktop notices and sound, all off until somebody wants them.</summary>
/// <param name="log">Told when the script fails.</param>
internal sealed partial class LiveScript(ILogger log) : IAsyncDisposable
{
    // What is asked of a browser whose connection is away is never answered.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _gone = new();
    private IJSObjectReference? _page;
    private bool _hasFailed;

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
        catch (JSException e)
        {
            Fail(e);
        }
    }

    /// <summary>Tells that hosts ended, to whoever wanted to be told.</summary>
    public Task NoticeAsync(string text, bool isFailure) => AskAsync(page => page.InvokeVoidAsync("notice", _gone.Token, text, isFailure));

    /// <summary>Shows the stages that hosts have come to, in the rows that are there.</summary>
    /// <returns>Ends once they are shown, or the browser has not answered for long.</returns>
    public Task ShowAsync(BoardStep[] steps) => AskAsync(page => page.InvokeVoidAsync("show", Patience, (object)steps));

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
        catch (Exception e) when (e is JSDisconnectedException or JSException)
        {
            // The browser is gone, and the script with it; or what it had begun is of no matter any more.
        }

        _gone.Dispose();
    }

    private async Task AskAsync(Func<IJSObjectReference, ValueTask> ask)
    {
        if (_page is null || _hasFailed)
        {
            return;
        }

        try
        {
            await ask(_page);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // The page was left, or its connection is away: it is drawn as a whole once it is back.
        }
        catch (JSException e)
        {
            Fail(e);
        }
    }

    // The board is whole without it, and what failed once in a browser fails at each step.
    private void Fail(JSException e)
    {
        _hasFailed = true;
        ScriptFailed(log, e);
    }

    [LoggerMessage(EventId = 303, Level = LogLevel.Warning,
        Message = "The live board's script failed in a browser. That page goes on without notices, sound and stages between drawings; loading it again brings them back. Report it with the lines below.")]
    private static partial void ScriptFailed(ILogger log, Exception exception);
}
