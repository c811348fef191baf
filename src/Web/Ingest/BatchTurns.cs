namespace TdxDash.Web.Ingest;

/// <summary>Lets few batches of snapshots be worked on at a time, and others wait a moment within a bound of memory.</summary>
/// <param name="waitingBytes">What batches that wait may hold together, in bytes.</param>
internal sealed class BatchTurns(long waitingBytes) : IDisposable
{
    /// <summary>What batches that wait may hold together: more than comes off in <see cref="Patience"/>, in bytes.</summary>
    public const long MostWaitingBytes = 32 << 20;

    /// <summary>How many are worked on at a time: with more all would be late, as a probe gives a call up after 30 s and sends the whole batch again.</summary>
    public static readonly int AtOnce = Math.Max(4, 2 * Environment.ProcessorCount);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _places = new(AtOnce);
    private long _waiting;

    /// <summary>Takes a turn, which <see cref="Give"/> ends.</summary>
    /// <param name="bytes">What the batch holds.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Whether there was one in time.</returns>
    public async Task<bool> TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (_places.Wait(0, CancellationToken.None))
        {
            return true;
        }

        try
        {
            return Interlocked.Add(ref _waiting, bytes) <= waitingBytes && await _places.WaitAsync(Patience, cancellation);
        }
        catch (OperationCanceledException)
        {
            return false; // whoever waited is gone
        }
        finally
        {
            Interlocked.Add(ref _waiting, -bytes);
        }
    }

    /// <summary>Ends a turn.</summary>
    public void Give() => _places.Release();

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
