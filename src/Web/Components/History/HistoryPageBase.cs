using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.History;

/// <summary>What both history pages do alike: their state in the URL, the zone, the feed, and loading that may be overtaken.</summary>
public abstract class HistoryPageBase : ComponentBase, IDisposable
{
    /// <summary>How many lines a page of changes has.</summary>
    protected const int PageLength = 50;

    private readonly CancellationTokenSource _gone = new();
    private IDisposable? _subscription;
    private IDisposable? _live;
    private RenderTurn? _turn;
    private RenderGate? _gate;
    private HistoryState _wanted = new();
    private int _loads;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    /// <summary>The feed of histories.</summary>
    [Inject]
    protected IHistoryFeed Feed { get; set; } = null!;

    /// <summary>The browser's address.</summary>
    [Inject]
    protected NavigationManager Nav { get; set; } = null!;

    /// <summary>The dashboard's time.</summary>
    [Inject]
    protected TimeProvider Time { get; set; } = null!;

    /// <summary>The annotations.</summary>
    [Inject]
    protected IAnnotations Annotations { get; set; } = null!;

    /// <summary>The time that is shown: what came later is left out, and nothing moves.</summary>
    [CascadingParameter]
    protected AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "range")]
    private string? RangeWord { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? From { get; set; }

    [SupplyParameterFromQuery(Name = "to")]
    private string? To { get; set; }

    [SupplyParameterFromQuery(Name = "tz")]
    private string? Zone { get; set; }

    [SupplyParameterFromQuery(Name = "kinds")]
    private string? Kinds { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private string? PageWord { get; set; }

    /// <summary>What the page shows; together with what was loaded for it, so that no range stands beside the window of another.</summary>
    protected HistoryState State { get; private set; } = new();

    /// <summary>What was wrong with the address.</summary>
    protected IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>How times are written.</summary>
    protected ZoneClock Clock { get; private set; } = ZoneClock.Utc;

    /// <summary>The time up to which the page knows.</summary>
    protected DateTimeOffset Now { get; private set; }

    /// <summary>Whether the first answer is still awaited.</summary>
    protected bool IsLoading { get; private set; } = true;

    /// <summary>A time that a person chose to annotate.</summary>
    protected TimeWindow? Proposed { get; set; }

    /// <summary>The page's path.</summary>
    protected abstract string Path { get; }

    /// <summary>The least time between two loads that nobody asked for; never less than that between two renders of a circuit.</summary>
    protected virtual TimeSpan RefreshInterval => TimeSpan.Zero;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what runs.</summary>
    /// <param name="disposing">Whether it was asked for.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _subscription?.Dispose();
            _live?.Dispose();
            _gate?.Dispose();
            _turn?.Dispose();
            _gone.Cancel();
            _gone.Dispose();
        }
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        _turn = Renders.Join(() => _ = AsOf.At is null ? InvokeAsync(RefreshAsync) : Task.CompletedTask);
        _gate = new RenderGate(Time, RefreshInterval, _turn.Request);
        _subscription = Feed.Subscribe(hostIds =>
        {
            if (hostIds.Count == 0 || IsAbout(hostIds))
            {
                _gate.Request();
            }
        });
        _live = Follow(_gate.Request);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        UrlParse<HistoryState> parse = Nav.UrlState<HistoryState>();
        (_wanted, Problems) = (parse.State, parse.Problems);
        if (AsOf.At is { } at && _wanted.Custom is { } custom && custom.From >= at)
        {
            Problems = [.. Problems, $"'from' in the address is not before the time that is shown, {UrlTime.Write(at)}: give an earlier start, or go back to live. All times until then are shown."];
            _wanted = _wanted.Over(HistoryRange.All);
        }

        await LoadOnceAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        string wanted = State.IsLocal ? "local" : "UTC";
        if (!RendererInfo.IsInteractive || (wanted == "UTC") == (Clock.Name == "UTC"))
        {
            return;
        }

        Clock = State.IsLocal ? await LocalClockAsync() : ZoneClock.Utc;
        if (Clock.Name != "UTC" || !State.IsLocal)
        {
            StateHasChanged();
        }
    }

    /// <summary>Whether the page shows any of these hosts.</summary>
    protected abstract bool IsAbout(IReadOnlyCollection<string> hostIds);

    /// <summary>Follows what else makes the page show more; null for nothing.</summary>
    protected abstract IDisposable? Follow(Action request);

    /// <summary>Loads what the state asks for, and gives what shows it once no later load has overtaken it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="now">The dashboard's time.</param>
    /// <param name="cancellation">Ends the work.</param>
    protected abstract Task<Action> LoadAsync(HistoryState state, DateTimeOffset now, CancellationToken cancellation);

    /// <summary>Goes to another state.</summary>
    protected void Go(HistoryState state) => Nav.NavigateTo(state.At(Path));

    /// <summary>Goes to a window.</summary>
    protected void Zoom(TimeWindow window) => Go(State.Over(window));

    /// <summary>Proposes a time to annotate.</summary>
    protected void Propose(TimeWindow window) => Proposed = window;

    /// <summary>Loads anew.</summary>
    protected async Task RefreshAsync()
    {
        try
        {
            await LoadOnceAsync();
            StateHasChanged();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Nobody awaits this call: the framework has to be told, so that the error boundary and the log get it.
            await DispatchExceptionAsync(e);
        }
    }

    /// <summary>The window of a state. What came after the time that is shown is not in it.</summary>
    /// <param name="state">The state.</param>
    /// <param name="span">How far the history reaches.</param>
    /// <param name="now">The end of what is known.</param>
    protected TimeWindow WindowOf(HistoryState state, HistorySpan span, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Custom is not { } custom ? HistoryRanges.Resolve(state.Range, span, now)
            : AsOf.At is { } at && custom.To > at ? new TimeWindow(custom.From, at.AddMicroseconds(1))
            : custom;
    }

    private async Task LoadOnceAsync()
    {
        int load = ++_loads;
        DateTimeOffset now = AsOf.At ?? Time.GetUtcNow();
        try
        {
            HistoryState wanted = _wanted;
            Action show = await LoadAsync(wanted, now, _gone.Token);
            if (load == _loads)
            {
                (State, Now, IsLoading) = (wanted, now, false);
                show();
            }
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left while it loaded.
        }
    }

    private async Task<ZoneClock> LocalClockAsync()
    {
        try
        {
            await using IJSObjectReference module = await Js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + Assets["js/timeline.js"]);
            string id = await module.InvokeAsync<string>("zone", _gone.Token) ?? "";
            if (ZoneClock.Of(id) is { } clock)
            {
                return clock;
            }

            Problems = [.. Problems, $"The browser's time zone '{UrlReader.Shown(id)}' is not known to the dashboard; times are UTC. Install the time zone data (tzdata) where it runs."];
            StateHasChanged();
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it asked.
        }

        return ZoneClock.Utc;
    }
}
