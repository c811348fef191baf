using Microsoft.AspNetCore.Components;

namespace TdxDash.Web.Components.Host;

/// <summary>All that one page of a host shows below its header.</summary>
public partial class HostReport
{
    private (HostView?, HostTab, bool) _rendered;

    /// <summary>The host's identity.</summary>
    [Parameter, EditorRequired]
    public string HostId { get; set; } = "";

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    /// <summary>The page.</summary>
    [Parameter, EditorRequired]
    public HostTab Tab { get; set; }

    /// <summary>Whether the host has been silent for so long that its values must not look current.</summary>
    [Parameter]
    public bool IsStale { get; set; }

    // The page renders every second for its ages, and a map of thousands of regions changes only with its snapshot.
    /// <inheritdoc/>
    protected override bool ShouldRender() => _rendered != (View, Tab, IsStale);

    /// <inheritdoc/>
    protected override void OnAfterRender(bool firstRender) => _rendered = (View, Tab, IsStale);
}
