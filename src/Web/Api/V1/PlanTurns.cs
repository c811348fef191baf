using TdxDash.Web.Api.Rest;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Api.V1;

/// <summary>Works out a few plans at a time: each may take a thread for seconds, and some MiB for its text, which probes and pages need too.</summary>
internal sealed class PlanTurns : IDisposable
{
    /// <summary>How many at a time.</summary>
    public const int AtOnce = 2;

    /// <summary>How many there are in all: those that are worked out, those that wait for their turn, and those whose text is still on its way.</summary>
    public const int Places = 10;

    /// <summary>How many places one caller may have, so that there are some for others.</summary>
    public const int PlacesOfACaller = 4;

    private readonly SemaphoreSlim _turn = new(AtOnce);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _taken = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Takes a place.</summary>
    /// <param name="caller">Whose; tokens of one account are one caller.</param>
    /// <returns>Gives it back when disposed.</returns>
    /// <exception cref="ProblemException">All are taken, or as many as one caller may have.</exception>
    public IDisposable Take(string caller)
    {
        string account = CallerActor.AccountOf(caller);
        lock (_lock)
        {
            int own = _taken.GetValueOrDefault(account);
            if (own >= PlacesOfACaller)
            {
                throw Problems.TooMany($"The caller asks for {PlacesOfACaller} plans already, and none is taken beyond: ask again when one of them is answered.");
            }

            if (_all >= Places)
            {
                throw Problems.TooMany($"{AtOnce} plans are worked out at a time and {Places - AtOnce} more are coming or wait for their turn already: ask again in some seconds.");
            }

            _taken[account] = own + 1;
            _all++;
            return new Place(this, account);
        }
    }

    /// <summary>Does work when its turn comes.</summary>
    public async Task<T> InTurnAsync<T>(Func<Task<T>> work, CancellationToken gone)
    {
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

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private void GiveBack(string account)
    {
        lock (_lock)
        {
            _all--;
            if (--_taken[account] == 0)
            {
                _taken.Remove(account);
            }
        }
    }

    private sealed class Place(PlanTurns turns, string account) : IDisposable
    {
        private PlanTurns? _turns = turns;

        public void Dispose() => Interlocked.Exchange(ref _turns, null)?.GiveBack(account);
    }
}
