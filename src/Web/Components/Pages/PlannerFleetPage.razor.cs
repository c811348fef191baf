using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Planning;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Planning;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Components.Pages;

/// <summary>What TDX costs over the fleet, now or at a time, as it is or with a change on every host. Hosts that change meanwhile are counted and worked in when somebody asks.</summary>
public sealed partial class PlannerFleetPage : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly List<PlannerFleetState> _underWay = [];
    private PlannerFleetState _state = new();
    private PlannerFleetState _answered = new();
    private PlannerFleetState? _planned, _seen;
    private AsOf? _shownAt;
    private FleetPlan? _plan;
    private IReadOnlyList<PlannerFleetRow> _rows = [];
    private IReadOnlyList<string> _problems = [];
    private string _failure = "";
    private bool _isBusy, _hasHosts;
    private int _pending, _loads;
    private IDisposable? _subscription;
    private RenderTurn? _turn;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private FleetAtATime FleetThen { get; set; } = null!;

    [Inject]
    private IFleetProjection Projection { get; set; } = null!;

    [Inject]
    private FleetPlanner Planner { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "price")]
    private string? Price { get; set; }

    [SupplyParameterFromQuery(Name = "module")]
    private string? Module { get; set; }

    [SupplyParameterFromQuery(Name = "dpamt")]
    private string? DynamicPamt { get; set; }

    [SupplyParameterFromQuery(Name = "use")]
    private string? Use { get; set; }

    [SupplyParameterFromQuery(Name = "add")]
    private string? Added { get; set; }

    [SupplyParameterFromQuery(Name = "buy")]
    private string? Bought { get; set; }

    [SupplyParameterFromQuery(Name = "like")]
    private string? Like { get; set; }

    [SupplyParameterFromQuery(Name = "by")]
    private string? By { get; set; }

    // What the results are of: the fields can say more by now.
    private PlannerFleetState Shown => _answered with { Price = _state.Price, By = _state.By };

    private string CsvFile => Nav.BaseUri.TrimEnd('/') + AsOf.Change(_state.At("/planner/fleet.csv"), AsOf.At);

    private string Link => Nav.BaseUri.TrimEnd('/') + AsOf.Change(_state.At("/planner/fleet"), AsOf.At);

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription?.Dispose();
        _turn?.Dispose();
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (RendererInfo.IsInteractive)
        {
            _turn = Renders.Join(() => _ = InvokeAsync(StateHasChanged));
            _subscription = Projection.Subscribe(_ =>
            {
                // The past does not change.
                if (AsOf.At is null && _plan is not null)
                {
                    Interlocked.Increment(ref _pending);
                    _turn.Request();
                }
            });
        }
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        UrlParse<PlannerFleetState> parse = Nav.UrlState<PlannerFleetState>();
        if (_underWay.Count > 0 && parse.State == _seen && AsOf == _shownAt)
        {
            // The same address again: the layout was drawn anew.
            return Task.CompletedTask;
        }

        _seen = parse.State;
        int echo = _underWay.LastIndexOf(parse.State);
        _underWay.RemoveRange(0, echo < 0 ? _underWay.Count : echo + 1);
        if (_underWay.Count > 0)
        {
            // Older than what the fields say by now, which is on its way.
            return Task.CompletedTask;
        }

        var search = FleetSearch.Parse(parse.State.Search);
        _problems = [.. parse.Problems, .. search.Problems.Select(problem => problem.ToString())];
        bool isSame = _planned is not null && AsOf == _shownAt && parse.State with { Price = 0, By = default } == _planned with { Price = 0, By = default };
        (_state, _shownAt) = (parse.State, AsOf);
        // What memory costs, and by what is added up, changes no layout.
        return isSame ? Task.CompletedTask : RefreshAsync();
    }

    private async Task RefreshAsync()
    {
        int load = ++_loads;
        PlannerFleetState asked = _state;
        (_planned, _isBusy, _failure) = (asked, true, "");
        _ = Interlocked.Exchange(ref _pending, 0);
        try
        {
            FleetSnapshot snapshot = await FleetThen.GetAsync(AsOf.At, _gone.Token);
            IReadOnlyList<FleetHost> hosts = snapshot.Select(new FleetQuery(FleetSearch.Parse(asked.Search), [], [])).Hosts;
            FleetPlan plan = await Planner.PlanAsync(hosts, asked.Change, asked.Purchase, _gone.Token);
            if (load == _loads)
            {
                (_plan, _answered, _rows, _hasHosts, _isBusy) = (plan, asked, PlannerFleetRow.ByHeadroom(PlannerFleetRow.Of(hosts, plan)), !snapshot.Hosts.IsEmpty, false);
            }
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left while it was worked out.
        }
        catch (IOException e) when (load == _loads)
        {
            // Asked again, it is tried again.
            (_planned, _failure, _isBusy) = (null, $"{e.Message} Load the page again.", false);
        }
        catch (IOException)
        {
            // A newer question is under way.
        }
    }

    // The next change builds upon this one, also before the browser has taken the address.
    private void Go((PlannerFleetState State, bool IsTyped) change)
    {
        if (change.State != (_underWay.Count > 0 ? _underWay[^1] : _state))
        {
            _underWay.Add(change.State);
        }

        _state = change.State;
        Nav.NavigateTo(AsOf.Change(change.State.At("/planner/fleet"), AsOf.At), new NavigationOptions { ReplaceHistoryEntry = change.IsTyped });
    }
}
