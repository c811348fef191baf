using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.History;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Components.Pages;

/// <summary>What changed over the fleet and when: module versions over time, how much changed, who was silent, list of changes, annotations.</summary>
public sealed partial class FleetHistoryPage : HistoryPageBase
{
    private const int Moments = 120;
    private const int Pieces = 60;

    private HistorySpan? _span;
    private TimeWindow _window;
    private HistoryPage _page = null!;
    private ChartData _versions = null!;
    private ChartData _activity = null!;
    private ChartData _silences = null!;
    private IReadOnlyList<Annotation> _notes = [];

    /// <inheritdoc/>
    protected override string Path => "/history";

    // Its curves are worked out over all hosts, some of which always change.
    /// <inheritdoc/>
    protected override TimeSpan RefreshInterval { get; } = TimeSpan.FromSeconds(5);

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private IFleetView Fleet { get; set; } = null!;

    [Inject]
    private IFleetHistory Past { get; set; } = null!;

    [Inject]
    private IHostHistory History { get; set; } = null!;

    /// <inheritdoc/>
    protected override bool IsAbout(IReadOnlyCollection<string> hostIds) => true;

    /// <inheritdoc/>
    protected override IDisposable? Follow(Action request) => Fleet.Subscribe(_ => request());

    /// <inheritdoc/>
    protected override async Task<Action> LoadAsync(HistoryState state, DateTimeOffset now, CancellationToken cancellation)
    {
        HistorySpan? span = await Past.SpanAsync(AsOf.At, cancellation);
        if (span is null)
        {
            return () => _span = null;
        }

        TimeWindow window = WindowOf(state.Range == HistoryRange.Boot ? state.Over(HistoryRange.All) : state, span, now);
        var filter = new HistoryFilter(window, null, state.Kinds, state.Text);
        HistoryPage page = await History.EntriesAsync(filter, state.Page, PageLength, cancellation);
        var known = new TimeWindow(window.From, now < window.To && now > window.From ? now : window.To);
        VersionsOverTime versions = await Past.VersionsAsync(known, Moments, cancellation);
        SilencesOverTime silences = await Past.SilencesAsync(known, Moments, cancellation);
        IReadOnlyList<ActivityPiece> activity = await Past.ActivityAsync(filter, Pieces, cancellation);
        IReadOnlyList<Annotation> notes = await Annotations.ListAsync(null, window, cancellation);
        IReadOnlyList<ChartMark> marks = FleetCharts.Marks(notes);
        return () =>
        {
            (_span, _window, _page, _notes) = (span, window, page, notes);
            (_versions, _activity, _silences) = (FleetCharts.Versions(versions) with { Marks = marks }, FleetCharts.Activity(activity) with { Marks = marks }, FleetCharts.Silences(silences) with { Marks = marks });
        };
    }

    private void Search(ChangeEventArgs e)
    {
        string text = e.Value?.ToString() ?? "";
        Go(State with { Text = text.Length <= HistoryState.MaxText ? text : text[..HistoryState.MaxText], Page = null });
    }
}
