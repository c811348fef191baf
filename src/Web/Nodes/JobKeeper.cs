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
    private const string Number = "4";
    private const string TakeSql = $"{PostgresStore.KeepaliveSql} SET lock_timeout = '3s'; SELECT pg_try_advisory_lock({PostgresStore.LockClass}, {Number})";

    // The server may give the number of a session that is gone to another one, which then holds no such lock.
    private const string HeldSql = $"""
        SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = @session AND classid = {PostgresStore.LockClass} AND objid = {Number} AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        """;

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

    /// <summary>Asks once for the lock, or whether it still holds it.</summary>
    internal void Look()
    {
        try
        {
            _session ??= store.OpenPlain();
            bool isMine = turn.IsMine
                ? _session.QuerySingle<int>("SELECT 1", commandTimeout: TimeoutSeconds) == 1
                : _session.QuerySingle<bool>(TakeSql, commandTimeout: TimeoutSeconds);
            if (isMine && !turn.IsMine)
            {
                // Who had it may be writing still: that is to be there before this node looks.
                PostgresStore.AwaitTurn(_session, TimeoutSeconds);
                // Asked of the server itself: a pooler between gives numbers of its own.
                int session = _session.QuerySingle<int>("SELECT pg_backend_pid()", commandTimeout: TimeoutSeconds);
                turn.Set(isMine: true, transaction => transaction.Connection.QuerySingle<bool>(HeldSql, new { session }, transaction.Inner));
                Taken(log);
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // It stays this node's turn to wait: what is being written may be large.
            Waits(log);
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

    [LoggerMessage(EventId = 502, Level = LogLevel.Information, Message = "The background jobs run on this node as soon as what is being written to the database is there.")]
    private static partial void Waits(ILogger log);

    [LoggerMessage(EventId = 501, Level = LogLevel.Warning, Message = "The background jobs do not run on this node any more; another one takes them, or this one again: {Reason}")]
    private static partial void Lost(ILogger log, string reason);
}
