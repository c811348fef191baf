using Microsoft.AspNetCore.Components;
using MudBlazor;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Components.Fleet;

/// <summary>What can be done with the chosen hosts: compare, label, export. Each change of labels can be undone for ten seconds.</summary>
public sealed partial class SelectionBar : IDisposable
{
    /// <summary>The most hosts that are compared at once.</summary>
    public const int MaxCompared = 4;

    private readonly CancellationTokenSource _gone = new();
    private string _tag = "", _group = "";
    private string? _problem;

    /// <summary>The chosen hosts, by identity.</summary>
    [Parameter, EditorRequired]
    public IReadOnlySet<string> Selected { get; set; } = null!;

    /// <summary>What the page shows.</summary>
    [Parameter, EditorRequired]
    public FleetState State { get; set; } = FleetState.Default;

    /// <summary>Asks for no host to be chosen.</summary>
    [Parameter]
    public EventCallback OnClear { get; set; }

    [CascadingParameter]
    private AsOf AsOf { get; set; } = AsOf.Live;

    [Inject]
    private ILabelBook Book { get; set; } = null!;

    [Inject]
    private IViewer Viewer { get; set; } = null!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = null!;

    private bool MayChange => Selected.All(hostId => Viewer.May(Role.Operator, hostId));

    private (IReadOnlyList<string> Groups, IReadOnlyList<string> Tags) InUse => Book.InUse;

    private string? CompareLink => Selected.Count is >= 2 and <= MaxCompared
        ? AsOf.Keep("/compare" + Selected.Order(StringComparer.Ordinal).Select((id, place) => (Name: ((char)('a' + place)).ToString(), Id: id))
            .Aggregate(UrlQuery.Empty, (query, host) => query.With(host.Name, host.Id)))
        : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    // All of them, also those that a search typed since leaves out.
    private string Export(string form) => AsOf.Change($"/fleet.{form}{(State with { Search = "", States = [] }).ToQuery().With("rows", "chosen")}", AsOf.At);

    private async Task ChangeAsync(string text, Func<string, LabelChange> change)
    {
        LabelChange wanted = change(text);
        Dictionary<string, HostLabels> before = Selected.ToDictionary(id => id, Book.Find, StringComparer.Ordinal);
        (IReadOnlyDictionary<string, HostLabels> after, _problem) = wanted.Of(before);
        if (_problem is not null || after.Count == 0)
        {
            return;
        }

        Actor by = Viewer.Actor;
        _problem = await Book.ChangeAsync(after, by, _gone.Token);
        if (_problem is null)
        {
            _tag = _group = "";
            OfferUndo($"{wanted.Done} {Wording.Count(after.Count, "host")}.", after.Keys.ToDictionary(id => id, id => before[id], StringComparer.Ordinal), by);
        }
    }

    // The book outlives this bar, which is gone when nothing is chosen any more.
    private void OfferUndo(string done, Dictionary<string, HostLabels> before, Actor by)
    {
        (ILabelBook book, ISnackbar snackbar) = (Book, Snackbar);
        UndoToast.Offer(snackbar, done, async () =>
        {
            if (await book.ChangeAsync(before, by, CancellationToken.None) is string problem)
            {
                snackbar.Add(problem, Severity.Error);
            }
        });
    }
}
