using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using TdxDash.Web.Components.History;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Components.Fleet;

/// <summary>The hosts as a grid that asks for the rows in sight, or, before there is a circuit, with the first ones.</summary>
public sealed partial class FleetGrid : IDisposable
{
    /// <summary>The most rows of a grid that is not virtual: what a tall window shows.</summary>
    public const int MaxFirst = 40;

    private const int ComfortableRow = 40, CompactRow = 32, HeaderHeight = 48, ScrollBar = 18;

    private static readonly TimeSpan SettlesAfter = TimeSpan.FromSeconds(5);

    private static readonly ImmutableArray<FleetSort> ByName = [new FleetSort(FleetColumn.Host, false)];

    private readonly CancellationTokenSource _gone = new();
    private readonly Dictionary<string, object?> _table = [];
    private Func<GridStateVirtualize<FleetRow>, CancellationToken, Task<GridData<FleetRow>>>? _load;
    private MudDataGrid<FleetRow>? _grid;
    private (int Start, int Count) _sight;
    private int _asked;
    private bool _isFilled;
    private (Density Density, string Height, ImmutableArray<FleetColumn> Columns) _drawn;

    /// <summary>The hosts, filtered and in order, as they are when it is asked.</summary>
    [Parameter, EditorRequired]
    public Func<ImmutableArray<FleetHost>> Source { get; set; } = () => [];

    /// <summary>What the page shows.</summary>
    [Parameter, EditorRequired]
    public FleetState State { get; set; } = FleetState.Default;

    /// <summary>The hosts that are chosen, by identity.</summary>
    [Parameter, EditorRequired]
    public IReadOnlySet<string> Selected { get; set; } = ImmutableHashSet<string>.Empty;

    /// <summary>The moment that ages are counted to.</summary>
    [Parameter, EditorRequired]
    public DateTimeOffset Now { get; set; }

    /// <summary>The time that is shown, which links keep in new tabs too.</summary>
    [CascadingParameter]
    public AsOf Time { get; set; } = AsOf.Live;

    /// <summary>Whether only the rows in sight are there, which needs a circuit.</summary>
    [Parameter]
    public bool IsVirtual { get; set; }

    /// <summary>A host as it is at this very moment; the order of <see cref="Source"/> may be older than their values.</summary>
    [Parameter, EditorRequired]
    public Func<FleetHost, FleetHost> Latest { get; set; } = null!;

    /// <summary>Asks to sort by a column, alone or after the others.</summary>
    [Parameter]
    public EventCallback<(FleetColumn Column, bool IsAdded)> OnSort { get; set; }

    /// <summary>Asks to choose a host or not.</summary>
    [Parameter]
    public EventCallback<(string HostId, bool IsChosen)> OnSelect { get; set; }

    /// <summary>Asks to choose all hosts that match, or none.</summary>
    [Parameter]
    public EventCallback<bool> OnSelectAll { get; set; }

    /// <summary>Tells that the first rows stand in their place.</summary>
    [Parameter]
    public EventCallback OnFilled { get; set; }

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    /// <summary>The rows that were asked for last: the ones in sight and some around them.</summary>
    public IEnumerable<FleetHost> InSight => Hosts.Skip(_sight.Start).Take(_sight.Count);

    private ImmutableArray<FleetHost> Hosts => Source();

    private IEnumerable<FleetRow> First => Hosts.Take(MaxFirst).Select((host, place) => new FleetRow(place, host));

    private ImmutableArray<FleetSort> Sorts => State.Sorts.IsEmpty ? ByName : State.Sorts;

    private float RowHeight => State.Density == Density.Compact ? CompactRow : ComfortableRow;

    private bool IsAllSelected => Hosts.Length > 0 && Selected.Count >= Hosts.Length && Hosts.All(host => Selected.Contains(host.Id));

    // The table's own height is known before its rows are, so that nothing jumps when they come.
    private string Height => string.Create(CultureInfo.InvariantCulture, $"min({HeaderHeight + ScrollBar + (Hosts.Length * RowHeight)}px, max(320px, 100dvh - 232px))");

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    // The grid draws itself, headings too, when it takes its rows anew: drawn from here as well, every row would be drawn twice.
    /// <inheritdoc/>
    protected override bool ShouldRender()
    {
        (Density, string, ImmutableArray<FleetColumn> Columns) wanted = (State.Density, Height, State.Columns);
        bool isDrawn = IsVirtual && _drawn == (wanted with { Columns = _drawn.Columns }) && _drawn.Columns.SequenceEqual(wanted.Columns);
        _drawn = wanted;
        return !isDrawn;
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync()
    {
        _load ??= IsVirtual ? LoadAsync : null;
        _table["aria-rowcount"] = Hosts.Length + 1;
        return _grid?.ReloadServerData() ?? Task.CompletedTask;
    }

    private Task<GridData<FleetRow>> LoadAsync(GridStateVirtualize<FleetRow> wanted, CancellationToken cancellation)
    {
        ImmutableArray<FleetHost> hosts = Hosts;
        int start = Math.Clamp(wanted.StartIndex, 0, hosts.Length), count = Math.Clamp(wanted.Count, 0, hosts.Length - start);
        (int Start, int Count) before = _sight;
        _sight = (start, count);
        // The page has the same rows taken anew by and by: that is no other place.
        if (count > 0 && !_isFilled && before != _sight)
        {
            bool isSettled = count == hosts.Length || (start == 0 && before.Start > 0);
            _ = TellFilledAsync(++_asked, isSettled ? TimeSpan.Zero : SettlesAfter);
        }

        FleetRow[] rows = [.. Enumerable.Range(start, count).Select(place => new FleetRow(place, Latest(hosts[place])))];
        return Task.FromResult(new GridData<FleetRow> { Items = rows, TotalItems = hosts.Length });
    }

    // Where not all rows fit, the grid tries one row further down, then comes back, and makes its rows anew each time: nobody is to see that, and a
    // click on a row that goes would be lost. The rows that came with the page answer meanwhile, so that there is no haste on a slow connection.
    private async Task TellFilledAsync(int asked, TimeSpan after)
    {
        await Task.Delay(after, Clock, _gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Yield();
        if (asked == _asked && !_isFilled && !_gone.IsCancellationRequested)
        {
            _isFilled = true;
            await InvokeAsync(OnFilled.InvokeAsync);
        }
    }

    private string RowClass(FleetHost host) =>
        $"mud-table-row host-row{(host.IsSilentAt(Now) ? " silent" : "")}{(Selected.Contains(host.Id) ? " chosen" : "")}{(host.Id == State.Pane ? " shown" : "")}";

    // Of several, only the first one that it is sorted by: assistive technology knows no more.
    private string? AriaSort(FleetColumn column) => Sorts[0].Column != column ? null : Sorts[0].IsDescending ? "descending" : "ascending";

    private string SortMark(FleetColumn column)
    {
        ImmutableArray<FleetSort> sorts = Sorts;
        for (int i = 0; i < sorts.Length; i++)
        {
            if (sorts[i].Column == column)
            {
                return (sorts[i].IsDescending ? " ↓" : " ↑") + (sorts.Length > 1 ? (i + 1).ToString(CultureInfo.InvariantCulture) : "");
            }
        }

        return "";
    }

    private static MarkupString? UsualMark(FleetColumn column) => FleetColumns.Usual(column) is { } usual ? UsualMarks[usual] : null;
}
