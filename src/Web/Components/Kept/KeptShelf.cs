using Microsoft.JSInterop;

namespace TdxDash.Web.Components.Kept;

/// <summary>Named texts of one kind that this browser keeps; js/kept.js.</summary>
/// <param name="js">The browser.</param>
/// <param name="address">The script's address.</param>
/// <param name="noun">What one of them is: <c>plan</c>.</param>
internal sealed class KeptShelf(IJSRuntime js, string address, string noun) : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private Task<IJSObjectReference>? _module;

    /// <summary>The names of those that are kept, in order.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync() => await AskAsync<string[]>("names", noun) ?? [];

    /// <summary>The text of a name; null where none of that name is kept any more.</summary>
    public Task<string?> LoadAsync(string name) => AskAsync<string>("load", noun, name);

    /// <summary>Keeps a text, in the place of one of the same name.</summary>
    /// <returns>What is wrong; empty for nothing.</returns>
    public async Task<string> SaveAsync(string name, string text) => await AskAsync<string>("save", noun, name, text) ?? "";

    /// <summary>Keeps a text no longer.</summary>
    /// <returns>What is wrong; empty for nothing.</returns>
    public async Task<string> RemoveAsync(string name) => await AskAsync<string>("remove", noun, name) ?? "";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
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

    private async Task<T?> AskAsync<T>(string what, params object?[] with)
        where T : class
    {
        try
        {
            IJSObjectReference module = await (_module ??= js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + address).AsTask());
            return await module.InvokeAsync<T?>(what, _gone.Token, with);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            return null; // the page was left
        }
    }
}
