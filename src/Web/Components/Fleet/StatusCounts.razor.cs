using System.Globalization;
using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Live;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Live.Search;

namespace TdxDash.Web.Components.Fleet;

/// <summary>How many hosts there are in each state, which filter the table, and how many are being updated, which lead to the live board.</summary>
public sealed partial class StatusCounts : IDisposable
{
    private IDisposable? _subscription;
    private RenderTurn? _turn;
    private int _updating;

    /// <summary>How many hosts the page's search found, whatever the state.</summary>
    [Parameter, EditorRequired]
    public int Searched { get; set; }

    /// <summary>How many of them have each state, by its word.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyDictionary<string, int> ByState { get; set; } = null!;

    /// <summary>What the page shows; each count links to the same with its state added or taken out.</summary>
    [Parameter, EditorRequired]
    public FleetState State { get; set; } = FleetState.Default;

    /// <summary>The page's search, read.</summary>
    [Parameter, EditorRequired]
    public FleetSearch Search { get; set; } = FleetSearch.All;

    // Of another time it is not known what was under way.
    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private IReinitView Reinits { get; set; } = null!;

    [Inject]
    private IFleetProjection Projection { get; set; } = null!;

    [Inject]
    private CircuitRenders Renders { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private string LiveLink => new LiveState { Search = State.Search, Shown = [BoardPhase.Updating] }.At("/live");

    /// <inheritdoc/>
    public void Dispose()
    {
        _subscription?.Dispose();
        _turn?.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (RendererInfo.IsInteractive)
        {
            _turn = Renders.Join(() => _ = InvokeAsync(Refresh));
            _subscription = Reinits.Subscribe(_ => _turn.Request());
        }
    }

    /// <inheritdoc/>
    protected override void OnParametersSet() => _updating = Updating();

    private void Refresh()
    {
        int updating = Updating();
        if (updating != _updating)
        {
            _updating = updating;
            StateHasChanged();
        }
    }

    private int Updating()
    {
        DateTimeOffset now = Time.GetUtcNow();
        return AsOf.At is null ? Reinits.Updating.Count(id => Projection.Find(id) is { } host && Search.Matches(host, now)) : 0;
    }

    private bool IsOn(string word) => State.States.Contains(word);

    private string Count(string word) => ByState[word].ToString("#,0", CultureInfo.InvariantCulture);
}
