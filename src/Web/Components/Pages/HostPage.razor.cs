using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Pages;

/// <summary>One host, by pages: what it is, why it is not ready, its memory map, metadata and PAMT; kept up to date while it is open.</summary>
public sealed partial class HostPage : IDisposable
{
    private static readonly TimeSpan AgeInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _gone = new();
    private HostEntry? _entry;
    private HostView? _view;
    private SnapshotHash? _shown;
    private (string HostId, SnapshotHash Hash)? _underWay;
    private bool _loading = true;
    private AsOf _time = AsOf.Live;
    private IDisposable? _subscription;
    private RenderTurn? _turn;
    private ITimer? _ages;

    /// <summary>The host's identity, from the address.</summary>
    [Parameter]
    public string HostId { get; set; } = "";

    /// <summary>Which page of the host, from the address; the overview without it.</summary>
    [Parameter]
    public string? Tab { get; set; }

    /// <summary>Turns a snapshot into what is shown.</summary>
    [Parameter]
    public Func<Snapshot, HostView> ViewOf { get; set; } = HostView.From;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private IFleetView FleetView { get; set; } = null!;

    [Inject]
    private ISnapshotArchive Archive { get; set; } = null!;

    [Inject]
    private IFleetHistory History { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private DateTimeOffset Now => AsOf.At ?? Time.GetUtcNow();

    private bool IsDemo => _entry?.Summary.Origin == Origin.Demo;

    // History is a page of its own, which this one never stands for.
    private HostTab? Shown => HostTabs.Find(Tab) is HostTab tab and not HostTab.History ? tab : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription?.Dispose();
        _turn?.Dispose();
        _ages?.Dispose();
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        _turn = Renders.Join(() => _ = AsOf.At is null ? InvokeAsync(RefreshAsync) : Task.CompletedTask);
        _subscription = FleetView.Subscribe(changed =>
        {
            if (changed.HostId == HostId)
            {
                _turn.Request();
            }
        });
        _ages = Time.CreateTimer(_ => _turn.Request(), null, AgeInterval, AgeInterval);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_entry?.HostId != HostId || _time != AsOf)
        {
            // Values of another host or time must not stand under this address while it loads.
            (_entry, _view, _shown, _loading, _time) = (null, null, null, true, AsOf);
        }

        await LoadAsync();
    }

    private async Task RefreshAsync()
    {
        try
        {
            await LoadAsync();
            StateHasChanged();
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left while it loaded.
        }
        catch (Exception e)
        {
            // Nobody awaits this call: the framework has to be told, so that the error boundary and the log get it.
            await DispatchExceptionAsync(e);
        }
    }

    private async Task LoadAsync()
    {
        string hostId = HostId;
        AsOf time = AsOf;
        HostEntry? entry = time.At is { } at ? await History.HostAsOfAsync(hostId, at, _gone.Token) : FleetView.Find(hostId);
        if (hostId != HostId || time != AsOf)
        {
            return; // the address changed meanwhile, and its own load is under way
        }

        if (entry is not null && entry.Hash != _shown)
        {
            (string HostId, SnapshotHash Hash) wanted = (hostId, entry.Hash);
            if (_underWay == wanted)
            {
                return; // the page refreshes every second and must not begin the same work again
            }

            _underWay = wanted;
            try
            {
                HostView? view = await ViewAsync(entry);
                if (hostId != HostId || time != AsOf)
                {
                    return; // the address changed meanwhile, and its own load is under way
                }

                if (view is not null)
                {
                    (_view, _shown) = (view, entry.Hash);
                }
                else if (!RendererInfo.IsInteractive)
                {
                    return; // the skeleton stays until the circuit lives
                }
            }
            finally
            {
                _underWay = _underWay == wanted ? null : _underWay;
            }
        }

        _entry = entry;
        _loading = false;
    }

    // A large map is worked out on a worker, so that the circuit goes on meanwhile; before there is a circuit, not at all,
    // or else it would be worked out twice.
    private async Task<HostView?> ViewAsync(HostEntry entry)
    {
        CancellationToken gone = _gone.Token;
        Snapshot? snapshot = AsOf.At is null ? await Archive.LatestAsync(entry.HostId, gone) : await Archive.ReadAsync(entry.Hash, gone);
        if (snapshot is null || !HostView.IsLarge(snapshot))
        {
            return snapshot is null ? null : ViewOf(snapshot);
        }

        return RendererInfo.IsInteractive ? await Task.Run(() => ViewOf(snapshot), gone) : null;
    }
}
