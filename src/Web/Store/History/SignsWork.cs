using Dapper;
using TdxDash.Wire;

namespace TdxDash.Web.Store.History;

/// <summary>A host was not heard of. Times are microseconds since 1970 in UTC.</summary>
internal sealed record Silence(string HostId, long From, long To);

/// <summary>Signs of life to be saved.</summary>
/// <param name="Seen">When hosts were last heard of, in microseconds since 1970 in UTC.</param>
/// <param name="Silences">Silences that ended.</param>
internal sealed record SignsOfLife(IReadOnlyList<(string HostId, long At)> Seen, IReadOnlyList<Silence> Silences);

/// <summary>Saves signs of life, and that the dashboard itself is alive.</summary>
/// <param name="signs">The hosts' signs.</param>
/// <param name="now">The dashboard's time, in microseconds since 1970 in UTC.</param>
internal sealed class SignsWork(SignsOfLife signs, long now) : IStoreWork
{
    // Not the later of both: what was saved while the dashboard's clock was ahead must go.
    private const string SeenSql = "UPDATE hosts SET last_seen_us = @At WHERE host_id = @HostId";

    private const string SilenceSql = """
        INSERT INTO silences (host, from_us, to_us) SELECT id, @From, @To FROM hosts WHERE host_id = @HostId
        ON CONFLICT (host, from_us) DO UPDATE SET to_us = max(to_us, excluded.to_us)
        """;

    private const string AliveSql = """
        INSERT INTO dashboard (id, alive_us) VALUES (1, @now) ON CONFLICT (id) DO UPDATE SET alive_us = excluded.alive_us
        """;

    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it was kept.</summary>
    public Task<bool> Done => _done.Task;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction)
    {
        transaction.Connection.Execute(SeenSql, signs.Seen.Select(host => new { host.HostId, host.At }), transaction.Sqlite);
        transaction.Connection.Execute(SilenceSql, signs.Silences, transaction.Sqlite);
        transaction.Connection.Execute(AliveSql, new { now }, transaction.Sqlite);
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
        INSERT OR IGNORE INTO pauses (from_us, to_us) SELECT alive_us, @now FROM dashboard WHERE alive_us < @now - @least;
        INSERT INTO dashboard (id, alive_us) VALUES (1, @now) ON CONFLICT (id) DO UPDATE SET alive_us = excluded.alive_us;
        """;

    /// <inheritdoc/>
    public int Bytes => 0;

    /// <inheritdoc/>
    public void Apply(StoreTransaction transaction) =>
        transaction.Connection.Execute(PauseSql, new { now, least = (long)ProbeContract.SilentAfter.TotalMicroseconds }, transaction.Sqlite);

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
