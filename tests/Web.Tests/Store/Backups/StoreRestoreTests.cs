using Dapper;
using DbUp.Engine;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Store.Backups;

public sealed class StoreRestoreTests : IDisposable
{
    private readonly TempFolder _data = new(), _other = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Backup => _other.File("backup.db");

    public void Dispose()
    {
        _data.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task Restore_OlderBackup_KeepsThePresentDatabaseAndKeysAside()
    {
        await StoreAsync(_data, 1);
        await WriteKeyAsync("one");
        await RunAsync("backup", Backup);
        await StoreAsync(_data, 2, 3);
        await WriteKeyAsync("two");

        string said = await RunAsync("restore", Backup);

        string aside = Assert.Single(Directory.GetDirectories(_data.Path, "replaced-*"));
        Assert.Equal([1L], Sequences(_data.Path));
        Assert.Equal([1L, 2L, 3L], Sequences(aside));
        Assert.Equal("one", await File.ReadAllTextAsync(_data.File("keys/key-a.xml"), Cancellation));
        Assert.Equal("two", await File.ReadAllTextAsync(Path.Combine(aside, "keys", "key-a.xml"), Cancellation));
        Assert.Contains("1 hosts, 1 snapshots; checked", said, StringComparison.Ordinal);
        Assert.Contains($"What was there before is in {aside}", said, StringComparison.Ordinal);
        Assert.Contains("1 key files were put in place", said, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_data.Path, "restoring"));
    }

    [Fact]
    public async Task Restore_IntoAnEmptyFolder_LeavesAPlainDatabaseAndAnAuditEntry()
    {
        await StoreAsync(_data, 1);
        await WriteKeyAsync("secret-of-a-key");
        await RunAsync("backup", Backup);
        using var fresh = new TempFolder();

        RestoreReport report = await new StoreRestore(new StorePath(fresh.Path), StoreSchema.Current, TimeProvider.System).RunAsync(Backup);

        Assert.Null(report.Aside);
        Assert.Equal("secret-of-a-key", await File.ReadAllTextAsync(fresh.File("keys/key-a.xml"), Cancellation));
        using SqliteConnection reader = new StorePath(fresh.Path).OpenPlain();
        Assert.Equal(0, reader.QuerySingle<int>("SELECT count(*) FROM sqlite_schema WHERE name LIKE 'backup%'"));
        Assert.Equal(("system", "store.restore", "backup.db"), reader.QuerySingle<(string, string, string)>("SELECT actor, action, target FROM audit ORDER BY id DESC LIMIT 1"));
        Assert.DoesNotContain("secret-of-a-key", System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(fresh.File("tdxdash.db"), Cancellation)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_HoldsKeys_AndIsItsOwnersAlone()
    {
        await StoreAsync(_data, 1);
        await WriteKeyAsync("one");

        Assert.Contains("1 key files", await RunAsync("backup", Backup), StringComparison.Ordinal);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Backup));
        }
    }

    [Fact]
    public async Task Restore_WhileADashboardRuns_IsRefused()
    {
        await StoreAsync(_data, 1);
        await RunAsync("backup", Backup);
        await using Dashboard running = await Dashboard.StartAsync(_data);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync("restore", Backup));

        Assert.Contains("Another dashboard uses the data folder", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PRAGMA user_version=99", "has schema 99; this version of TdxDash knows up to")]
    [InlineData("PRAGMA application_id=1", "of another program")]
    [InlineData("UPDATE bodies SET body = x'00'", "is damaged: the body of snapshot")]
    [InlineData("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'annotations_by_host_and_time') WHERE name = 'snapshots_by_hash'; PRAGMA schema_version=9999", "is damaged")]
    [InlineData("UPDATE backup_files SET path = 'keys/../../evil.xml'", "which is no key file")]
    [InlineData("UPDATE backup_files SET path = 'tdxdash.db.xml'", "which is no key file")]
    public async Task Restore_BackupThatCannotBeUsed_ChangesNothing(string damage, string words)
    {
        await StoreAsync(_data, 1);
        await WriteKeyAsync("one");
        await RunAsync("backup", Backup);
        Change(Backup, damage);
        byte[] before = await File.ReadAllBytesAsync(_data.File("tdxdash.db"), Cancellation);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync("restore", Backup));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(Backup, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_data.File("tdxdash.db"), Cancellation));
        Assert.Equal(["keys"], Directory.GetDirectories(_data.Path).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("restore needs a file")]
    [InlineData("There is no backup", "absent.db")]
    [InlineData("is no SQLite database", "text.db")]
    public async Task Restore_NoBackup_IsRefusedWithTheRemedy(string words, params string[] file)
    {
        await File.WriteAllTextAsync(_other.File("text.db"), "These are not the bytes of a database.", Cancellation);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => RunAsync(["restore", .. file.Select(_other.File)]));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AfterARestoreThatWasCutOff_IsRefusedUntilItIsRunAgain()
    {
        await StoreAsync(_data, 1);
        await RunAsync("backup", Backup);
        string aside = _data.File("replaced-then");
        RestoreMarker.Set(new StorePath(_data.Path), aside);
        Directory.CreateDirectory(aside);
        File.Move(_data.File("tdxdash.db"), Path.Combine(aside, "tdxdash.db"));

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(_data));
        Assert.Contains(aside, refusal.Message, StringComparison.Ordinal);

        Assert.Contains($"What was there before is in {aside}", await RunAsync("restore", Backup), StringComparison.Ordinal);
        await using Dashboard restored = await Dashboard.StartAsync(_data);
        Assert.NotNull(restored.Fleet.Find(Dashboard.HostA));
    }

    // A downgrade is a restore: the copy that a migration made beforehand, put back by the version before it.
    [Fact]
    public async Task Restore_CopyOfBeforeAMigration_IsTheWayBackToTheVersionBefore()
    {
        await StoreAsync(_data, 1, 2);
        var path = new StorePath(_data.Path);
        var newer = new StoreSchema([.. Present(), new SqlScript("9999-more.sql", "ALTER TABLE hosts ADD COLUMN note TEXT; DELETE FROM snapshots WHERE sequence = 2;")]);
        string before = newer.Prepare(path, TimeProvider.System)!;
        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => Dashboard.StartAsync(_data));
        Assert.Contains("TdxDash.Web restore FILE", refusal.Message, StringComparison.Ordinal);

        RestoreReport report = await new StoreRestore(path, StoreSchema.Current, TimeProvider.System).RunAsync(before);

        Assert.Equal((StoreSchema.Current.Version, 2L, 0), (report.Schema, report.Snapshots, report.KeyFiles));
        await using Dashboard older = await Dashboard.StartAsync(_data);
        Assert.Equal([1L, 2L], Sequences(_data.Path));
    }

    private static IEnumerable<SqlScript> Present() =>
        Directory.EnumerateFiles(Path.Combine(TdxDash.Testing.Repository.Root, "src", "Web", "Store", "Migrations"), "*.sql").Order(StringComparer.Ordinal)
            .Select(file => new SqlScript(Path.GetFileName(file), File.ReadAllText(file)));

    private static long[] Sequences(string folder)
    {
        using SqliteConnection connection = new StorePath(folder).OpenPlain();
        return [.. connection.Query<long>("SELECT sequence FROM snapshots ORDER BY sequence")];
    }

    private static void Change(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }

    private static async Task StoreAsync(TempFolder folder, params long[] sequences)
    {
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        foreach (long sequence in sequences)
        {
            Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"6.16.{sequence}")))).Outcome);
        }
    }

    private async Task WriteKeyAsync(string text)
    {
        Directory.CreateDirectory(_data.File("keys"));
        foreach (string made in Directory.GetFiles(_data.File("keys")))
        {
            File.Delete(made);
        }

        await File.WriteAllTextAsync(_data.File("keys/key-a.xml"), text, Cancellation);
    }

    private async Task<string> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        await StoreCommand.RunAsync([.. args, "--TdxDash:DataFolder", _data.Path], output);
        return output.ToString();
    }
}
