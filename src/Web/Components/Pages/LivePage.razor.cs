using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Live.Search;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Pages;

/// <summary>Initialisations and updates of a group or of all hosts while they happen: who waits, is updated, is done, has failed; and the log of what was seen.</summary>
public sealed partial class LivePage : IAsyncDisposable
{
    private const int LoadedEvents = 500;
    private const int QuietTicks = 5;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsualWindow = TimeSpan.FromHours(1);

    private readonly CancellationTokenSource _gone = new();
    private readonly BoardVoice _voice = new();
    private LiveState _state = new();
    private FleetSearch _search = FleetSearch.All;
    private IReadOnlyList<string> _problems = [];
    private Board _board = Board.Empty;
    private ImmutableHashSet<string> _chosen = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private DateTimeOffset _opened;
    private DateTimeOffset _now;
    private bool _hasHosts;
    private volatile BoardMoment? _held;
    private int _waiting;
    private int _ticks;
    private BoardLog _log = null!;
    private BoardSteps? _steps;
    private IDisposable? _news;
    private IDisposable? _changes;
    private IDisposable? _fleet;
    private RenderTurn? _turn;
    private ITimer? _clock;
    private ElementReference _root;
    private BoardTable? _table;
    private LiveScript? _script;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private IFleetProjection Projection { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private IReinitView Reinits { get; set; } = null!;

    [Inject]
    private ILabelBook Labels { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private ILogger<LivePage> Log { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "group")]
    private string? Group { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "since")]
    private string? SinceWord { get; set; }

    [SupplyParameterFromQuery(Name = "phase")]
    private string? Phase { get; set; }

    [SupplyParameterFromQuery(Name = "log")]
    private string? LogText { get; set; }

    [SupplyParameterFromQuery(Name = "kinds")]
    private string? Kinds { get; set; }

    private bool IsPaused => _held is not null;

    private DateTimeOffset Since => _state.Since ?? _opened - UsualWindow;

    private string TitleText => _board.Counts[BoardPhase.Updating] + _board.Counts[BoardPhase.Failed] == 0 ? "Live - TdxDash"
        : string.Create(CultureInfo.InvariantCulture, $"{_board.Counts[BoardPhase.Updating]} updating, {_board.Counts[BoardPhase.Failed]} failed - Live - TdxDash");

    private IEnumerable<string> Groups => Labels.InUse.Groups.Append(_state.Group).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal);

    private ImmutableArray<FleetHost> Listed => _state.Shown.IsEmpty ? _board.Hosts : [.. _board.Hosts.Where(host => _state.Shown.Contains(_board.PhaseOf(host)))];

    private IEnumerable<string> Demos => _board.Hosts.Where(host => host.IsDemo && Viewer.May(Role.Operator, host.Id)).Select(host => host.Id);

    private IEnumerable<string> Asked => _chosen.IsEmpty ? Demos : Demos.Where(_chosen.Contains);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
        _news?.Dispose();
        _changes?.Dispose();
        _steps?.Dispose();
        _fleet?.Dispose();
        _turn?.Dispose();
        _clock?.Dispose();
        if (_script is not null)
        {
            await _script.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _opened = Time.GetUtcNow();
        _log = new BoardLog(Time);
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        _turn = Renders.Join(() => _ = InvokeAsync(RefreshAsync), waitsForBrowser: true);
        _news = Reinits.Follow(news =>
        {
            _log.Receive(news);
            if (IsPaused)
            {
                Interlocked.Add(ref _waiting, news.Count);
            }

            _turn.Request();
        });
        _steps = new BoardSteps(Time, hosts => InvokeAsync(() => ShowAsync(hosts)));
        _changes = Reinits.Subscribe(host =>
        {
            if (!IsPaused)
            {
                _steps.See(host);
            }
        });
        _fleet = Projection.Subscribe(_ => _turn.Request());
        _clock = Time.CreateTimer(_ => Turn(), null, Tick, Tick);
        _ = LoadLogAsync();
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        UrlParse<LiveState> parse = Nav.UrlState<LiveState>();
        _state = parse.State;
        if (_search.Text != _state.Search)
        {
            _search = FleetSearch.Parse(_state.Search);
        }

        _problems = [.. parse.Problems, .. _search.Problems.Select(problem => problem.ToString())];
        if (_state.Group.Length > 0 && !Labels.InUse.Groups.Contains(_state.Group))
        {
            _problems = [.. _problems, $"There is no group '{_state.Group}'. Choose another one, or set it on the fleet page."];
        }

        // Who comes onto another board did not end on it.
        _board = Board.Empty;
        _log.Forget();
        Load();
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        _turn?.Drawn();
        if (firstRender && RendererInfo.IsInteractive && AsOf.At is null)
        {
            _script = new LiveScript(Log);
            await _script.AttachAsync(Js, Assets["js/live.js"], _root);
        }
    }

    // The board does not wait for it.
    private Task LoadLogAsync() => UnawaitedAsync(async () =>
    {
        IReadOnlyList<ReinitEvent> events = await Reinits.RecentAsync(LoadedEvents, _gone.Token);
        await InvokeAsync(() => _log.Add(events));
        _turn?.Request();
    });

    private Task RefreshAsync() => UnawaitedAsync(async () =>
    {
        if (AsOf.At is not null)
        {
            _turn?.Drawn();
            return;
        }

        // The feed calls from the store's writer, which must not wait for a page to be drawn.
        await Task.Yield();
        IReadOnlyList<BoardRow> ended = IsPaused ? [] : Load();
        StateHasChanged();
        await NoticeAsync(ended);
    });

    private Task ShowAsync(IReadOnlyCollection<HostReinit> hosts) => UnawaitedAsync(async () =>
    {
        // The feed calls from the store's writer, which must not wait for a page.
        await Task.Yield();
        if (!IsPaused && _script is not null && _table is { } table && hosts.Where(host => table.Shows(host.HostId)).Select(_board.StepOf).OfType<BoardStep>().ToArray() is { Length: > 0 } steps)
        {
            await _script.ShowAsync(steps);
        }
    });

    // Nobody awaits these: the framework has to be told of what fails, so that the error boundary and the log get it.
    private async Task UnawaitedAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left meanwhile.
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    // Clocks move each second while there is one; else only ages do, and a change that comes is not to wait for a drawing that shows nothing.
    private void Turn()
    {
        if (_board.Counts[BoardPhase.Updating] > 0 || _log.HasUnlisted || ++_ticks % QuietTicks == 0)
        {
            _turn?.Request();
        }
    }

    private async Task NoticeAsync(IReadOnlyList<BoardRow> ended)
    {
        if (ended.Count > 0 && _script is not null)
        {
            await _script.NoticeAsync(BoardVoice.Summary(ended, NameOf), ended.Any(row => row.Phase == BoardPhase.Failed));
        }
    }

    /// <returns>The hosts that ended since the last time.</returns>
    private IReadOnlyList<BoardRow> Load()
    {
        if (!IsPaused)
        {
            _log.TakeReceived();
        }

        BoardMoment moment = _held ?? BoardMoment.Of(Projection, Reinits, Time);
        _now = moment.Now;
        _hasHosts = !moment.Fleet.Hosts.IsEmpty;
        ImmutableArray<FleetHost> hosts = moment.Fleet.Select(new FleetQuery(_search, [], [])).Hosts;
        Board before = _board;
        _board = Board.Of(_state.Group.Length == 0 ? hosts : [.. hosts.Where(IsInGroup)], moment.Find, Since);
        IReadOnlyList<BoardRow> ended = _board.EndedSince(before);
        _voice.Hear(_board, ended, _now, NameOf);
        List();
        return ended;
    }

    private bool IsInGroup(FleetHost host) => _state.Group.Length == 0 || host.Labels.Group?.ToString() == _state.Group;

    private void List() => _log.List(_board.Hosts, seen => Projection.Find(seen.HostId) is { } host && IsInGroup(host) && _search.Matches(host, _now)
        && (_state.Kinds.IsEmpty || _state.Kinds.Contains(SeenKinds.Of(seen.Seen)))
        && (_state.Log.Length == 0 || NameOf(seen.HostId).Contains(_state.Log, StringComparison.OrdinalIgnoreCase) || SeenKinds.Text(seen.Seen).Contains(_state.Log, StringComparison.OrdinalIgnoreCase)));

    private string NameOf(string hostId) => Projection.Find(hostId) is { } host ? Wording.HostName(host.Summary.Name) : hostId;

    private async Task PauseAsync()
    {
        bool pauses = !IsPaused;
        _held = null;
        IReadOnlyList<BoardRow> ended = Load();
        if (pauses)
        {
            Volatile.Write(ref _waiting, 0);
            _held = BoardMoment.Held(Projection, Reinits, Time);
        }

        await NoticeAsync(ended);
    }

    private void Choose((string HostId, bool IsChosen) click) => _chosen = click.IsChosen ? _chosen.Add(click.HostId) : _chosen.Remove(click.HostId);

    private void ChooseAll(bool isChosen) => _chosen = isChosen ? [.. Demos] : [];

    private void ChooseGroup(ChangeEventArgs e) => Go(_state with { Group = e.Value?.ToString() ?? "" });

    private void Search(ChangeEventArgs e)
    {
        string text = e.Value?.ToString() ?? "";
        Go(_state with { Search = text.Length <= FleetSearch.MaxLength ? text : text[..FleetSearch.MaxLength] });
    }

    private void CountFromNow() => Go(_state with { Since = UrlTime.Whole(Time.GetUtcNow()) });

    private void Go(LiveState state) => Nav.NavigateTo(state.At("/live"));

    private static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
