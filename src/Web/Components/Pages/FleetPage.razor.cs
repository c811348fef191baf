using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live;

namespace TdxDash.Web.Components.Pages;

/// <summary>Every host with its state and use of limits. It is loaded from memory, and so needs no waiting state.</summary>
public sealed partial class FleetPage : IDisposable
{
    // Ages are written in whole seconds.
    private static readonly TimeSpan AgeInterval = TimeSpan.FromSeconds(1);

    private IReadOnlyList<FleetRow> _all = [];
    private IReadOnlyList<FleetRow> _rows = [];
    private FleetState _state = FleetState.Default;
    private bool _orderHeld;
    private IDisposable? _subscription;
    private RenderGate? _gate;
    private ITimer? _ages;

    [Inject]
    private IFleetView FleetView { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sort { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription?.Dispose();
        _gate?.Dispose();
        _ages?.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        _gate = new RenderGate(Time, RenderGate.PageInterval, () => _ = InvokeAsync(RefreshAsync));
        _subscription = FleetView.Subscribe(_ => _gate.Request());
        _ages = Time.CreateTimer(_ => _gate.Request(), null, AgeInterval, AgeInterval);
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        _state = FleetState.FromQuery(new Uri(Nav.Uri).Query);
        _rows = [];
        Load();
    }

    private async Task RefreshAsync()
    {
        try
        {
            Load();
            StateHasChanged();
        }
        catch (Exception e)
        {
            // Nobody awaits this call: the framework has to be told, so that the error boundary and the log get it.
            await DispatchExceptionAsync(e);
        }
    }

    private void Load()
    {
        IReadOnlyCollection<HostEntry> hosts = FleetView.Hosts;
        DateTimeOffset now = Time.GetUtcNow();
        _all = FleetRow.Select(hosts, FleetState.Default, now);
        IReadOnlyList<FleetRow> rows = FleetRow.Select(hosts, _state, now);
        _rows = _orderHeld ? FleetRow.InOrderOf(_rows, rows) : rows;
    }

    private void Hold(bool held)
    {
        _orderHeld = held;
        Load();
    }

    // Typing replaces the history entry: Back leaves the page and does not undo letters.
    private void Filter(string? text) =>
        Nav.NavigateTo("/" + (_state with { Query = text ?? "" }).ToQuery(), new NavigationOptions { ReplaceHistoryEntry = true });
}
