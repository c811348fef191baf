using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace TdxDash.Web.Components.Fleet;

/// <summary>The browser's part of the fleet's table, js/fleet.js.</summary>
/// <param name="hold">Told when pointer or focus come into the table and when both have left it.</param>
/// <param name="showBeside">Told which host a person wants beside the table, null for none, and the address that the browser goes to for it.</param>
internal sealed class FleetTableScript(Action<bool> hold, Func<Guid?, string, Task> showBeside) : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private DotNetObjectReference<FleetTableScript>? _self;
    private IJSObjectReference? _table;

    /// <summary>Loads the script and ties it to the element around the table.</summary>
    public async Task AttachAsync(IJSRuntime js, string module, ElementReference tables)
    {
        _self = DotNetObjectReference.Create(this);
        try
        {
            await using IJSObjectReference loaded = await js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + module);
            _table = await loaded.InvokeAsync<IJSObjectReference>("attach", _gone.Token, tables, _self);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it loaded.
        }
    }

    /// <summary>Scrolls to the first row.</summary>
    public async Task ToTopAsync()
    {
        try
        {
            if (_table is not null)
            {
                await _table.InvokeVoidAsync("toTop", _gone.Token);
            }
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left.
        }
    }

    /// <summary>Called by the script.</summary>
    [JSInvokable]
    public void Hold(bool isHeld) => hold(isHeld);

    /// <summary>Called by the script when a person wants another host beside the table.</summary>
    /// <param name="host">The host's identity; null for none.</param>
    /// <param name="address">Where the browser goes for it, path and query.</param>
    [JSInvokable]
    public Task ShowBeside(Guid? host, string address) => showBeside(host, address);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _self?.Dispose();
        try
        {
            if (_table is not null)
            {
                await _table.InvokeVoidAsync("dispose");
                await _table.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser is gone, and the script with it.
        }

        _gone.Dispose();
    }
}
