using System.Threading.RateLimiting;

namespace TdxDash.Web.Ingest;

/// <summary>Takes up probes at a rate that leaves room for pages and for those that are connected already: after a restart a whole fleet
/// calls at once.</summary>
/// <param name="between">Time after which a tenth of the places of a second becomes free again.</param>
internal sealed class Admission(TimeSpan between) : IDisposable
{
    /// <summary>Probes that are taken up in a second.</summary>
    public const int PerSecond = 300;

    // What the probes' own jitter has to spread: the longer the queue, the later they are told to come again.
    private const int MaxWaitMilliseconds = 30_000;

    private readonly TokenBucketRateLimiter _bucket = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = PerSecond,
        TokensPerPeriod = PerSecond / 10,
        ReplenishmentPeriod = between,
        QueueLimit = 0,
        AutoReplenishment = true,
    });

    private long _refused;
    private long _refusedAt;

    /// <summary>At <see cref="PerSecond"/>.</summary>
    public Admission()
        : this(TimeSpan.FromMilliseconds(100))
    {
    }

    /// <summary>Asks for a place.</summary>
    /// <returns>0 when there is one; else the milliseconds after which to ask again.</returns>
    public int Ask()
    {
        using RateLimitLease lease = _bucket.AttemptAcquire();
        long now = Environment.TickCount64;
        if (lease.IsAcquired)
        {
            return 0;
        }

        // As many as were refused lately come again: they get that much time.
        if (now - Interlocked.Exchange(ref _refusedAt, now) > MaxWaitMilliseconds)
        {
            Interlocked.Exchange(ref _refused, 0);
        }

        return (int)Math.Min(1_000 + (Interlocked.Increment(ref _refused) * 1_000 / PerSecond), MaxWaitMilliseconds);
    }

    /// <inheritdoc/>
    public void Dispose() => _bucket.Dispose();
}
