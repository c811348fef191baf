namespace TdxDash.Web.Nodes;

/// <summary>Whether this node carries out what is done once for all of them: retention and the check of the store, comparisons of the history, rules, and messages about alerts.</summary>
internal sealed class JobTurn
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _mine = New();

    /// <summary>It is, or is not any more. Raised on any thread, never for long.</summary>
    public event Action? Changed;

    /// <summary>Whether it is.</summary>
    public bool IsMine => Volatile.Read(ref _mine).Task.IsCompleted;

    /// <summary>The turn of a dashboard that is alone.</summary>
    public static JobTurn Alone()
    {
        var turn = new JobTurn();
        turn.Set(isMine: true);
        return turn;
    }

    /// <summary>Waits until it is.</summary>
    public Task MineAsync(CancellationToken cancellation) => Volatile.Read(ref _mine).Task.WaitAsync(cancellation);

    /// <summary>Takes or gives the turn.</summary>
    internal void Set(bool isMine)
    {
        lock (_gate)
        {
            if (isMine == IsMine)
            {
                return;
            }

            if (isMine)
            {
                _mine.SetResult();
            }
            else
            {
                Volatile.Write(ref _mine, New());
            }
        }

        Changed?.Invoke();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
