using TdxDash.Web.Store;

namespace TdxDash.Web.Nodes;

/// <summary>Whether this node carries out what is done once for all of them: retention and the check of the store, comparisons of the history, rules, and messages about alerts.</summary>
internal sealed class JobTurn
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<CancellationTokenSource> _mine = New();
    private long _number, _last;
    private Func<StoreTransaction, bool>? _stillHeld;

    /// <summary>It is, or is not any more. Raised on any thread, never for long.</summary>
    public event Action? Changed;

    /// <summary>Whether it is.</summary>
    public bool IsMine => Number > 0;

    /// <summary>Which turn of this node it is, counted from 1, so that one that was lost and taken again is not mistaken for the one before; 0 while another node has it.</summary>
    public long Number => Interlocked.Read(ref _number);

    /// <summary>The turn of a dashboard that is alone.</summary>
    public static JobTurn Alone()
    {
        var turn = new JobTurn();
        turn.Set(isMine: true);
        return turn;
    }

    /// <summary>Waits until it is.</summary>
    public Task MineAsync(CancellationToken cancellation) => Volatile.Read(ref _mine).Task.WaitAsync(cancellation);

    /// <summary>Waits for the turn and works in it.</summary>
    /// <param name="work">The work; what it is given is cancelled when the turn ends.</param>
    /// <param name="stopping">The end of the dashboard.</param>
    /// <returns>Whether it was done; false where the turn ended before.</returns>
    /// <exception cref="OperationCanceledException">The dashboard stops.</exception>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        CancellationToken over = (await Volatile.Read(ref _mine).Task.WaitAsync(stopping)).Token;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over, stopping);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            await work(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Whether a turn of this node goes on, as the database tells that the nodes share: one that stood still, or lost its session, does not know yet that another one took over.
    /// While the transaction is open nobody begins with the jobs, so that what it writes is there before the next one looks.</summary>
    /// <param name="transaction">What is about to write.</param>
    /// <param name="number">The turn, as <see cref="Number"/> gave it.</param>
    public bool Holds(StoreTransaction transaction, long number)
    {
        Func<StoreTransaction, bool>? stillHeld = Volatile.Read(ref _stillHeld);
        return number > 0 && Number == number && stillHeld?.Invoke(transaction) != false;
    }

    /// <summary>Takes or gives the turn.</summary>
    /// <param name="isMine">Whether it is this node's.</param>
    /// <param name="stillHeld">Looks, within a transaction, whether it still is; null where no other node can take it.</param>
    internal void Set(bool isMine, Func<StoreTransaction, bool>? stillHeld = null)
    {
        lock (_gate)
        {
            if (isMine == IsMine)
            {
                return;
            }

            if (isMine)
            {
                Volatile.Write(ref _stillHeld, stillHeld);
                Interlocked.Exchange(ref _number, ++_last);
                _mine.SetResult(new CancellationTokenSource());
            }
            else
            {
                Interlocked.Exchange(ref _number, 0);
                TaskCompletionSource<CancellationTokenSource> ended = _mine;
                Volatile.Write(ref _mine, New());
                // Cancelled when this returns; what was waiting for it goes on elsewhere.
                _ = ended.Task.Result.CancelAsync();
            }
        }

        Changed?.Invoke();
    }

    private static TaskCompletionSource<CancellationTokenSource> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
