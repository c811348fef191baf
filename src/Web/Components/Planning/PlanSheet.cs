using TdxDash.Tdx.Planning;

namespace TdxDash.Web.Components.Planning;

/// <summary>One plan of the page: its text, what is wrong with it, and what it comes to. It is worked out on a worker, and what was worked out last stays until the next
/// is there, so that nothing disappears while somebody types.</summary>
/// <param name="changed">Told, on the page's own thread, after anything here has changed.</param>
/// <param name="searches">Whether headroom is searched; a page that is only written once does not wait for it.</param>
public sealed class PlanSheet(Action changed, bool searches) : IDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private CancellationTokenSource? _search;
    private int _turn;

    /// <summary>The text as it stands.</summary>
    public string Text { get; private set; } = "";

    /// <summary>What is wrong with it; empty while it is worked out.</summary>
    public IReadOnlyList<PlanProblem> Problems { get; private set; } = [];

    /// <summary>The last text that could be worked out; null before the first.</summary>
    public PlanView? View { get; private set; }

    /// <summary>How far that one is from its limits, or, while that is searched, how far the one before was; null where nothing was searched yet.</summary>
    public Headroom? Headroom { get; private set; }

    /// <summary>Whether headroom is being searched.</summary>
    public bool IsSearching { get; private set; }

    /// <summary>Whether the text is being worked out.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether the results are those of an earlier text, since this one has mistakes.</summary>
    public bool IsBehind => View is not null && Problems.Count > 0;

    /// <summary>The machine that it began as; null for none.</summary>
    public PlanOrigin? Origin { get; set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _turn++;
        _gone.Cancel();
        _gone.Dispose();
        _search?.Dispose();
    }

    /// <summary>Takes a text and works it out; a later one overtakes it.</summary>
    public async Task ChangeAsync(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int turn = ++_turn;
        StopSearch();
        (Text, IsBusy) = (text, true);
        if (string.IsNullOrWhiteSpace(text))
        {
            (Problems, View, Headroom, IsBusy) = ([], null, null, false);
            changed();
            return;
        }

        PlanOrigin? origin = Origin;
        (PlanView? view, IReadOnlyList<PlanProblem> problems) = await Task.Run(() => PlanView.Of(text, origin));
        if (turn != _turn)
        {
            return;
        }

        (Problems, View, IsBusy) = (problems, view ?? View, false);
        IsSearching = view is not null && searches;
        changed();
        if (view is not null && searches)
        {
            await SearchAsync(view.Result.Machine, turn);
        }
    }

    /// <summary>Says that a text is too long to be taken; what was there stays.</summary>
    /// <param name="length">How many characters it has.</param>
    public void Refuse(long length)
    {
        _turn++;
        StopSearch();
        (Problems, IsBusy) = ([PlanText.TooLong(length)], false);
        changed();
    }

    private async Task SearchAsync(PlanMachine machine, int turn)
    {
        var search = CancellationTokenSource.CreateLinkedTokenSource(_gone.Token);
        _search = search;
        try
        {
            Headroom found = await Task.Run(() => Headroom.Of(machine, search.Token), search.Token);
            if (turn == _turn)
            {
                (Headroom, IsSearching) = (found, false);
                changed();
            }
        }
        catch (OperationCanceledException) when (search.IsCancellationRequested)
        {
            // A later text overtook it, or the page was left.
        }
        finally
        {
            if (ReferenceEquals(_search, search))
            {
                _search = null;
            }

            search.Dispose();
        }
    }

    private void StopSearch()
    {
        _search?.Cancel();
        (_search, IsSearching) = (null, false);
    }
}
