using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>The memory map: overview, lanes on one address axis, details, legend, gauges, and the table that says the same. It gets the
/// regions once for each snapshot; js/memory-map draws them and answers pointer and keys without asking the server. Without
/// scripts the table stands alone.</summary>
public sealed partial class MemoryMapView : IAsyncDisposable
{
    // Those of the drawing's heights that css knows.
    private const int MostRows = 24;
    private const int MostNodeLanes = 16;

    private ElementReference _root;
    private DotNetObjectReference<MemoryMapView>? _self;
    private IJSObjectReference? _module;
    private IJSObjectReference? _map;
    private (HostMap? Map, HostMap? Overlay, IReadOnlyList<MapChange>? Changes) _sent;
    private MapState? _known;
    private bool _starting;
    private bool _isGone;
    private string _failure = "";

    /// <summary>The regions.</summary>
    [Parameter, EditorRequired]
    public HostMap Map { get; set; } = null!;

    /// <summary>What is shown.</summary>
    [Parameter]
    public MapState State { get; set; } = new();

    /// <summary>Told when a person changed units, hidden kinds, selection or the table's page. The view is the browser's own.</summary>
    [Parameter]
    public EventCallback<MapState> StateChanged { get; set; }

    /// <summary>A second map, drawn in the lower half of each lane; null for none.</summary>
    [Parameter]
    public HostMap? Overlay { get; set; }

    /// <summary>What the second map is, for its switch: <c>kernel log</c>, <c>after</c>.</summary>
    [Parameter]
    public string OverlayName { get; set; } = "second map";

    /// <summary>Whether the second map is drawn at first.</summary>
    [Parameter]
    public bool ShowOverlay { get; set; }

    /// <summary>What became of regions between two maps, drawn as a lane of its own.</summary>
    [Parameter]
    public IReadOnlyList<MapChange> Changes { get; set; } = [];

    /// <summary>Whether the page's URL follows this map; one map of a page at most.</summary>
    [Parameter]
    public bool WritesUrl { get; set; } = true;

    /// <summary>The title of exports and the name of their files.</summary>
    [Parameter]
    public string Title { get; set; } = "memory map";

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    // As js/memory-map/lanes.js counts them, so that nothing moves when the drawing starts.
    private int Rows
    {
        get
        {
            int nodes = Map.Regions.Where(region => region.Kind == RegionKind.Ram && !State.Hidden.Contains(region.Kind)).Select(region => region.Node ?? 0).Distinct().Count();
            var others = Map.Regions.Select(region => region.Kind).Where(kind => kind != RegionKind.Ram && !State.Hidden.Contains(kind)).Select(LaneOf).Distinct();
            return Math.Min(MostRows, others.Count() + (nodes > MostNodeLanes ? 1 : nodes) + (Changes.Count > 0 ? 1 : 0));
        }
    }

    /// <summary>Called by the drawing after a person changed what the server shows.</summary>
    /// <param name="query">The state, as a query; its view and scale are the browser's own.</param>
    [JSInvokable("StateChanged")]
    public async Task OnStateChangedAsync(string query)
    {
        ArgumentNullException.ThrowIfNull(query);
        MapState told = MapState.Parse(UrlQuery.FromUri(query)).State with { View = State.View, Scale = State.Scale };
        _known = State = told;
        await StateChanged.InvokeAsync(told);
        StateHasChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isGone = true;
        if (_starting)
        {
            return; // the script still is on its way, and is let go when it is here
        }

        _self?.Dispose();
        try
        {
            if (_map is not null)
            {
                await _map.InvokeVoidAsync("dispose");
                await _map.DisposeAsync();
            }

            if (_module is not null)
            {
                await _module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the drawing with it.
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_failure.Length > 0 || _starting || Map.Regions.Count == 0)
        {
            return;
        }

        try
        {
            if (_map is null)
            {
                await StartAsync();
            }
            else
            {
                await UpdateAsync(_map);
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone; a new circuit starts anew.
        }
        catch (JSException e)
        {
            _failure = e.Message.Split('\n')[0];
            StateHasChanged();
        }
    }

    private static RegionKind LaneOf(RegionKind kind) => kind == RegionKind.ReservedPamt ? RegionKind.Hole : kind;

    private async Task StartAsync()
    {
        _starting = true;
        try
        {
            _sent = (Map, Overlay, Changes);
            _known = State;
            _self = DotNetObjectReference.Create(this);
            _module = await Js.InvokeAsync<IJSObjectReference>("import", "./js/memory-map/memory-map.js");
            _map = _isGone ? null : await _module.InvokeAsync<IJSObjectReference>("mount", _root, MapBytes.Write(_sent.Map!), Options(), _self);
        }
        finally
        {
            _starting = false;
        }

        if (_isGone || _map is null)
        {
            await DisposeAsync();
            return;
        }

        // What changed while the module was on its way.
        await UpdateAsync(_map);
    }

    // How far the two maps agree, by kind and range.
    private string Agreement
    {
        get
        {
            HashSet<RegionKey> own = [.. Map.Regions.Select(region => region.Key)];
            int equal = Overlay!.Regions.Count(region => own.Contains(region.Key));
            return string.Create(CultureInfo.InvariantCulture, $"{equal:#,0} of {Wording.Count(Overlay.Regions.Count, "region")} equal");
        }
    }

    private object Options() => new
    {
        query = State.ToQuery().ToString(),
        writesUrl = WritesUrl,
        title = Title,
        changes = Changes.Select(change => change.ToScript()),
        overlayName = OverlayName,
        overlay = Overlay is null ? null : MapBytes.Write(Overlay),
    };

    private async Task UpdateAsync(IJSObjectReference map)
    {
        (HostMap? Map, HostMap? Overlay, IReadOnlyList<MapChange>? Changes) before = _sent;
        _sent = (Map, Overlay, Changes);
        if (!ReferenceEquals(before.Map, Map))
        {
            await map.InvokeVoidAsync("setMap", MapBytes.Write(Map));
        }

        if (!ReferenceEquals(before.Overlay, Overlay))
        {
            await map.InvokeVoidAsync("setOverlay", Overlay is null ? null : MapBytes.Write(Overlay));
        }

        if (!ReferenceEquals(before.Changes, Changes))
        {
            await map.InvokeVoidAsync("setChanges", Changes.Select(change => change.ToScript()));
        }

        if (_known != State)
        {
            _known = State;
            await map.InvokeVoidAsync("setState", State.ToQuery().ToString());
        }
    }
}
