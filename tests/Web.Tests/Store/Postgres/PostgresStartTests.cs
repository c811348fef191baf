using Dapper;
using Microsoft.Extensions.Configuration;
using Npgsql;
using TdxDash.Testing;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Postgres;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Postgres;

public sealed class PostgresStartTests
{
    [Fact]
    public void Prepare_EmptyDatabase_MakesTheTablesOfSqlite()
    {
        using TestStore database = TestStore.MakePostgres(isEmpty: true);
        PostgresStore store = Open(database);
        Assert.False(store.IsThere);

        store.Prepare(TimeProvider.System);

        using var reader = store.OpenReader();
        Assert.Equal(PostgresSchema.Current.Version, PostgresSchema.VersionOf(reader));
        using var folder = new TempFolder();
        var sqlite = new StorePath(folder.Path);
        sqlite.Prepare(TimeProvider.System);
        using var other = sqlite.OpenReader();
        // What is added to one engine's schema belongs into the other's, and into the list of what is moved.
        string[] tables = [.. sqlite.Tables(other).Where(table => table != "schema_versions")];
        Assert.Equal(tables, store.Tables(reader).Where(table => table is not ("tdxdash" or "news" or "data_keys")));
        Assert.Equal(tables, StoreMove.Tables.Order(StringComparer.Ordinal));
        string[] missing = [.. tables.SelectMany(table => other.Query<string>("SELECT name FROM pragma_table_info(@table)", new { table })
            .Where(column => !store.HasColumn(reader, table, column)).Select(column => $"{table}.{column}"))];
        Assert.Empty(missing);
    }

    [Fact]
    public void Prepare_NewerSchema_IsRefusedWithTheRemedy()
    {
        using TestStore database = TestStore.MakePostgres();
        PostgresStore store = Open(database);
        Execute(store, "UPDATE tdxdash SET version = 99");

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => store.Prepare(TimeProvider.System));

        Assert.Contains("has schema 99", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_TablesOfAnotherProgram_IsRefusedAndLeavesThem()
    {
        using TestStore database = TestStore.MakePostgres(isEmpty: true);
        PostgresStore store = Open(database);
        Execute(store, "CREATE TABLE hosts (name text)");

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => store.Prepare(TimeProvider.System));

        Assert.Contains("tables of another program", refusal.Message, StringComparison.Ordinal);
        using var reader = store.OpenReader();
        Assert.Equal(["hosts"], store.Tables(reader));
    }

    [Fact]
    public void Prepare_NoSuchDatabase_IsRefusedWithTheRemedy() => Refused(PostgresServer.Shared.Address("absent"), "does not exist", "createdb");

    [Fact]
    public void Prepare_NoSuchUser_IsRefusedWithTheRemedy() => Refused(PostgresServer.Shared.Address("postgres", "stranger"), "refuses the sign-in", "pg_hba.conf");

    [Fact]
    public void Prepare_ServerThatIsDown_IsRefusedWithTheRemedyAndWithoutThePassword()
    {
        string message = Refused("Host=127.0.0.1;Port=1;Database=tdxdash;Username=u;Password=canary", "cannot be reached", "Check that its server runs");

        Assert.DoesNotContain("canary", message, StringComparison.Ordinal);
    }

    [Fact]
    public void RequireServer_OldVersion_IsRefusedWithTheRemedy()
    {
        using TestStore database = TestStore.MakePostgres();
        PostgresStore store = Open(database);

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => PostgresSchema.RequireServer(store, new Version(PostgresSchema.LeastServer - 1, 9)));

        Assert.Contains($"needs {PostgresSchema.LeastServer} or newer", refusal.Message, StringComparison.Ordinal);
        PostgresSchema.RequireServer(store, new Version(PostgresSchema.LeastServer, 0));
    }

    [Fact]
    public void OpenAlone_DatabaseOfDashboards_IsRefusedUntilAllEnd()
    {
        using TestStore database = TestStore.MakePostgres();
        using (Open(database).OpenWriter())
        {
            // Another dashboard and a command work beside it.
            using var second = Open(database).OpenWriter();
            using var beside = Open(database).OpenBeside();

            StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => Open(database).OpenAlone());

            Assert.Contains("A dashboard uses the", refusal.Message, StringComparison.Ordinal);
        }

        using var next = Open(database).OpenAlone();
        Assert.Equal("on", next.QuerySingle<string>("SHOW synchronous_commit"));
    }

    [Fact]
    public void OpenReader_CannotWrite()
    {
        using TestStore database = TestStore.MakePostgres();
        PostgresStore store = Open(database);
        using var reader = store.OpenReader();

        PostgresException refusal = Assert.Throws<PostgresException>(() => reader.Execute("DELETE FROM hosts"));

        Assert.Equal(PostgresErrorCodes.ReadOnlySqlTransaction, refusal.SqlState);
        Assert.Contains("standby", store.ReasonOf(refusal), StringComparison.Ordinal);
        store.CloseReaders();
    }

    [Fact]
    public void OpenReader_AllConnectionsInUse_SaysWhichSettingBoundsThem()
    {
        using TestStore database = TestStore.MakePostgres();
        var store = new PostgresStore("/", new PostgresOptions($"{database.Address};Maximum Pool Size=1;Timeout=1"), isDashboard: true);
        using var one = store.OpenReader();

        NpgsqlException refusal = Assert.Throws<NpgsqlException>(store.OpenReader);

        Assert.Contains("Maximum Pool Size", store.ReasonOf(refusal), StringComparison.Ordinal);
        store.CloseReaders();
    }

    [Theory]
    [InlineData("--TdxDash:Store:Engine=oracle", "sqlite or postgres")]
    [InlineData("--TdxDash:Store:Engine=postgres", "ConnectionStringFile is set")]
    [InlineData("--TdxDash:Store:ConnectionString=Host=a;Database=b", "is not postgres")]
    [InlineData("--TdxDash:Store:Engine=postgres --TdxDash:Store:ConnectionString=canary", "cannot be read")]
    [InlineData("--TdxDash:Store:Engine=postgres --TdxDash:Store:ConnectionString=Host=a;Password=canary", "names no Database")]
    [InlineData("--TdxDash:Store:Engine=postgres --TdxDash:Store:ConnectionString=Host=a;Database=b;Password=canary --TdxDash:Backup:Folder=/b", "pg_dump")]
    [InlineData("--TdxDash:Redis:ConnectionString=r.example:6379,password=canary", "SQLite is for one dashboard")]
    [InlineData("--TdxDash:Store:Engine=postgres --TdxDash:Store:ConnectionString=Host=a;Database=b --TdxDash:Redis:ConnectionString=password=canary", "names no server")]
    public void Read_WrongSettings_SaysWhatToDoAndNoPassword(string line, string expected)
    {
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => DashboardOptions.Read(new ConfigurationBuilder()
            .AddCommandLine(line.Split(' ')).Build()));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", refusal.Message, StringComparison.Ordinal);
    }

    private static PostgresStore Open(TestStore database) => new("/", new PostgresOptions(database.Address!), isDashboard: true);

    private static string Refused(string address, params string[] expected)
    {
        var store = new PostgresStore("/", new PostgresOptions(address), isDashboard: true);
        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => store.Prepare(TimeProvider.System));
        Assert.All(expected, text => Assert.Contains(text, refusal.Message, StringComparison.Ordinal));
        return refusal.Message;
    }

    private static void Execute(PostgresStore store, string sql)
    {
        using NpgsqlConnection connection = store.OpenPlain();
        connection.Execute(sql);
    }
}
