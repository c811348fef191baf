using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Web.Store.Postgres;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>Two nodes' keepers on one PostgreSQL database, each of which looks when a test says so.</summary>
public sealed class JobKeeperTests : IDisposable
{
    private const string HoldersSql = $"""
        SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = {PostgresStore.LockClass} AND objid = 4 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private const string WaitersSql = $"""
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = {PostgresStore.LockClass} AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """;

    private readonly TestStore _database = TestStore.MakePostgres();
    private readonly TempFolder _folder = new();
    private readonly PostgresStore _store;
    private readonly JobTurn _first = new(), _second = new();
    private readonly JobKeeper _firstKeeper, _secondKeeper;

    public JobKeeperTests()
    {
        _store = new PostgresStore(_folder.Path, new PostgresOptions(_database.Address!), isDashboard: false);
        (_firstKeeper, _secondKeeper) = (new(_store, _first, NullLogger<JobKeeper>.Instance), new(_store, _second, NullLogger<JobKeeper>.Instance));
        _firstKeeper.Look();
        _secondKeeper.Look();
    }

    public void Dispose()
    {
        _firstKeeper.Dispose();
        _secondKeeper.Dispose();
        _store.CloseReaders();
        _database.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Holds_OfANodeThatHasNotNoticedItsLoss_IsToldByTheDatabase()
    {
        Assert.Equal((true, false), (_first.IsMine, _second.IsMine));
        Assert.Equal((true, false), (Holds(_first), Holds(_second)));

        using (DbConnection connection = _store.OpenPlain())
        {
            await connection.ExecuteAsync("SELECT pg_terminate_backend(@pid)", new { pid = await connection.QuerySingleAsync<int>(HoldersSql) });
        }

        await TwoNodes.HoldsAsync("the second node has the jobs", () =>
        {
            _secondKeeper.Look();
            return _second.IsMine;
        });

        // The first one has not looked: it takes itself for the one that does them.
        Assert.True(_first.IsMine);
        Assert.Equal((false, true), (Holds(_first), Holds(_second)));
    }

    [Fact]
    public async Task Look_WhileTheOneBeforeStillWrites_WaitsForItsCommit()
    {
        using DbConnection connection = _store.OpenBeside();
        using DbTransaction writing = _store.Begin(connection);
        Assert.True(_first.Holds(Open(connection, writing), _first.Number));
        _firstKeeper.Dispose();
        using DbConnection watcher = _store.OpenPlain();
        await TwoNodes.HoldsAsync("the first node's session is gone", async () => !(await watcher.QueryAsync<int>(HoldersSql)).Any());

        Task look = Task.Run(_secondKeeper.Look, TestContext.Current.CancellationToken);
        await TwoNodes.HoldsAsync("the second node waits", async () => await watcher.QuerySingleAsync<long>(WaitersSql) > 0);
        Assert.False(_second.IsMine);

        await writing.CommitAsync(TestContext.Current.CancellationToken);
        await look;
        // Where this machine took longer than the wait, at the next look.
        await TwoNodes.HoldsAsync("the second node has the jobs", () =>
        {
            _secondKeeper.Look();
            return _second.IsMine;
        });
    }

    private bool Holds(JobTurn turn)
    {
        using DbConnection connection = _store.OpenBeside();
        using DbTransaction transaction = _store.Begin(connection);
        return turn.Holds(Open(connection, transaction), turn.Number);
    }

    private StoreTransaction Open(DbConnection connection, DbTransaction transaction) => new(_store, connection, transaction, new PreparedStatements(connection), new TextPool());
}
