using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace TdxDash.Web.Components.Layout;

/// <summary>The frame of every page: app bar, landmarks, and the legend of provenance marks.</summary>
public partial class MainLayout
{
    private ErrorBoundary? _boundary;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    // A bare "#content" would lead to the base address, because of the base element.
    private string SkipTarget => Nav.Uri.Split('#')[0] + "#content";

    /// <inheritdoc/>
    protected override void OnParametersSet() => _boundary?.Recover();
}
