using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Alerts;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Alerts;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Pages;

/// <summary>Alerts that fire, are pending, silenced or resolved; the rules, the silences, and who is told.</summary>
public sealed partial class AlertsPage : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _gone = new();
    private AlertsState _state = new();
    private CancellationToken _left;
    private IReadOnlyList<string> _problems = [];
    private AlertCaller? _caller;
    private AlertList _list = AlertList.Empty;
    private IReadOnlyList<StoredAlert>? _past;
    private IReadOnlyDictionary<long, long> _waiting = new Dictionary<long, long>();
    private AlertRow? _silencing;
    private DateTimeOffset _now;
    private IDisposable? _feed;
    private RenderTurn? _turn;
    private ITimer? _clock;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private IAlertView View { get; set; } = null!;

    [Inject]
    private IFleetProjection Projection { get; set; } = null!;

    [Inject]
    private ILabelBook Labels { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "show")]
    private string? ShowWord { get; set; }

    [SupplyParameterFromQuery(Name = "rule")]
    private string? RuleWord { get; set; }

    [SupplyParameterFromQuery(Name = "group")]
    private string? GroupWord { get; set; }

    [SupplyParameterFromQuery(Name = "host")]
    private string? HostWord { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private string? PageWord { get; set; }

    private string TitleText => _list.Of(new AlertsState(), AlertsPart.Firing).Length is > 0 and var firing
        ? string.Create(CultureInfo.InvariantCulture, $"{firing} firing - Alerts - TdxDash") : "Alerts - TdxDash";

    private ImmutableArray<AlertRow> Shown => _list.Of(_state, _state.Part);

    // A rule of a group tells of the group.
    private ImmutableArray<AlertRule> Rules => [.. View.Rules.Where(rule => rule.Group is null || Viewer.Rights.May(Role.Viewer, rule.Group))];

    private IEnumerable<string> RuleNames => Rules.Select(rule => rule.Name).Append(_state.Rule).Where(name => name.Length > 0).Distinct(StringComparer.Ordinal);

    private IEnumerable<string> Groups => Labels.InUse.Groups.Append(_state.Group).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal);

    private int From => (_state.Page - 1) * AlertsState.PerPage;

    private List<StoredAlert> Past => [.. (_past ?? []).Where(alert => MaySee(alert)
        && (_state.Rule.Length == 0 || alert.RuleName == _state.Rule)
        && (_state.Group.Length == 0 || Labels.Find(alert.HostId).Group?.ToString() == _state.Group)
        && (_state.Host.Length == 0 || alert.HostId == _state.Host || alert.HostName.Contains(_state.Host, StringComparison.OrdinalIgnoreCase)))];

    private List<AlertSilence> Silences => [.. View.Silences.Where(silence => silence.Until > _now
        && (silence.HostId is not { } host || _caller!.Rights.May(Role.Viewer, Labels.Find(host).Group))
        && (silence.Group is not { } group || _caller!.Rights.May(Role.Viewer, group)))];

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        _feed?.Dispose();
        _turn?.Dispose();
        _clock?.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _left = _gone.Token;
        if (RendererInfo.IsInteractive)
        {
            _turn = Renders.Join(() => _ = InvokeAsync(RefreshAsync));
            _feed = View.Subscribe(_turn.Request);
            _clock = Time.CreateTimer(_ => _turn.Request(), null, Tick, Tick);
        }
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        UrlParse<AlertsState> parse = Nav.UrlState<AlertsState>();
        _state = parse.State;
        _problems = _state.Rule.Length > 0 && !Rules.Any(rule => rule.Name == _state.Rule)
            ? [.. parse.Problems, $"There is no rule '{UrlReader.Shown(_state.Rule)}' (any more). Choose another one."] : parse.Problems;
        await LoadAsync();
    }

    private static string Text(ChangeEventArgs e) => e.Value?.ToString() ?? "";

    private bool MaySee(StoredAlert alert) => _caller!.Rights.May(Role.Viewer, Labels.Find(alert.HostId).Group);

    private async Task LoadAsync()
    {
        if (AsOf.At is not null)
        {
            return;
        }

        // Anew each time: sessions end, and rights change.
        _caller = new AlertCaller(Viewer.Actor, Viewer.Rights);
        _now = Time.GetUtcNow();
        _list = AlertList.Of(View, Projection, Labels, _caller.Rights, _now);
        if (_state.Part == AlertsPart.Resolved)
        {
            _past = await View.PastAsync(_left);
        }
        else if (_state.Part == AlertsPart.Targets)
        {
            _waiting = await View.WaitingAsync(_left);
        }
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

    private void Go(AlertsState state) => Nav.NavigateTo(state.At("/alerts"));

    private string NameOf(string hostId) => Projection.Find(hostId) is { } host ? Wording.HostName(host.Summary.Name) : hostId;

    private string Count(AlertsPart part) => part switch
    {
        AlertsPart.Resolved => "Resolved",
        AlertsPart.Rules => Wording.Count(Rules.Length, "rule"),
        AlertsPart.Silences => Wording.Count(Silences.Count, "silence"),
        AlertsPart.Targets => Wording.Count(View.Targets.Length, "target"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{_list.Of(_state, part).Length:#,0} {part.ToString().ToLowerInvariant()}"),
    };
}
