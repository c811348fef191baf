using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Web.Components.Fleet;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Catalogue;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Components.Pages;

/// <summary>Every host with its state and use of limits. It is loaded from memory, and so needs no waiting state.</summary>
public sealed partial class FleetPage : IAsyncDisposable
{
    private readonly HeldRows _rows = new();
    private PageAddress<FleetState> _address = null!;
    private FleetState _state = FleetState.Default;
    private FleetSearch _search = FleetSearch.All;
    private IReadOnlyList<string> _problems = [];
    private FleetSnapshot _snapshot = null!;
    private FleetSelection _selection = null!;
    private FleetSnapshot? _past;
    private HistorySpan? _span;
    private bool _isLoadingPast;
    private readonly CancellationTokenSource _gone = new();
    private ImmutableHashSet<string> _chosen = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private DateTimeOffset? _timeAsked;
    private DateTimeOffset _now;
    private bool _isFilled;
    private IDisposable? _subscription;
    private RenderTurn? _turn;
    private ITimer? _ages;
    private FleetGrid? _grid;
    private ElementReference _tables;
    private FleetTableScript? _script;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private IFleetProjection Projection { get; set; } = null!;

    [Inject]
    private FleetAtATime FleetThen { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private IModuleCatalogue Catalogue { get; set; } = null!;

    [Inject]
    private ILabelBook Labels { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "q")]
    private string? Query { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? States { get; set; }

    [SupplyParameterFromQuery(Name = "sort")]
    private string? Sorts { get; set; }

    [SupplyParameterFromQuery(Name = "cols")]
    private string? Columns { get; set; }

    [SupplyParameterFromQuery(Name = "density")]
    private string? DensityWord { get; set; }

    [SupplyParameterFromQuery(Name = "sel")]
    private string? Chosen { get; set; }

    [SupplyParameterFromQuery(Name = "pane")]
    private string? Pane { get; set; }

    private string LinkToThis => Nav.BaseUri.TrimEnd('/') + AsOf.Change(_state.At("/"), AsOf.At);

    private string TableFile => Nav.BaseUri.TrimEnd('/') + AsOf.Change((_state with { Selected = [], Pane = "" }).At("/fleet.csv"), AsOf.At);

    private string CountText => string.Create(CultureInfo.InvariantCulture,
        $"{_rows.Hosts.Length:#,0} of {Wording.Count(_snapshot.Hosts.Length, "host")}, sorted by {FleetColumns.SortText(_state.Sorts)}");

    private FleetHost? InPane => _past is not null ? _past.Hosts.FirstOrDefault(host => host.Id == _state.Pane) : Projection.Find(_state.Pane);

    private FleetQuery Wanted => new(_search, _state.States, _state.Sorts);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _gone.Dispose();
        _subscription?.Dispose();
        _turn?.Dispose();
        _ages?.Dispose();
        if (_script is not null)
        {
            await _script.DisposeAsync();
        }
    }

    /// <summary>Told when the pointer or the focus comes into the table (true) and when both have left it (false): rows must not move under either.</summary>
    public void Hold(bool isHeld)
    {
        _rows.IsHeld = isHeld;
        if (!isHeld)
        {
            ShowPending();
            StateHasChanged();
        }
    }

    /// <summary>Told when a person wants another host beside the table, before the browser goes to that address.</summary>
    /// <param name="host">The host's identity; null for none.</param>
    /// <param name="address">That address, path and query.</param>
    public async Task ShowBesideAsync(Guid? host, string address)
    {
        try
        {
            FleetState state = _state with { Pane = host?.ToString("D") ?? "" };
            Apply(new UrlParse<FleetState>(state, _address.Follow(state, address)));
            StateHasChanged();
        }
        catch (Exception e)
        {
            // It would go to the script, which can do nothing about it.
            await DispatchExceptionAsync(e);
        }
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _address = new PageAddress<FleetState>(Nav, "/");
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        // The past does not change.
        _turn = Renders.Join(() => _ = _past is null ? InvokeAsync(RefreshAsync) : Task.CompletedTask);
        _subscription = Projection.Subscribe(hostId =>
        {
            _rows.Note(hostId);
            _turn.Request();
        });
        _ages = Time.CreateTimer(_ => _turn.Request(), null, HeldRows.AgesAfter, HeldRows.AgesAfter);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        UrlParse<FleetState>? asked = _address.Take();
        bool isOtherTime = _timeAsked != AsOf.At, isOther = (asked is not null && Apply(asked)) || isOtherTime;
        if (isOtherTime)
        {
            await ChangeTimeAsync();
        }

        if (asked is not null || isOtherTime)
        {
            await LoadAsync(isOther);
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        // The table's place is not there while no host is, nor while another time loads, so it may come with any render.
        if (RendererInfo.IsInteractive && _script is null && !_isLoadingPast && !_snapshot.Hosts.IsEmpty)
        {
            _script = new FleetTableScript(Hold, ShowBesideAsync);
            await _script.AttachAsync(Js, Assets["js/fleet.js"], _tables);
        }
    }

    /// <returns>Whether other rows, or in another order, are asked for.</returns>
    private bool Apply(UrlParse<FleetState> asked)
    {
        FleetState before = _state, state = asked.State;
        // More chosen hosts than a URL carries are known to the page alone.
        if (state.Selected != before.Selected)
        {
            _chosen = state.Selected.IsEmpty && _chosen.Count > FleetState.MaxSelected ? _chosen : _chosen.Clear().Union(state.Selected);
            state = state with { Selected = [.. _chosen.Order(StringComparer.Ordinal)] };
        }

        _state = state;
        if (_search.Text != state.Search)
        {
            _search = FleetSearch.Parse(state.Search);
        }

        _problems = [.. asked.Problems, .. _search.Problems.Select(problem => problem.ToString())];
        return state.Search != before.Search || !state.States.SequenceEqual(before.States) || !state.Sorts.SequenceEqual(before.Sorts);
    }

    private async Task LoadAsync(bool isOther)
    {
        Load(isOther);
        if (isOther && _script is not null)
        {
            await _script.ToTopAsync();
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            // The live fleet goes on while another time loads, and is not what was asked for.
            if (_isLoadingPast)
            {
                return;
            }

            FleetSelection before = _selection;
            int pendingBefore = _rows.Pending;
            Load(isOther: false);
            bool isSame = ReferenceEquals(before, _selection) || (before.Hosts.Length == _selection.Hosts.Length && before.ByState.All(pair => _selection.ByState[pair.Key] == pair.Value));
            if (isSame && pendingBefore == _rows.Pending && !_rows.Hosts.IsEmpty && IsDrawn())
            {
                return;
            }

            StateHasChanged();
        }
        catch (Exception e)
        {
            // Nobody awaits this call: the framework has to be told, so that the error boundary and the log get it.
            await DispatchExceptionAsync(e);
        }
    }

    private void Load(bool isOther)
    {
        _snapshot = _past ?? Projection.Current;
        _now = _past?.At ?? Time.GetUtcNow();
        _selection = _snapshot.Select(Wanted);
        _rows.Offer(_selection.Hosts, isOther);
        LoseEmptyGrid();
    }

    // The grid goes with its last row; the next one has to find its place again.
    private void LoseEmptyGrid() => (_grid, _isFilled) = _rows.Hosts.IsEmpty ? (null, false) : (_grid, _isFilled);

    // Whether the rows in sight, and the host beside them, already stand there as they are, so that nothing has to be sent.
    private bool IsDrawn() => _rows.IsDrawn([.. _grid?.InSight.Select(Latest) ?? [], .. InPane is { } beside ? [beside] : Array.Empty<FleetHost>()], _now);

    private FleetHost Latest(FleetHost host) => _past is not null ? host : Projection.Find(host.Id) ?? host;

    // The table goes while a past time loads, so that no values stand under a time that is not theirs. Now is there at once: the table stays.
    private async Task ChangeTimeAsync()
    {
        _timeAsked = AsOf.At;
        if (_timeAsked is not { } at)
        {
            (_past, _isLoadingPast) = (null, false);
            return;
        }

        FleetTableScript? script = _script;
        (_isLoadingPast, _grid, _isFilled, _script) = (true, null, false, null);
        if (script is not null)
        {
            await script.DisposeAsync();
        }

        FleetSnapshot? past = await PastAsync(at);
        if (AsOf.At == at)
        {
            (_past, _isLoadingPast) = (past, false);
        }
    }

    private async Task<FleetSnapshot?> PastAsync(DateTimeOffset at)
    {
        try
        {
            FleetSnapshot past = await FleetThen.GetAsync(at, _gone.Token);
            _span = past.Hosts.IsEmpty ? await FleetThen.SpanAsync(_gone.Token) : null;
            return past;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return null; // the page was left while it loaded
        }
    }

    private void ShowPending()
    {
        _rows.Take(_selection.Hosts);
        LoseEmptyGrid();
    }

    private void Filled() => _isFilled = true;

    private IReadOnlyList<SearchHint> Hints()
    {
        (IReadOnlyList<string> groups, IReadOnlyList<string> tags) = Labels.InUse;
        return SearchHints.For(_state.Search, [.. _snapshot.Families], groups, tags, Catalogue.Current.Releases);
    }

    // Typing replaces the history entry: Back leaves the page and does not undo letters.
    private Task SearchAsync(string text) => GoAsync(_state with { Search = text.Length <= FleetSearch.MaxLength ? text : text[..FleetSearch.MaxLength] }, isReplaced: true);

    private Task ShowColumnAsync((FleetColumn Column, bool IsShown) change) => GoAsync(_state.WithColumn(change.Column, change.IsShown));

    private Task SortAsync((FleetColumn Column, bool IsAdded) click) => GoAsync(_state.SortedBy(click.Column, click.IsAdded));

    private Task SelectAsync((string HostId, bool IsChosen) click) => ChooseAsync(click.IsChosen ? _chosen.Add(click.HostId) : _chosen.Remove(click.HostId));

    private Task SelectAllAsync(bool isChosen) => ChooseAsync(isChosen ? [.. _rows.Hosts.Select(host => host.Id)] : []);

    private Task ChooseAsync(ImmutableHashSet<string> chosen)
    {
        _chosen = chosen;
        return GoAsync(_state with { Selected = [.. chosen] }, isReplaced: true);
    }

    // Shown at once: the next change builds upon this one, also before the browser has taken the address.
    private async Task GoAsync(FleetState state, bool isReplaced = false)
    {
        bool isOther = Apply(new UrlParse<FleetState>(state, []));
        _address.Show(_state, isReplaced);
        await LoadAsync(isOther);
    }
}
