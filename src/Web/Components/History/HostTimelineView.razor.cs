using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.History;

/// <summary>A host's time line: bands of boots and attributes, marks of changes, hatched gaps, annotations; and the table that says the same.</summary>
public sealed partial class HostTimelineView : IAsyncDisposable
{
    private const int LargestMark = 8;

    private TimeAxis _axis = null!;
    private ElementReference _root;
    private TimelineScript? _script;

    /// <summary>The host.</summary>
    [Parameter, EditorRequired]
    public string HostId { get; set; } = "";

    /// <summary>What is drawn.</summary>
    [Parameter, EditorRequired]
    public HostTimeline Timeline { get; set; } = null!;

    /// <summary>The window.</summary>
    [Parameter, EditorRequired]
    public TimeWindow Window { get; set; }

    /// <summary>The dashboard's time: bands and gaps that last end here.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset Now { get; set; }

    /// <summary>The annotations that touch the window.</summary>
    [Parameter]
    public IReadOnlyList<Annotation> Notes { get; set; } = [];

    /// <summary>How times are written.</summary>
    [Parameter, EditorRequired]
    public ZoneClock Clock { get; set; } = null!;

    /// <summary>Told when a person dragged over a time.</summary>
    [Parameter]
    public EventCallback<TimeWindow> OnZoom { get; set; }

    /// <summary>Told when a person dragged over a time with Ctrl held.</summary>
    [Parameter]
    public EventCallback<TimeWindow> OnAnnotate { get; set; }

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    private string Here => Nav.Uri.Split('#')[0];

    private IReadOnlyList<TimeLane> Lanes { get; set; } = [];

    private RenderFragment Gaps => builder =>
    {
        foreach (Absence gap in Timeline.Absences)
        {
            builder.OpenElement(0, "rect");
            builder.AddAttribute(1, "class", gap.Cause == AbsenceCause.Silent ? "gap silent" : "gap away");
            builder.AddAttribute(2, "x", _axis.X(gap.From));
            builder.AddAttribute(3, "width", _axis.Width(gap.From, gap.To ?? Now));
            builder.AddAttribute(4, "height", "100%");
            builder.CloseElement();
        }
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_script is not null)
        {
            await _script.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        _axis = new TimeAxis(Window);
        Lanes = [TimelineBands.Boots(Timeline, Window, Now), TimelineBands.States(Timeline, Window, Now), .. TimelineBands.Attributes(Timeline, Window, Now)];
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && RendererInfo.IsInteractive)
        {
            _script = new TimelineScript((from, to, isNote) => InvokeAsync(() => SelectAsync(from, to, isNote)));
            await _script.AttachAsync(Js, Assets["js/timeline.js"], _root);
        }
    }

    // Shares of the window, as the browser does not know its times; keys ask for more than the window too.
    private Task SelectAsync(double from, double to, bool isNote)
    {
        DateTimeOffset start = Time(from), end = Time(to);
        if (end - start < TimeSpan.FromMilliseconds(1))
        {
            return Task.CompletedTask;
        }

        return (isNote ? OnAnnotate : OnZoom).InvokeAsync(new TimeWindow(start, end));
    }

    private DateTimeOffset Time(double share)
    {
        long ticks = Window.From.UtcTicks + (long)(Window.Length.Ticks * Math.Clamp(share, -1, 2));
        return new DateTimeOffset(Math.Clamp(ticks, DateTimeOffset.UnixEpoch.UtcTicks, Now.UtcTicks + TimeSpan.TicksPerSecond), TimeSpan.Zero);
    }

    private string Link(HistoryMark mark) => new CompareState
    {
        Refs = [SnapshotRef.Of(HostId, mark.At.AddMicroseconds(-1)), SnapshotRef.OfRevision(HostId, mark.Revision)],
    }.At("/compare");

    private static int Size(HistoryMark mark) => Math.Clamp(3 + (int)Math.Log2(1 + mark.Fields), 3, LargestMark);

    private string Words(HistoryMark mark)
    {
        string count = mark.Snapshots == 1 ? "" : $"{Wording.Count(mark.Snapshots, "change")}, ";
        string kinds = string.Join(", ", HistoryState.KindWords.Where(pair => mark.Kinds.HasFlag(pair.Value)).Select(pair => pair.Key));
        string what = mark.Kinds.HasFlag(ChangeKinds.First) ? "first snapshot" : !mark.IsCompared ? "not compared yet" : Wording.Count(mark.Fields, "field");
        return $"{Clock.Full(mark.At)}: {count}{what}{(kinds.Length > 0 ? $" ({kinds})" : "")}";
    }

    private string Words(TimeLane lane) => lane.Bands.Count == 0
        ? $"{lane.Title}: nothing known in this time"
        : $"{lane.Title}: {string.Join("; ", lane.Bands.TakeLast(5).Select(band => $"{band.Text} from {Clock.Text(band.From)}"))}";

    private string Words(Annotation note) => $"{Clock.Full(note.From)}: {note.Text}";

    private static string Words(AbsenceCause cause) => cause == AbsenceCause.Silent ? "host not heard of" : "dashboard not running";
}

/// <summary>The browser's part of a time line, js/timeline.js.</summary>
/// <param name="selected">Told of the two ends that a person dragged over, as shares of the width, and whether to annotate.</param>
internal sealed class TimelineScript(Func<double, double, bool, Task> selected) : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private DotNetObjectReference<TimelineScript>? _self;
    private IJSObjectReference? _line;

    /// <summary>Loads the script and ties it to the time line.</summary>
    public async Task AttachAsync(IJSRuntime js, string module, ElementReference root)
    {
        _self = DotNetObjectReference.Create(this);
        try
        {
            await using IJSObjectReference loaded = await js.InvokeAsync<IJSObjectReference>("import", _gone.Token, "./" + module);
            _line = await loaded.InvokeAsync<IJSObjectReference>("attach", _gone.Token, root, _self);
        }
        catch (Exception e) when (e is JSDisconnectedException or OperationCanceledException)
        {
            // The page was left while it loaded.
        }
    }

    /// <summary>Called by the script.</summary>
    [JSInvokable]
    public Task Selected(double from, double to, bool isNote) => selected(from, to, isNote);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        try
        {
            if (_line is not null)
            {
                await _line.InvokeVoidAsync("dispose");
                await _line.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and the script with it.
        }

        _self?.Dispose();
        _gone.Dispose();
    }
}
