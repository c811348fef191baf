using System.Data.Common;
using Dapper;
using Npgsql;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>Takes the turn for background jobs by a lock of a session of PostgreSQL, which the server gives to another node once this one is gone.</summary>
/// <param name="store">The database.</param>
/// <param name="turn">The turn.</param>
/// <param name="log">The log.</param>
internal sealed partial class JobKeeper(PostgresStore store, JobTurn turn, ILogger<JobKeeper> log) : BackgroundService
{
    /// <summary>How often the lock is asked for, or whether the session that holds it still lives.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int TimeoutSeconds = 5;
    private const string TakeSql = $"{PostgresStore.KeepaliveSql} SELECT pg_try_advisory_lock({PostgresStore.LockClass}, 4)";

    private NpgsqlConnection? _session;

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // A dashboard that is alone begins its jobs at once.
        Look();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        End();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        End();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // A thread of its own: a server that does not answer must not take those that answer requests.
    private void Run(CancellationToken stopping)
    {
        while (!stopping.WaitHandle.WaitOne(Interval))
        {
            Look();
        }
    }

    private void Look()
    {
        try
        {
            _session ??= store.OpenPlain();
            bool isMine = turn.IsMine
                ? _session.QuerySingle<int>("SELECT 1", commandTimeout: TimeoutSeconds) == 1
                : _session.QuerySingle<bool>(TakeSql, commandTimeout: TimeoutSeconds);
            if (isMine != turn.IsMine)
            {
                Taken(log);
            }

            turn.Set(isMine);
        }
        catch (Exception e) when (e is DbException or TimeoutException or System.Net.Sockets.SocketException)
        {
            if (turn.IsMine)
            {
                Lost(log, store.ReasonOf(e));
            }

            End();
        }
    }

    // The jobs first: another node may begin them as soon as the session is gone.
    private void End()
    {
        turn.Set(isMine: false);
        _session?.Dispose();
        _session = null;
    }

    [LoggerMessage(EventId = 500, Level = LogLevel.Information, Message = "The background jobs run on this node: retention, check, comparisons and alerts.")]
    private static partial void Taken(ILogger log);

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "The background jobs do not run on this node any more; another one takes them, or this one again: {Reason}")]
    private static partial void Lost(ILogger log, string reason);
}
