using Microsoft.AspNetCore.Components;
using MudBlazor;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.Fleet;

namespace TdxDash.Web.Components.Planning;

/// <summary>The plans that this browser keeps.</summary>
public sealed partial class PlanSaved
{
    private IReadOnlyList<string> _names = [];
    private string _name = "", _problem = "";
    private string? _shown;

    /// <summary>The plan that is saved.</summary>
    [Parameter, EditorRequired]
    public PlanSheet Sheet { get; set; } = null!;

    /// <summary>The browser's part.</summary>
    [Parameter, EditorRequired]
    public PlanScript Script { get; set; } = null!;

    /// <summary>Asks for a saved text.</summary>
    [Parameter]
    public EventCallback<string> OnOpen { get; set; }

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        string named = PlanEdit.Get(Sheet.Text, "name") ?? "";
        if (named != _shown)
        {
            (_shown, _name) = (named, named);
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await RefreshAsync();
        }
    }

    private async Task RefreshAsync()
    {
        _names = await Script.NamesAsync();
        StateHasChanged();
    }

    private async Task SaveAsync()
    {
        string name = _name.Trim();
        _problem = name.Length == 0 ? "Give the plan a name first." : await Script.SaveAsync(name, Sheet.Text);
        await RefreshAsync();
    }

    private async Task OpenAsync(string name)
    {
        if (await Script.LoadAsync(name) is { } text)
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
        string? text = await Script.LoadAsync(name);
        _problem = await Script.RemoveAsync(name);
        await RefreshAsync();
        if (text is null || _problem.Length > 0)
        {
            return;
        }

        Snackbar.Add($"'{name}' was deleted.", Severity.Normal, toast =>
        {
            toast.VisibleStateDuration = (int)SelectionBar.UndoFor.TotalMilliseconds;
            toast.ShowTransitionDuration = toast.HideTransitionDuration = 0;
            toast.RequireInteraction = false;
            toast.Action = "Undo";
            toast.ActionColor = Color.Primary;
            toast.OnClick = _ => InvokeAsync(async () =>
            {
                _problem = await Script.SaveAsync(name, text);
                await RefreshAsync();
            });
        });
    }
}
