using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Store.Care;

public sealed class StoreCareTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_SoundDatabase_SaysSoAndCountsBodies()
    {
        using var folder = new TempFolder();
        await StoreAsync(folder, 3);

        IntegrityFindings found = await new IntegrityCheck(new StorePath(folder.Path)).RunAsync(gently: false, Cancellation);

        Assert.Equal((0, 0, 3L), (found.Structure.Count, found.Bodies.Count, found.Checked));
    }

    [Theory]
    [InlineData("UPDATE bodies SET body = CAST(substr(body, 1, length(body) - 1) || x'ff' AS BLOB) WHERE rowid = 1 RETURNING hash")]
    [InlineData("DELETE FROM bodies WHERE rowid = 1 RETURNING hash")]
    public async Task Check_BodyThatChangedOrIsGone_IsNamedByItsHash(string damage)
    {
        using var folder = new TempFolder();
        await StoreAsync(folder, 2);
        var path = new StorePath(folder.Path);
        string hash;
        using (SqliteConnection plain = path.OpenPlain())
        {
            plain.Execute("PRAGMA foreign_keys=OFF");
            hash = plain.QuerySingle<string>(damage);
        }

        IntegrityFindings found = await new IntegrityCheck(path).RunAsync(gently: false, Cancellation);

        Assert.Empty(found.Structure);
        Assert.Equal([hash], found.Bodies);
    }

    [Fact]
    public async Task Check_EventThatCannotBeRead_IsCountedAndLeftOut()
    {
        using var folder = new TempFolder();
        var path = new StorePath(folder.Path);
        await using (Dashboard dashboard = await Dashboard.StartAsync(folder))
        {
            HubConnection probe = await dashboard.ConnectAsync();
            WireObservation[] seen = [.. Enumerable.Range(1, 3).Select(i => new WireObservation(i, new ReinitObservation(DateTimeOffset.UnixEpoch, Provenance.Emulated, "test") { KernelLine = $"virt/tdx: {i}" }))];
            DeliveryReply reply = await probe.InvokeAsync<DeliveryReply>(ProbeContract.Observe, new ObservationBatch("11111111-1111-1111-1111-111111111111", seen), Cancellation);
            Assert.Equal(DeliveryOutcome.Stored, reply.Outcome);
        }

        Assert.Equal(0, (await new IntegrityCheck(path).RunAsync(gently: false, Cancellation)).Events);
        using (SqliteConnection plain = path.OpenPlain())
        {
            plain.Execute("UPDATE events SET body = x'7b' WHERE sequence = 2");
        }

        Assert.Equal(1, (await new IntegrityCheck(path).RunAsync(gently: false, Cancellation)).Events);
        var log = new Lines();
        var reader = new EventReader(path, log);
        Assert.Equal([3L, 1L], reader.Recent(10).Select(known => known.Sequence));
        Assert.Equal([3L, 1L], reader.Newest(Dashboard.HostA, 10).Select(known => known.Sequence));
        Assert.Contains("Event 2 of host", Assert.Single(log.Written), StringComparison.Ordinal);
    }

    private sealed class Lines : ILogger<EventReader>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add(formatter(state, exception));
    }

    // Every flip lies in a page that the database uses; SQLite's own check, or a body's hash, has to see each one that matters. A flip in
    // bytes that no row uses changes nothing that can be read.
    [Fact]
    public async Task Check_FlippedBytes_AreFoundOrChangeNothingThatCanBeRead()
    {
        using var folder = new TempFolder();
        await StoreAsync(folder, 20);
        var path = new StorePath(folder.Path);
        byte[] sound = await File.ReadAllBytesAsync(path.File, Cancellation);
        Assert.False(File.Exists(path.File + "-wal"));
        (string Hash, string Body)[] bodies = Bodies(path);
        var random = new Random(20261126);
        int found = 0;
        for (int round = 0; round < 100; round++)
        {
            byte[] damaged = [.. sound];
            damaged[random.Next(100, damaged.Length)] ^= (byte)(1 << random.Next(8));
            path.CloseReaders();
            await File.WriteAllBytesAsync(path.File, damaged, Cancellation);

            IntegrityFindings findings = await new IntegrityCheck(path).RunAsync(gently: false, Cancellation);

            bool seen = findings.Structure.Count + findings.Bodies.Count > 0;
            found += seen ? 1 : 0;
            Assert.True(seen || bodies.SequenceEqual(Bodies(path)), $"round {round}: a body changed unseen");
        }

        Assert.InRange(found, 1, 100);
        TestContext.Current.TestOutputHelper?.WriteLine($"{found} of 100 flips were found; the others changed no body.");
    }

    [Fact]
    public async Task Refuse_StopsTheWriterAndTellsProbesToKeepTheirs()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        dashboard.Service<StoreWriter>().Refuse("The database is damaged: a test says so.");

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));

        Assert.Equal(DeliveryOutcome.RetryLater, reply.Outcome);
        Assert.Contains("a test says so", reply.Reason, StringComparison.Ordinal);
        Assert.Equal("The database is damaged: a test says so.", dashboard.Service<StoreCondition>().Trouble);
    }

    [Fact]
    public async Task CheckAsync_DamagedStructure_StopsTheWriter()
    {
        using var folder = new TempFolder();
        await StoreAsync(folder, 20);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        using (SqliteConnection plain = dashboard.Path.OpenPlain())
        {
            // An index that leads to another's page, which every connection sees.
            plain.Execute("PRAGMA writable_schema=ON; UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'annotations_by_host_and_time') WHERE name = 'snapshots_by_hash'; PRAGMA schema_version=9999");
        }

        await dashboard.Service<StoreKeeper>().CheckAsync(Cancellation);

        StoreCondition condition = dashboard.Service<StoreCondition>();
        Assert.Equal(CheckStage.Damaged, condition.Check.Stage);
        Assert.Contains("Nothing more is written to it", condition.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_WhileTheDashboardRuns_IsWholeAndOpensAsAStore()
    {
        using var folder = new TempFolder();
        using var other = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()))).Outcome);
        using var output = new StringWriter();

        await StoreCommand.RunAsync(["backup", other.File("tdxdash.db"), "--TdxDash:DataFolder", folder.Path], output);

        Assert.Contains("1 hosts, 1 snapshots", output.ToString(), StringComparison.Ordinal);
        await using Dashboard restored = await Dashboard.StartAsync(other);
        Assert.NotNull(restored.Fleet.Find(Dashboard.HostA));
    }

    [Theory]
    [InlineData("is not written over", "backup", "there")]
    [InlineData("There is no database", "backup", "new", "--TdxDash:DataFolder", "/nowhere")]
    [InlineData("backup needs a file", "backup")]
    [InlineData("There is no command 'backp'", "backp")]
    [InlineData("no setting of this version", "retention", "--TdxDash:Retention:Day", "3", "Days")]
    public async Task Run_WrongCommand_IsRefusedWithTheRemedy(string words, params string[] args)
    {
        using var folder = new TempFolder();
        await StoreAsync(folder, 1);
        await File.WriteAllTextAsync(folder.File("there"), "", Cancellation);
        string[] whole = [.. args.Select(arg => arg is "there" or "new" ? folder.File(arg) : arg)];

        Exception? refusal = await Record.ExceptionAsync(() => StoreCommand.RunAsync(
            whole.Contains("--TdxDash:DataFolder") ? whole : [.. whole, "--TdxDash:DataFolder", folder.Path], TextWriter.Null));

        Assert.IsType<StartRefusedException>(refusal);
        Assert.Contains(words.Replace("no setting", "not a setting", StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retention_Command_SaysWhatWouldGo()
    {
        using var folder = new TempFolder();
        await StoreAsync(folder, 2);
        using var output = new StringWriter();

        await StoreCommand.RunAsync(["retention", "--TdxDash:Retention:Days", "30", "--TdxDash:DataFolder", folder.Path], output);

        Assert.Contains("the last 30 days", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("Nothing would be removed now.", output.ToString(), StringComparison.Ordinal);
    }

    private static (string Hash, string Body)[] Bodies(StorePath path)
    {
        using SqliteConnection reader = path.OpenReader();
        return [.. reader.Query<(string, string)>("SELECT hash, hex(body) FROM bodies ORDER BY rowid")];
    }

    private static async Task StoreAsync(TempFolder folder, int snapshots)
    {
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        for (int sequence = 1; sequence <= snapshots; sequence++)
        {
            Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"6.16.{sequence}")))).Outcome);
        }
    }
}
