using Microsoft.AspNetCore.Components;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Components.Pages;

/// <summary>What differs between two snapshots, of one host or of two, or among up to four. What it shows does not change while it is open: a snapshot never does.</summary>
public sealed partial class ComparePage : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private CompareState _state = new();
    private IReadOnlyList<string> _problems = [];
    private IReadOnlyList<FoundSnapshot> _found = [];
    private DiffView? _diff;
    private CompareMatrix? _matrix;
    private bool _loading;
    private string? _at;

    [Inject]
    private SnapshotFinder Finder { get; set; } = null!;

    [Inject]
    private NavigationManager Nav { get; set; } = null!;

    // The values are read from the URL as a whole; these make the framework hand over its changes.
    [SupplyParameterFromQuery(Name = "a")]
    private string? A { get; set; }

    [SupplyParameterFromQuery(Name = "b")]
    private string? B { get; set; }

    [SupplyParameterFromQuery(Name = "c")]
    private string? C { get; set; }

    [SupplyParameterFromQuery(Name = "d")]
    private string? D { get; set; }

    [SupplyParameterFromQuery(Name = "view")]
    private string? Look { get; set; }

    [SupplyParameterFromQuery(Name = "show")]
    private string? Show { get; set; }

    [SupplyParameterFromQuery(Name = "at")]
    private string? At { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        UrlParse<CompareState> parse = Nav.UrlState<CompareState>();
        CompareState wanted = parse.State;
        // What is shown stays while the same snapshots are only looked at otherwise.
        _loading = _loading || !wanted.Refs.SequenceEqual(_state.Refs) || At != _at;
        (_state, _at) = (wanted, At);
        try
        {
            await LoadAsync(wanted, parse.Problems);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            // The page was left while it loaded.
        }
    }

    private async Task LoadAsync(CompareState wanted, IReadOnlyList<string> addressProblems)
    {
        CancellationToken gone = _gone.Token;
        DateTimeOffset? asOf = History.UrlTime.TryParse(At, out DateTimeOffset at) ? at : null;
        var problems = new List<string>(addressProblems);
        var found = new List<FoundSnapshot>();
        foreach (SnapshotRef name in wanted.Refs)
        {
            (FoundSnapshot? one, string? problem) = await Finder.FindAsync(name.HostId, name.At ?? asOf, name.Revision, gone);
            if (one is null)
            {
                problems.Add(problem!);
            }
            else
            {
                found.Add(one);
            }
        }

        bool areTwo = found.Count == 2;
        DiffView? diff = !areTwo ? null : await Task.Run(
            () => DiffView.Of(found[0].Snapshot, found[1].Snapshot, found[0].Stored.HostId != found[1].Stored.HostId, wanted.Off), gone);
        CompareMatrix? matrix = found.Count <= 2 ? null : await Task.Run(() => CompareMatrix.Of(found, wanted.Off), gone);
        if (ReferenceEquals(_state, wanted))
        {
            (_problems, _found, _diff, _matrix, _loading) = (problems, found, diff, matrix, false);
        }
    }

    private void Go(CompareState state) => Nav.NavigateTo(state.At("/compare"));
}
