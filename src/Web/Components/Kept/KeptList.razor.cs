using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.Kept;

/// <summary>Named texts that this browser keeps, plans or views: saved, opened, deleted with an undo. The names are read when <see cref="RefreshAsync"/> is called,
/// that is when the menu around the list is opened.</summary>
public sealed partial class KeptList : IAsyncDisposable
{
    private IReadOnlyList<string>? _names;
    private string _name = "", _problem = "";
    private string? _shown;
    private KeptShelf _shelf = null!;
    private bool _isGone;

    /// <summary>What one of them is: <c>plan</c> or <c>view</c>. Each has a place of its own in the browser.</summary>
    [Parameter, EditorRequired]
    public string Noun { get; set; } = "";

    /// <summary>What is saved.</summary>
    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>The name that is proposed.</summary>
    [Parameter]
    public string Name { get; set; } = "";

    /// <summary>Whether there is something to save.</summary>
    [Parameter]
    public bool CanSave { get; set; } = true;

    /// <summary>Asks for a saved text.</summary>
    [Parameter]
    public EventCallback<string> OnOpen { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    /// <summary>Reads the names anew; another tab may have changed them.</summary>
    public async Task RefreshAsync()
    {
        _names = await _shelf.NamesAsync();
        StateHasChanged();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _isGone = true;
        return _shelf.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => _shelf = NewShelf();

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (Name != _shown)
        {
            (_shown, _name) = (Name, Name);
        }
    }

    private async Task SaveAsync()
    {
        string name = _name.Trim();
        _problem = name.Length == 0 ? $"Give the {Noun} a name first." : await _shelf.SaveAsync(name, Text);
        await RefreshAsync();
    }

    private async Task OpenAsync(string name)
    {
        if (await _shelf.LoadAsync(name) is { } text)
        {
            _problem = "";
            await OnOpen.InvokeAsync(text);
        }
        else
        {
            _problem = $"'{name}' is no longer kept in this browser.";
            await RefreshAsync();
        }
    }

    private async Task RemoveAsync(string name)
    {
        string? text = await _shelf.LoadAsync(name);
        _problem = await _shelf.RemoveAsync(name);
        await RefreshAsync();
        if (text is not null && _problem.Length == 0)
        {
            UndoToast.Offer(Snackbar, $"'{name}' was deleted.", () => InvokeAsync(() => RestoreAsync(name, text)));
        }
    }

    // The offer outlives this list, which goes with its page.
    private async Task RestoreAsync(string name, string text)
    {
        await using KeptShelf shelf = NewShelf();
        string problem = await shelf.SaveAsync(name, text);
        if (!_isGone)
        {
            _problem = problem;
            await RefreshAsync();
        }
    }

    private KeptShelf NewShelf() => new(Js, Assets["js/kept.js"], Noun);
}
