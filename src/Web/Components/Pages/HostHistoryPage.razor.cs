using Microsoft.AspNetCore.Components;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Pages;

/// <summary>What changed on one host and when: time line, curves, list of changes, annotations; kept up to date while it is open.</summary>
public sealed partial class HostHistoryPage : HistoryPageBase
{
    private const int MostMarks = 200;

    private HostEntry? _entry;
    private HostView? _view;
    private SnapshotHash? _viewed;
    private string _trouble = "";
    private HistorySpan? _span;
    private TimeWindow _window;
    private HostTimeline _timeline = null!;
    private HistoryPage _page = null!;
    private IReadOnlyList<Annotation> _notes = [];

    /// <summary>The host's identity, from the address.</summary>
    [Parameter]
    public string HostId { get; set; } = "";

    /// <inheritdoc/>
    protected override string Path => HostTabs.Href(HostId, HostTab.History);

    [Inject]
    private IFleetView Fleet { get; set; } = null!;

    [Inject]
    private IFleetHistory Past { get; set; } = null!;

    [Inject]
    private IHostHistory History { get; set; } = null!;

    [Inject]
    private ISnapshotArchive Archive { get; set; } = null!;

    /// <inheritdoc/>
    protected override bool IsAbout(IReadOnlyCollection<string> hostIds) => hostIds.Contains(HostId);

    /// <inheritdoc/>
    protected override IDisposable Follow(Action request) => Fleet.Subscribe(changed =>
    {
        if (changed.HostId == HostId)
        {
            request();
        }
    });

    /// <inheritdoc/>
    protected override async Task<Action> LoadAsync(HistoryState state, DateTimeOffset now, CancellationToken cancellation)
    {
        string hostId = HostId;
        DateTimeOffset? at = AsOf.At;
        HostEntry? entry = at is { } then ? await Past.HostAsOfAsync(hostId, then, cancellation) : Fleet.Find(hostId);
        HistorySpan? span = entry is null ? null : await History.SpanAsync(hostId, at, cancellation);
        if (entry is null || span is null)
        {
            return () => (_entry, _span) = (null, null);
        }

        TimeWindow window = WindowOf(state, span, now);
        HostTimeline timeline = await History.TimelineAsync(hostId, window, MostMarks, cancellation);
        HistoryPage page = await History.EntriesAsync(new HistoryFilter(window, hostId, state.Kinds, state.Text), state.Page, PageLength, cancellation);
        IReadOnlyList<Annotation> notes = await Annotations.ListAsync(hostId, window, cancellation);
        (HostView? view, string trouble) = await ViewAsync(entry, cancellation);
        return () =>
        {
            (_entry, _span, _window, _timeline, _page, _notes) = (entry, span, window, timeline, page, notes);
            (_view, _viewed, _trouble) = (view, entry.Hash, trouble);
        };
    }

    // The header is the same as on the host's other pages.
    private async Task<(HostView? View, string Trouble)> ViewAsync(HostEntry entry, CancellationToken cancellation)
    {
        if (_viewed == entry.Hash && _view is not null && _entry?.HostId == entry.HostId)
        {
            return (_view, "");
        }

        try
        {
            Snapshot snapshot = await Archive.ReadAsync(entry.Hash, cancellation);
            return (await Task.Run(() => HostView.From(snapshot), cancellation), "");
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }
}
