using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Tdx.Planning;

namespace TdxDash.Web.Components.Planning;

/// <summary>The browser's part of the planner, js/planner.js.</summary>
/// <param name="js">The browser.</param>
/// <param name="address">The script's address.</param>
public sealed class PlanScript(IJSRuntime js, string address) : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private Task<IJSObjectReference>? _module;
    private Task<IJSObjectReference>? _editor;

    /// <summary>Ties the script to the element around the plan's text.</summary>
    /// <param name="root">The element.</param>
    /// <param name="page">Told of what is typed: <c>Typed(text)</c>, or <c>TooLong(length)</c>.</param>
    /// <param name="first">The text that stood there at first: whatever else stands there was typed since, and is told instead of replaced.</param>
    /// <param name="text">The text as it should stand by now.</param>
    public async Task AttachAsync<T>(ElementReference root, DotNetObjectReference<T> page, string first, string text)
        where T : class
    {
        try
        {
            _editor = NewEditorAsync(root, page, first, text);
            await _editor;
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it loaded.
        }
    }

    /// <summary>Puts another text in the place of what stands there.</summary>
    public Task SetAsync(string text) => TellAsync("set", text);

    /// <summary>Marks a part of the text and goes there.</summary>
    /// <param name="position">The first character.</param>
    /// <param name="length">How many.</param>
    public Task MarkAsync(int position, int length) => TellAsync("mark", position, length);

    /// <summary>Hands a file to the browser.</summary>
    public async Task DownloadAsync(string name, string type, string text)
    {
        using var stream = new DotNetStreamReference(new MemoryStream(Encoding.UTF8.GetBytes(text)));
        await AskAsync<object>("download", name, type, stream);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
            if (_editor is { IsCompletedSuccessfully: true })
            {
                await (await _editor).InvokeVoidAsync("dispose");
                await (await _editor).DisposeAsync();
            }

            if (_module is { IsCompletedSuccessfully: true })
            {
                await (await _module).DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the script with it.
        }

        _gone.Dispose();
    }

    private async Task<IJSObjectReference> NewEditorAsync<T>(ElementReference root, DotNetObjectReference<T> page, string first, string text)
        where T : class
    {
        IJSObjectReference module = await ModuleAsync();
        return await module.InvokeAsync<IJSObjectReference>("attach", _gone.Token, root, page, PlanText.MaxLength, first, text);
    }

    private Task<IJSObjectReference> ModuleAsync() => _module ??= js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + address).AsTask();

    private async Task TellAsync(string what, params object?[] with)
    {
        try
        {
            // What comes while the script is still on its way waits for it.
            if (_editor is not null)
            {
                await (await _editor).InvokeVoidAsync(what, _gone.Token, with);
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task<T?> AskAsync<T>(string what, params object?[] with)
        where T : class
    {
        try
        {
            IJSObjectReference module = await ModuleAsync();
            return await module.InvokeAsync<T?>(what, _gone.Token, with);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            return null; // the page was left
        }
    }
}
