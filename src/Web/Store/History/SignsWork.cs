using System.Diagnostics;
using Dapper;
using TdxDash.Wire;

namespace TdxDash.Web.Store.History;

/// <summary>A host was not heard of. Times are microseconds since 1970 in UTC.</summary>
internal sealed record Silence(string HostId, long From, long To);

/// <summary>A host was heard of.</summary>
/// <param name="HostId">The host.</param>
/// <param name="At">When last, in microseconds since 1970 in UTC.</param>
/// <param name="Dropped">What its probe's journal ever dropped unsent; null where no heartbeat said.</param>
internal readonly record struct SignOfLife(string HostId, long At, long? Dropped = null);

/// <summary>Signs of life to be saved.</summary>
/// <param name="Seen">The hosts that were heard of.</param>
/// <param name="Silences">Silences that ended.</param>
internal sealed record SignsOfLife(IReadOnlyList<SignOfLife> Seen, IReadOnlyList<Silence> Silences);

/// <summary>Saves signs of life, and that the dashboard itself is alive.</summary>
/// <param name="signs">The hosts' signs.</param>
/// <param name="now">The dashboard's time, in microseconds since 1970 in UTC.</param>
internal sealed class SignsWork(SignsOfLife signs, long now) : IStoreWork
{
    private const string SilenceSql = """
        INSERT INTO silences (host, from_us, to_us) SELECT id, @From, @To FROM hosts WHERE host_id = @HostId
        ON CONFLICT (host, from_us) DO UPDATE SET to_us = max(silences.to_us, excluded.to_us)
        """;

    private const string AliveSql = """
        INSERT INTO dashboard (id, alive_us) VALUES (1, @now) ON CONFLICT (id) DO UPDATE SET alive_us = excluded.alive_us
        """;

    private readonly long _made = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it was kept.</summary>
    public Task<bool> Done => _done.Task;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        // It may have waited long: how old signs are is told by then.
        transaction.Engine.SaveSeen(transaction, signs.Seen, now + (long)Stopwatch.GetElapsedTime(_made).TotalMicroseconds);
        transaction.Connection.Execute(SilenceSql, signs.Silences, transaction.Inner);
        transaction.Connection.Execute(AliveSql, new { now }, transaction.Inner);
    }

    /// <inheritdoc/>
    public void Committed() => _done.SetResult(true);

    /// <inheritdoc/>
    public void Failed(string reason) => _done.TrySetResult(false);
}

/// <summary>Notes at the start how long the dashboard was away.</summary>
/// <param name="now">The time of the start, in microseconds since 1970 in UTC.</param>
internal sealed class StartedWork(long now) : IStoreWork
{
    // Hosts are not called silent for less, and so a shorter pause explains nothing.
    private const string PauseSql = """
        INSERT INTO pauses (from_us, to_us) SELECT alive_us, @now FROM dashboard WHERE alive_us < @now - @least ON CONFLICT DO NOTHING;
        INSERT INTO dashboard (id, alive_us) VALUES (1, @now) ON CONFLICT (id) DO UPDATE SET alive_us = excluded.alive_us;
        """;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction) =>
        transaction.Connection.Execute(PauseSql, new { now, least = (long)ProbeContract.SilentAfter.TotalMicroseconds }, transaction.Inner);

    /// <inheritdoc/>
    public void Committed()
    {
    }

    /// <inheritdoc/>
    public void Failed(string reason)
    {
        // The writer has logged it; the time line then shows the hosts' silence without its cause.
    }
}
