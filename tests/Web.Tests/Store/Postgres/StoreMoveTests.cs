using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.History;
using TdxDash.Web.Store.Postgres;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Postgres;

public sealed class StoreMoveTests
{
    [Fact]
    public async Task Run_StoreWithHistory_IsTheSameOnTheOtherEngineAndGoesOn()
    {
        await using var store = new HistoryStore();
        for (int sequence = 1; sequence <= 3; sequence++)
        {
            await store.InsertAsync(1, sequence, HistoryStore.Start.AddDays(sequence));
            await store.InsertAsync(2, sequence, HistoryStore.Start.AddDays(sequence));
        }

        await store.ObserveAsync(1, 1, 1, 3, HistoryStore.Start);
        await store.CompareAllAsync();
        await new DirectWork<int>(transaction =>
        {
            transaction.Connection.Execute("INSERT INTO audit (at_us, actor, address, action, target, detail) VALUES (1, '', '', '', 'ü', @detail)", new { detail = "with\0nul" }, transaction.Inner);
            // A number that was given and whose row is gone is not given again.
            return transaction.Connection.Execute("INSERT INTO audit (id, at_us, actor, address, action, target, detail) VALUES (40, 1, '', '', '', '', ''); DELETE FROM audit WHERE id = 40", transaction: transaction.Inner);
        }).RunAsync(store.Writer);
        // Keys go along, and what has no number of its own.
        string keys = Directory.CreateDirectory(KeyFolder.Of(store.Path)).FullName;
        await File.WriteAllTextAsync(Path.Combine(keys, "key-1.xml"), "<key id=\"1\" version=\"1\" />", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(keys, "revocation-x.xml"), "<revocation version=\"1\" />", TestContext.Current.CancellationToken);
        using TestStore database = TestStore.MakePostgres(isEmpty: true);
        PostgresStore target = Open(database);
        var said = new StringWriter();

        await new StoreMove(store.Path, target, said).RunAsync();

        Assert.Contains("  snapshots: 6 rows", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("6 snapshots compared with their hashes, 0 damaged", said.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 texts held the character U+0000", said.ToString(), StringComparison.Ordinal);
        Assert.Equal(new SnapshotReader(store.Path).WrittenAfter(0, 9).Select(row => row with { Digest = null }), new SnapshotReader(target).WrittenAfter(0, 9).Select(row => row with { Digest = null }));
        EntriesQuery all = new(null, 0, long.MaxValue, 0, "", null, 50);
        Assert.Equal(all.Run(store.Path), all.Run(target));
        Assert.Contains($"Of the key files in {keys}, 2 are in the database too", said.ToString(), StringComparison.Ordinal);
        Assert.Equal(["key", "revocation"], new DataKeys(target, NullLoggerFactory.Instance).GetAllElements().Select(key => key.Name.LocalName));
        using var connection = target.OpenWriter();
        Assert.Equal(0, DataKeys.TakeOver(connection, store.Path.Folder, NullLoggerFactory.Instance));
        Assert.True(connection.QuerySingle<long>("INSERT INTO snapshots (host, boot_id, sequence, hash, taken_at_us, received_at_us) SELECT host, boot_id, 9, hash, 1, 1 FROM snapshots LIMIT 1 RETURNING revision") > 6);
        Assert.Equal(41, connection.QuerySingle<long>("INSERT INTO audit (at_us, actor, address, action, target, detail) VALUES (1, '', '', '', '', '') RETURNING id"));
        target.CloseReaders();
    }

    [Fact]
    public async Task Run_DatabaseInUse_IsRefusedAndLeftAsItWas()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        using TestStore database = TestStore.MakePostgres();
        PostgresStore target = Open(database);
        using (var connection = target.OpenWriter())
        {
            connection.Execute("INSERT INTO pauses (from_us, to_us) VALUES (1, 2)");
        }

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => new StoreMove(store.Path, target, TextWriter.Null).RunAsync());

        Assert.Contains("in use already: its table pauses has rows", refusal.Message, StringComparison.Ordinal);
        using var after = target.OpenReader();
        Assert.Equal((0L, 1L), after.QuerySingle<(long, long)>("SELECT (SELECT count(*) FROM hosts), (SELECT count(*) FROM probe_realm)"));
    }

    [Fact]
    public async Task Run_RowThatCannotBeStored_LeavesNothing()
    {
        await using var store = new HistoryStore();
        await store.InsertAsync(1, 1, HistoryStore.Start);
        using (var plain = store.Path.OpenPlain())
        {
            // As a program that is none of ours could have left it.
            plain.Execute("PRAGMA foreign_keys=OFF; UPDATE hosts SET was_ready = 7");
        }

        using TestStore database = TestStore.MakePostgres();
        PostgresStore target = Open(database);

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => new StoreMove(store.Path, target, TextWriter.Null).RunAsync());

        Assert.Contains("nothing of it is in PostgreSQL", refusal.Message, StringComparison.Ordinal);
        using var after = target.OpenReader();
        Assert.Equal(0, after.QuerySingle<long>("SELECT count(*) FROM hosts"));
    }

    [Fact]
    public async Task Run_FolderOfARunningDashboard_IsRefused()
    {
        await using var store = new HistoryStore();
        using StoreLock running = StoreLock.Take(store.Path);
        using TestStore database = TestStore.MakePostgres();

        StartRefusedException refusal = await Assert.ThrowsAsync<StartRefusedException>(() => new StoreMove(store.Path, Open(database), TextWriter.Null).RunAsync());

        Assert.Contains("Another dashboard uses the data folder", refusal.Message, StringComparison.Ordinal);
    }

    private static PostgresStore Open(TestStore database) => new("/", new PostgresOptions(database.Address!), isDashboard: true);
}
