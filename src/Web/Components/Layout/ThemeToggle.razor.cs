using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace TdxDash.Web.Components.Layout;

/// <summary>Steps through the themes system, light and dark; js/theme.js keeps and applies the choice.</summary>
public partial class ThemeToggle
{
    private static readonly string[] Choices = ["system", "light", "dark"];
    private string _choice = Choices[0];

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    private string Next => Choices[(Array.IndexOf(Choices, _choice) + 1) % Choices.Length];

    private string Icon => _choice switch
    {
        "light" => Icons.Material.Filled.LightMode,
        "dark" => Icons.Material.Filled.DarkMode,
        _ => Icons.Material.Filled.Contrast,
    };

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await Js.InvokeAsync<string>("tdxTheme.current") is string stored && stored != _choice && Choices.Contains(stored))
        {
            _choice = stored;
            StateHasChanged();
        }
    }

    private async Task ChooseNextAsync()
    {
        _choice = Next;
        await Js.InvokeVoidAsync("tdxTheme.choose", _choice);
    }
}
