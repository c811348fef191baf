using Dapper;
using Npgsql;
using TdxDash.Testing;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Postgres;
using Xunit.v3;

namespace TdxDash.Web.Tests.Support;

/// <summary>Marks a class whose tests run on PostgreSQL: it inherits those that run on SQLite.</summary>
internal interface IOnPostgres;

/// <summary>The database of one test, on the engine that its class asks for; a new one, as if migrated long ago.</summary>
internal sealed class TestStore : IDisposable
{
    private const string Template = "tdxdash_template";

    private static readonly Lock Gate = new();
    private static bool _isPrepared;
    private static int _count;

    private readonly string? _database;

    private TestStore(string? database) => _database = database;

    /// <summary>Whether the class of the test that runs asks for PostgreSQL.</summary>
    public static bool IsOnPostgres => (TestContext.Current.TestClass is IXunitTestClass { Class: { } type } && typeof(IOnPostgres).IsAssignableFrom(type))
        || Environment.GetEnvironmentVariable("TDXDASH_TEST_STORE") == "postgres";

    /// <summary>The connection string; null on SQLite.</summary>
    public string? Address => _database is null ? null : PostgresServer.Shared.Address(_database);

    /// <summary>The settings that a dashboard takes it by.</summary>
    public string[] Settings => Address is null ? [] : ["--TdxDash:Store:Engine=postgres", $"--TdxDash:Store:ConnectionString={Address}"];

    /// <summary>Makes one.</summary>
    public static TestStore Make() => IsOnPostgres ? MakePostgres() : new TestStore(null);

    /// <summary>Makes one on PostgreSQL.</summary>
    /// <param name="isEmpty">Whether it has no tables yet.</param>
    public static TestStore MakePostgres(bool isEmpty = false)
    {
        string name = $"t{Interlocked.Increment(ref _count)}";
        // One after the other: a template that is copied must not be in use.
        lock (Gate)
        {
            if (!_isPrepared)
            {
                Server($"CREATE DATABASE {Template}");
                PostgresSchema.Current.Prepare(new PostgresStore("/", new PostgresOptions(PostgresServer.Shared.Address(Template)), isDashboard: false));
                _isPrepared = true;
            }

            Server($"CREATE DATABASE {name} TEMPLATE {(isEmpty ? "template0" : Template)}");
        }

        return new TestStore(name);
    }

    /// <summary>The engine.</summary>
    /// <param name="folder">The data folder.</param>
    public StoreEngine Engine(string folder)
    {
        if (Address is { } address)
        {
            return new PostgresStore(folder, new PostgresOptions(address), isDashboard: true);
        }

        var path = new StorePath(folder);
        path.Prepare(TimeProvider.System);
        return path;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_database is not null)
        {
            Server($"DROP DATABASE {_database} WITH (FORCE)");
        }
    }

    private static void Server(string sql)
    {
        using var connection = new NpgsqlConnection(PostgresServer.Shared.Address("postgres"));
        connection.Open();
        connection.Execute(sql);
    }
}
