using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Metadata;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Catalogue;

namespace TdxDash.Web.Components.Pages;

/// <summary>The module catalogue in use: what is known for each CPU family, and where from.</summary>
public sealed partial class CataloguePage : IDisposable
{
    private RenderTurn? _turn;

    [Inject]
    private IModuleCatalogue Catalogue { get; set; } = null!;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    private CatalogueState State => Catalogue.State;

    private IReadOnlyList<ModuleRelease> Unplaced => [.. Catalogue.Current.Releases.Where(release => release.Families.Count == 0)];

    /// <inheritdoc/>
    public void Dispose()
    {
        Catalogue.Changed -= Ask;
        _turn?.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (RendererInfo.IsInteractive)
        {
            _turn = Renders.Join(() => _ = InvokeAsync(StateHasChanged));
            Catalogue.Changed += Ask;
        }
    }

    private void Ask() => _turn?.Request();
}
