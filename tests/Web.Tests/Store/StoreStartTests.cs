using Dapper;
using DbUp.Engine;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Store;

public sealed class StoreStartTests
{
    [Fact]
    public void LoadedVersion_IsThePinnedLibrary() => Assert.Equal("3.53.4", SqliteLibrary.LoadedVersion());

    [Theory]
    [InlineData("3.51.2", false)]
    [InlineData("3.51.3", true)]
    [InlineData("3.53.0", true)]
    [InlineData("4.0.0", true)]
    [InlineData("3.52.0", false)]
    [InlineData("3.50.6", false)]
    [InlineData("3.50.7", true)]
    [InlineData("3.44.5", false)]
    [InlineData("3.44.6", true)]
    [InlineData("3.49.9", false)]
    [InlineData("newest", false)]
    public void IsSafe_Version_IsWhetherTheWalResetRaceIsFixed(string version, bool safe)
    {
        Assert.Equal(safe, SqliteLibrary.IsSafe(version));
        Assert.Equal(safe, Record.Exception(() => SqliteLibrary.Require(version)) is null);
    }

    [Fact]
    public void OpenWriter_FlushesEveryCommit()
    {
        using var folder = new TempFolder();
        using SqliteConnection writer = new StorePath(folder.Path).OpenWriter();

        Assert.Equal(("wal", 2L), (writer.QuerySingle<string>("PRAGMA journal_mode"), writer.QuerySingle<long>("PRAGMA synchronous")));
    }

    // A database in memory is one that SQLite does not do WAL for.
    [Fact]
    public void RequireWal_WhereSqliteDoesNotDoIt_IsRefusedWithTheRemedy()
    {
        using var folder = new TempFolder();
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() => new StorePath(folder.Path).RequireWal(connection));

        Assert.Contains("stays in journal mode memory where WAL is needed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("TdxDash:DataFolder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenReader_CannotWrite()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using SqliteConnection reader = dashboard.Path.OpenReader();

        SqliteException refusal = Assert.Throws<SqliteException>(() => reader.Execute("DELETE FROM hosts"));

        Assert.Equal(SQLitePCL.raw.SQLITE_READONLY, refusal.SqliteErrorCode);
    }

    [Fact]
    public async Task Start_FileThatIsNoDatabase_IsRefusedAndLeftAlone()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("tdxdash.db"), "These are not the bytes of a database.", TestContext.Current.CancellationToken);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(folder));

        Assert.Contains(folder.File("tdxdash.db"), refusal.Message, StringComparison.Ordinal);
        Assert.Contains("put a backup in its place", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("These are not the bytes of a database.", await File.ReadAllTextAsync(folder.File("tdxdash.db"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_DamagedPages_IsRefusedWithTheRemedy()
    {
        using var folder = new TempFolder();
        await StoreOneAsync(folder);
        byte[] bytes = await File.ReadAllBytesAsync(folder.File("tdxdash.db"), TestContext.Current.CancellationToken);
        Array.Fill<byte>(bytes, 0xA5, 4096, bytes.Length - 4096);
        await File.WriteAllBytesAsync(folder.File("tdxdash.db"), bytes, TestContext.Current.CancellationToken);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(folder));

        Assert.Contains("is damaged", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NewerSchema_IsRefusedWithBothVersions()
    {
        using var folder = new TempFolder();
        await StoreOneAsync(folder);
        Change(folder, "PRAGMA user_version=99");

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(folder));

        Assert.Contains($"has schema 99; this version of TdxDash knows up to {StoreSchema.Current.Version}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(folder.File("tdxdash.db"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_DatabaseOfAnotherProgram_IsRefused()
    {
        using var folder = new TempFolder();
        Change(folder, "CREATE TABLE theirs (id INTEGER); PRAGMA user_version=1");

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(folder));

        Assert.Contains("another program", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_SecondDashboardOnTheFolder_IsRefused()
    {
        using var folder = new TempFolder();
        await using Dashboard first = await Dashboard.StartAsync(folder);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(folder));

        Assert.Contains("Another dashboard uses the data folder", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_OlderSchema_IsBackedUpAndMigrated()
    {
        using var folder = new TempFolder();
        await StoreOneAsync(folder);
        var path = new StorePath(folder.Path);

        string? backup = WithOneMore("ALTER TABLE hosts ADD COLUMN note TEXT;").Prepare(path, TimeProvider.System);

        long version = StoreSchema.Current.Version;
        Assert.Equal(("ok", version, 1L), Look(backup!));
        Assert.Equal(("ok", version + 1, 1L), Look(path.File));
        Assert.Null(WithOneMore("ALTER TABLE hosts ADD COLUMN note TEXT;").Prepare(path, TimeProvider.System));
    }

    [Fact]
    public async Task Prepare_MigrationThatFails_KeepsTheOlderSchemaWhole()
    {
        using var folder = new TempFolder();
        await StoreOneAsync(folder);
        var path = new StorePath(folder.Path);

        StartRefusedException refusal = Assert.Throws<StartRefusedException>(() =>
            WithOneMore("CREATE TABLE half (id INTEGER); SELECT * FROM absent;").Prepare(path, TimeProvider.System));

        Assert.Contains("9999-more.sql failed", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(".bak", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(("ok", (long)StoreSchema.Current.Version, 1L), Look(path.File));
        using SqliteConnection connection = path.OpenPlain();
        Assert.Equal(0, connection.QuerySingle<int>("SELECT count(*) FROM sqlite_schema WHERE name = 'half'"));
    }

    [Fact]
    public async Task Start_FilesOfAKilledProcess_HoldEveryAcknowledgedSnapshot()
    {
        using var folder = new TempFolder();
        using var killed = new TempFolder();
        await using (Dashboard running = await Dashboard.StartAsync(folder))
        {
            HubConnection probe = await running.ConnectAsync();
            for (int sequence = 1; sequence <= 20; sequence++)
            {
                Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"{sequence}")))).Outcome);
            }

            // What a killed process leaves: database and log as they lie there, with no checkpoint and no farewell.
            File.Copy(folder.File("tdxdash.db"), killed.File("tdxdash.db"));
            File.Copy(folder.File("tdxdash.db-wal"), killed.File("tdxdash.db-wal"));
        }

        await using Dashboard restarted = await Dashboard.StartAsync(killed);

        using SqliteConnection reader = restarted.Path.OpenReader();
        Assert.Equal(Enumerable.Range(1, 20), reader.Query<int>("SELECT sequence FROM snapshots ORDER BY sequence"));
        Assert.Equal("host-a 20", Assert.Single(restarted.Fleet.Hosts).Summary.Name);
    }

    private static async Task StoreOneAsync(TempFolder folder)
    {
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()))).Outcome);
    }

    private static StoreSchema WithOneMore(string sql)
    {
        string folder = Path.Combine(TdxDash.Testing.Repository.Root, "src", "Web", "Store", "Migrations");
        IEnumerable<SqlScript> present = Directory.EnumerateFiles(folder, "*.sql").Order(StringComparer.Ordinal).Select(file => new SqlScript(Path.GetFileName(file), File.ReadAllText(file)));
        return new StoreSchema([.. present, new SqlScript("9999-more.sql", sql)]);
    }

    private static (string Check, long Version, long Snapshots) Look(string file)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        return (connection.QuerySingle<string>("PRAGMA integrity_check"), connection.QuerySingle<long>("PRAGMA user_version"),
            connection.QuerySingle<long>("SELECT count(*) FROM snapshots"));
    }

    private static void Change(TempFolder folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={folder.File("tdxdash.db")};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }
}
