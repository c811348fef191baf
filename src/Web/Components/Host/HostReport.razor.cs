using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.Host;

/// <summary>All that the page of a host shows below its header.</summary>
public partial class HostReport
{
    private HostView? _rendered;

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    // The page renders every second for its ages, and a map of thousands of regions changes only with its snapshot.
    /// <inheritdoc/>
    protected override bool ShouldRender() => !ReferenceEquals(_rendered, View);

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender) => _rendered = View;
}
