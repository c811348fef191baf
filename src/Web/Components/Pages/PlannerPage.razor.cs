using System.Collections.Immutable;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Components.Planning;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Pages;

/// <summary>Plans of machines that need not exist: inputs left, results right, the map below, live while somebody types; up to four side by side.</summary>
public sealed partial class PlannerPage : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private readonly List<PlanSheet> _sheets = [];
    private PlanScript _script = null!;
    // What the address said last, what was taken from it or written to it last, and what was written and has not come back yet.
    private PlannerState? _seen, _taken;
    private readonly List<PlannerState> _underWay = [];
    private PlanOrigin? _origin;
    private SnapshotRef? _host;
    private (SnapshotRef? Host, DateTimeOffset? At) _loaded;
    private IReadOnlyList<string> _problems = [];
    private MapState _map = new();
    private int _edited;
    private bool _isLoading;

    [Inject]
    private SnapshotFinder Finder { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "plan")]
    private string? Plan { get; set; }

    [SupplyParameterFromQuery(Name = "a")]
    private string? A { get; set; }

    [SupplyParameterFromQuery(Name = "b")]
    private string? B { get; set; }

    [SupplyParameterFromQuery(Name = "c")]
    private string? C { get; set; }

    [SupplyParameterFromQuery(Name = "d")]
    private string? D { get; set; }

    [SupplyParameterFromQuery(Name = "edit")]
    private string? EditedLetter { get; set; }

    [SupplyParameterFromQuery(Name = "host")]
    private string? HostName { get; set; }

    private PlanSheet Sheet => _sheets[_edited];

    // A host's own plan is not repeated: its name says the same, however long the plan is.
    private PlannerState State => new()
    {
        Plans = [.. _sheets.Select((sheet, place) => place == 0 && _origin is not null && sheet.Text == _origin.Text ? "" : sheet.Text)],
        Edited = _edited,
        Host = _host,
    };

    private string Link => Nav.BaseUri.TrimEnd('/') + AsOf.Change(State.At("/planner"), AsOf.At);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        _sheets.ForEach(sheet => sheet.Dispose());
        await _script.DisposeAsync();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _script = new PlanScript(Js, Assets["js/planner.js"]);
        _sheets.Add(NewSheet());
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        UrlParse<PlannerState> parse = Nav.UrlState<PlannerState>();
        bool isOtherTime = parse.State.Host is not null && _loaded != (parse.State.Host, AsOf.At);
        if (parse.State.Equals(_seen) && !isOtherTime)
        {
            return;
        }

        _seen = parse.State;
        int echo = _underWay.LastIndexOf(parse.State);
        if (echo >= 0 && !isOtherTime)
        {
            // Older than what stands in the box by now: whoever types on must not lose letters to it.
            _underWay.RemoveRange(0, echo + 1);
            return;
        }

        _underWay.Clear();
        (_taken, _problems) = (parse.State, parse.Problems);
        try
        {
            await TakeAsync(parse.State);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left while it loaded.
        }
    }

    private async Task TakeAsync(PlannerState state)
    {
        PlanOrigin? origin = state.Host is null ? null : _loaded == (state.Host, AsOf.At) ? _origin : await LoadAsync(state.Host);
        if (!ReferenceEquals(_taken, state))
        {
            return;
        }

        (_origin, _host, _loaded) = (origin, state.Host, (state.Host, AsOf.At));
        while (_sheets.Count < state.Plans.Length)
        {
            _sheets.Add(NewSheet());
        }

        while (_sheets.Count > state.Plans.Length)
        {
            _sheets[^1].Dispose();
            _sheets.RemoveAt(_sheets.Count - 1);
        }

        _edited = state.Edited;
        ImmutableArray<string> texts = state.Plans[0].Length == 0 && origin is not null ? state.Plans.SetItem(0, origin.Text) : state.Plans;
        bool isOther = !ReferenceEquals(_sheets[0].Origin, origin);
        _sheets[0].Origin = origin;
        await Task.WhenAll(_sheets.Select((sheet, place) => sheet.Text != texts[place] || (isOther && place == 0) ? ChangeAsync(sheet, texts[place]) : Task.CompletedTask));
    }

    private async Task<PlanOrigin?> LoadAsync(SnapshotRef host)
    {
        _isLoading = true;
        (FoundSnapshot? found, string? problem) = await Finder.FindAsync(host.HostId, host.At ?? AsOf.At, host.Revision, _gone.Token);
        Reading<PlanMachine>? machine = found is null ? null : await Task.Run(() => PlanMachine.From(found.Snapshot), _gone.Token);
        _isLoading = false;
        if (machine is null || !machine.TryGet(out PlanMachine? known))
        {
            string why = machine is null ? problem! : $"There is no plan of {found!.Snapshot.Host.Name.Or(host.HostId)}: {machine.Reason} {machine.Remedy}".TrimEnd();
            _problems = [.. _problems, why];
            return null;
        }

        return new PlanOrigin(host.HostId, found!.Snapshot.Host.Name.Or("") ?? "", known, PlanText.Write(PlanImports.ToSpec(known)));
    }

    private PlanSheet NewSheet() => new(() => _ = InvokeAsync(StateHasChanged), RendererInfo.IsInteractive);

    // Nobody awaits the search that follows: the framework has to be told of what fails, so that the error boundary and the log get it.
    private async Task ChangeAsync(PlanSheet sheet, string text)
    {
        try
        {
            await sheet.ChangeAsync(text);
        }
        catch (Exception e)
        {
            await DispatchExceptionAsync(e);
        }
    }

    // Typing replaces the history entry: Back leaves the page and does not undo letters.
    private async Task TakeTextAsync(string text, bool isTyped)
    {
        if (text.Length > PlanText.MaxLength)
        {
            Sheet.Refuse(text.Length);
            return;
        }

        if (_edited == 0 && string.IsNullOrWhiteSpace(text))
        {
            // An empty plan beside a host would be the host's own again.
            (_host, _origin, Sheet.Origin) = (null, null, null);
        }

        Task change = ChangeAsync(Sheet, text);
        Write(isReplaced: isTyped);
        await change;
    }

    // While somebody writes on in a log, Back need not go through each of its states.
    private Task TakeSourceAsync(PlanSource source)
    {
        bool follows = Sheet.Origin is { HostId: "" };
        if (source.Text.Length <= PlanText.MaxLength)
        {
            Sheet.Origin = source is { IsWritten: false, Machine: { } machine } ? new PlanOrigin("", "", machine, source.Text) : null;
            (_host, _origin) = _edited == 0 ? (null, null) : (_host, _origin);
        }

        return TakeTextAsync(source.Text, isTyped: follows);
    }

    private void Edit(int place)
    {
        _edited = place;
        Write(isReplaced: true);
    }

    private async Task AddAsync()
    {
        PlanSheet copy = NewSheet();
        string text = Sheet.Text;
        _sheets.Add(copy);
        _edited = _sheets.Count - 1;
        Task change = ChangeAsync(copy, text);
        Write(isReplaced: false);
        await change;
    }

    private Task RemoveAsync(int place)
    {
        _sheets[place].Dispose();
        _sheets.RemoveAt(place);
        if (place == 0)
        {
            (_host, _origin) = (null, null);
        }

        _edited = Math.Min(_edited, _sheets.Count - 1);
        Write(isReplaced: false);
        return Task.CompletedTask;
    }

    private void Write(bool isReplaced)
    {
        _taken = State;
        _problems = [];
        if (!_taken.Equals(_underWay.Count > 0 ? _underWay[^1] : _seen))
        {
            _underWay.Add(_taken);
        }

        Nav.NavigateTo(AsOf.Change(_taken.At("/planner"), AsOf.At), new NavigationOptions { ReplaceHistoryEntry = isReplaced });
    }
}
