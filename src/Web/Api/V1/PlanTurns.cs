using TdxDash.Web.Api.Rest;

namespace TdxDash.Web.Api.V1;

/// <summary>Works out a few plans at a time: each may take a thread for seconds, and some MiB for its text, which probes and pages need too.</summary>
internal sealed class PlanTurns : IDisposable
{
    /// <summary>How many at a time.</summary>
    public const int AtOnce = 2;

    /// <summary>How many more may wait.</summary>
    public const int MostWaiting = 8;

    private readonly SemaphoreSlim _turn = new(AtOnce);
    private int _all;

    /// <summary>Does work when its turn comes.</summary>
    /// <exception cref="ProblemException">Too many wait already.</exception>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken gone)
    {
        try
        {
            if (Interlocked.Increment(ref _all) > AtOnce + MostWaiting)
            {
                throw Problems.TooMany($"{AtOnce} plans are worked out at a time and {MostWaiting} wait for their turn already: ask again in some seconds.");
            }

            await _turn.WaitAsync(gone);
            try
            {
                return await work();
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _all);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
