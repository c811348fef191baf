using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Live;

/// <summary>The life of one host's module, live: its last boot and its last update, stage by stage, how they ended and what changed.</summary>
public sealed partial class ReinitPanel : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // The snapshot that shows the new module is delivered beside the observation that says so.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _gone = new();
    private HostReinit? _host;
    private DateTimeOffset _now;
    private DateTimeOffset? _silentSince;
    private IDisposable? _subscription;
    private RenderTurn? _turn;
    private ITimer? _clock;
    private (DateTimeOffset Run, bool IsSettled)? _compared;
    private IReadOnlyList<string> _lines = [];
    private IReadOnlyList<ModuleChange> _layout = [];
    private string? _compare;

    /// <summary>The host.</summary>
    [Parameter, EditorRequired]
    public string HostId { get; set; } = "";

    /// <summary>Whether it is a demo host, whose emulated module can be re-initialised.</summary>
    [Parameter]
    public bool IsDemo { get; set; }

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private IReinitView Reinits { get; set; } = null!;

    [Inject]
    private IFleetView Fleet { get; set; } = null!;

    [Inject]
    private SnapshotFinder Finder { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string Spoken => _host?.State.Latest is not { } run ? ""
        : run.Failure is { } failure ? $"Failed at {StageWords.Name(failure.Stage)}. {failure.AdviceText}"
        : run.Current is { } stage && run.Kind == RunKind.Update ? $"Update: {StageWords.Name(stage)}"
        : run.Outcome == RunOutcome.Verified ? $"Update verified, module {run.After?.Version}" : "";

    private bool IsMoving => _host?.State.Latest is { } run && (run.Outcome == RunOutcome.Running || (_compared is { IsSettled: false } && run.Outcome == RunOutcome.Verified));

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription?.Dispose();
        _turn?.Dispose();
        _clock?.Dispose();
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

        _turn = Renders.Join(() => _ = InvokeAsync(RefreshAsync));
        _subscription = Reinits.Subscribe(changed =>
        {
            if (changed.HostId == HostId)
            {
                _turn.Request();
            }
        });
        _clock = Time.CreateTimer(_ =>
        {
            if (IsMoving)
            {
                _turn.Request();
            }
        }, null, Tick, Tick);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (_host?.HostId != HostId)
        {
            (_compared, _lines, _layout, _compare) = (null, [], [], null);
        }

        Load();
        await CompareAsync();
    }

    private void Load()
    {
        (_host, _now) = (Reinits.Find(HostId), Time.GetUtcNow());
        _silentSince = Fleet.Find(HostId) is { } entry && entry.IsSilentAt(_now) ? entry.LastSeen : null;
    }

    private async Task RefreshAsync()
    {
        try
        {
            // The feed calls from the store's writer, which must not wait for a page to be drawn.
            await Task.Yield();
            Load();
            StateHasChanged();
            await CompareAsync();
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

    // The two snapshots around an update, once for each update and once more when the later one has surely come.
    private async Task CompareAsync()
    {
        if (!RendererInfo.IsInteractive || _host is not { State.Update: { Outcome: RunOutcome.Verified, End: { } end } run } host)
        {
            return;
        }

        DateTimeOffset before = host.ByDashboard(run.Start), after = host.ByDashboard(end) + Settled;
        bool isSettled = Time.GetUtcNow() > after;
        if (_compared is { } done && done.Run == run.Start && (done.IsSettled || !isSettled))
        {
            return;
        }

        _compared = (run.Start, isSettled);
        (FoundSnapshot? old, _) = await Finder.FindAsync(HostId, before, null, _gone.Token);
        (FoundSnapshot? now, _) = await Finder.FindAsync(HostId, after, null, _gone.Token);
        if (old is null || now is null || _host.HostId != host.HostId)
        {
            return;
        }

        _lines = [.. SnapshotDiff.Between(old.Snapshot, now.Snapshot).Entries.Select(DiffText.Line)];
        _layout = LayoutChange.Of(old.Snapshot, now.Snapshot);
        _compare = new CompareState { Refs = [SnapshotRef.OfRevision(HostId, old.Stored.Revision), SnapshotRef.OfRevision(HostId, now.Stored.Revision)] }.At("/compare");
        StateHasChanged();
    }
}
