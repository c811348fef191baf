using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.Host;

/// <summary>The memory map of a host, with what it shows kept in the address.</summary>
public sealed partial class HostMemory : IDisposable
{
    private MapState _state = new();
    private IReadOnlyList<string> _problems = [];

    /// <summary>The host's values.</summary>
    [Parameter, EditorRequired]
    public HostView View { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    private string Title => $"{Wording.HostName(View.Snapshot.Host.Name.Or("") ?? "")} memory map";

    /// <inheritdoc/>
    public void Dispose() => Nav.LocationChanged -= OnLocationChanged;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Nav.LocationChanged += OnLocationChanged;
        Read();
    }

    private void Keep(MapState state) => _state = state;

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e)
    {
        Read();
        _ = InvokeAsync(StateHasChanged);
    }

    // A link outlives the layout that it was made from.
    private IEnumerable<string> Gone(RegionKey? selected) =>
        selected is RegionKey key && View.Map.Regions.All(region => region.Key != key)
            ? [$"This host has no region '{key}', which 'sel' in the address names: its memory or layout changed since, or the link is of another host. Nothing is selected."]
            : [];

    private void Read()
    {
        UrlParse<MapState> parsed = Nav.UrlState<MapState>();
        // Units are remembered by the browser; an address that names none leaves them.
        bool namesUnits = UrlQuery.FromUri(Nav.Uri).Get("units") is not null;
        (_state, _problems) = (namesUnits ? parsed.State : parsed.State with { Units = _state.Units }, [.. parsed.Problems, .. Gone(parsed.State.Selected)]);
    }
}
