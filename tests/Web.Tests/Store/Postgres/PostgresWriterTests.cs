using System.Data.Common;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Postgres;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.Postgres;

public sealed class PostgresWriterTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_TwoWritersAtOnce_WhoGoesOnByRevisionMissesNothing()
    {
        const int each = 300;
        using TestStore database = TestStore.MakePostgres();
        await using StoreWriter first = Start(Open(database)), second = Start(Open(database));
        var reader = new SnapshotReader(Open(database));
        Task<List<long>> follower = Task.Run(() => Follow(reader, 2 * each), Cancellation);

        SnapshotWork[] works = [.. Enumerable.Range(1, each).SelectMany(sequence => new[] { Enqueue(first, 1, sequence), Enqueue(second, 2, sequence) })];
        StoreOutcome[] outcomes = await Task.WhenAll(works.Select(work => work.Done)).WaitAsync(Dashboard.Patience, Cancellation);

        List<long> seen = await follower.WaitAsync(Dashboard.Patience, Cancellation);
        Assert.Equal(outcomes.Select(outcome => Assert.IsType<StoreOutcome.Stored>(outcome).Revision).Order(), seen);
    }

    [Fact]
    public async Task Write_ServerThatCrashes_AcknowledgesNothingThatIsNotThereAndRecovers()
    {
        using var server = new PostgresServer(isDurable: true);
        var store = new PostgresStore("/", new PostgresOptions(server.Address("postgres")), isDashboard: true);
        store.Prepare(TimeProvider.System);
        await using StoreWriter writer = Start(store);
        Assert.IsType<StoreOutcome.Stored>(await Enqueue(writer, 1, 1).Done.WaitAsync(Dashboard.Patience, Cancellation));

        SnapshotWork[] under = [.. Enumerable.Range(2, 500).Select(sequence => Enqueue(writer, 1, sequence))];
        server.Crash();
        StoreOutcome[] outcomes = await Task.WhenAll(under.Select(work => work.Done)).WaitAsync(Dashboard.Patience, Cancellation);
        StoreOutcome down = await Enqueue(writer, 1, 502).Done.WaitAsync(Dashboard.Patience, Cancellation);
        Assert.Contains("cannot be reached", Assert.IsType<StoreOutcome.Failed>(down).Reason, StringComparison.Ordinal);
        Assert.NotNull(writer.Trouble);

        server.Start();
        Assert.IsType<StoreOutcome.Stored>(await Enqueue(writer, 1, 502).Done.WaitAsync(Dashboard.Patience, Cancellation));

        Assert.Null(writer.Trouble);
        using var reader = store.OpenBeside();
        HashSet<long> there = [.. reader.Query<long>("SELECT sequence FROM snapshots")];
        Assert.All(outcomes.Index().Where(entry => entry.Item is StoreOutcome.Stored), entry => Assert.Contains(entry.Index + 2, there));
        // A commit whose answer got lost is delivered again, and found.
        Assert.All(await Task.WhenAll(Enumerable.Range(1, 502).Select(sequence => Enqueue(writer, 1, sequence).Done)).WaitAsync(Dashboard.Patience, Cancellation), outcome => Assert.IsNotType<StoreOutcome.Failed>(outcome));
        Assert.Equal(502, reader.QuerySingle<long>("SELECT count(*) FROM snapshots"));
    }

    [Fact]
    public async Task Write_ReadOnlyServer_SaysSoAndRecovers()
    {
        using TestStore database = TestStore.MakePostgres();
        PostgresStore store = Open(database);
        await using StoreWriter writer = Start(store);
        await SetAsync(writer, "on");

        StoreOutcome refused = await Enqueue(writer, 1, 1).Done.WaitAsync(Dashboard.Patience, Cancellation);
        Assert.Contains("takes no changes", Assert.IsType<StoreOutcome.Failed>(refused).Reason, StringComparison.Ordinal);
        Assert.Contains("takes no changes", writer.Trouble, StringComparison.Ordinal);

        // The setting went with the connection, as that of a standby that was promoted.
        Assert.IsType<StoreOutcome.Stored>(await Enqueue(writer, 1, 1).Done.WaitAsync(Dashboard.Patience, Cancellation));
        Assert.Null(writer.Trouble);
    }

    [Fact]
    public async Task Write_OneWorkThatCannotBeStored_KeepsNoOtherFromIt()
    {
        using TestStore database = TestStore.MakePostgres();
        StoreWriter writer = Make(Open(database));
        SnapshotWork[] works = [Enqueue(writer, 1, 1), Enqueue(writer, 1, 2, "host\0name"), Enqueue(writer, 1, 3)];
        writer.Start();

        StoreOutcome[] outcomes = await Task.WhenAll(works.Select(work => work.Done)).WaitAsync(Dashboard.Patience, Cancellation);

        Assert.IsType<StoreOutcome.Stored>(outcomes[0]);
        Assert.IsType<StoreOutcome.Failed>(outcomes[1]);
        Assert.IsType<StoreOutcome.Stored>(outcomes[2]);
        Assert.Null(writer.Trouble);
        await writer.DisposeAsync();
    }

    [Fact]
    public async Task Stop_ServerThatDoesNotAnswer_EndsAndAcknowledgesNothing()
    {
        using TestStore database = TestStore.MakePostgres();
        using DbConnection other = Open(database).OpenBeside();
        using (Open(database).Begin(other))
        {
            StoreWriter writer = Start(Open(database));
            SnapshotWork waits = Enqueue(writer, 1, 1);

            await writer.StopAsync(TimeSpan.FromMilliseconds(1)).WaitAsync(Dashboard.Patience, Cancellation);
            await writer.DisposeAsync();

            Assert.False(waits.Done.IsCompleted);
        }
    }

    [Fact]
    public async Task Stop_CommitFailed_TriesNoFurtherOne()
    {
        using TestStore database = TestStore.MakePostgres();
        PostgresStore store = Open(database);
        using DbConnection other = store.OpenBeside();
        using (store.Begin(other))
        {
            StoreWriter writer = Make(store);
            SnapshotWork[] works = [.. Enumerable.Range(1, 3 * StoreWriter.MaxBatch).Select(sequence => Enqueue(writer, 1, sequence))];
            writer.Start();
            Task stopping = writer.StopAsync(Timeout.InfiniteTimeSpan);

            other.Execute("SELECT pg_terminate_backend(@session)", new { session = store.WriterSession });

            await stopping.WaitAsync(Dashboard.Patience, Cancellation);
            string[] reasons = [.. (await Task.WhenAll(works.Select(work => work.Done))).Select(outcome => Assert.IsType<StoreOutcome.Failed>(outcome).Reason)];
            Assert.Single(reasons.Distinct());
        }
    }

    private static PostgresStore Open(TestStore database) => new("/", new PostgresOptions(database.Address!), isDashboard: false);

    private static StoreWriter Make(PostgresStore store) => new(store, new DashboardOptions
    {
        DataFolder = "/",
        Urls = [],
        AllowRemote = false,
        Store = new StoreOptions { QueueLength = 10_000, QueueBytes = 1 << 30 },
    }, NullLogger<StoreWriter>.Instance);

    private static StoreWriter Start(PostgresStore store)
    {
        StoreWriter writer = Make(store);
        writer.Start();
        return writer;
    }

    private static async Task SetAsync(StoreWriter writer, string value) => Assert.Null((await new DirectWork<int>(transaction =>
        transaction.Connection.Execute($"SET default_transaction_read_only = {value}", transaction: transaction.Inner)).RunAsync(writer)).Failure);

    private static List<long> Follow(SnapshotReader reader, int count)
    {
        var seen = new List<long>();
        while (seen.Count < count && !Cancellation.IsCancellationRequested)
        {
            seen.AddRange(reader.WrittenAfter(seen.Count == 0 ? 0 : seen[^1], 1_000).Select(row => row.Revision));
        }

        return seen;
    }

    private static SnapshotWork Enqueue(StoreWriter writer, int host, long sequence, string name = "host-a")
    {
        var work = new SnapshotWork(new SnapshotRow
        {
            HostId = HistoryStore.HostId(host),
            HostName = name,
            Origin = Origin.Demo,
            ProbeVersion = "0.1.0",
            BootId = SmallSnapshot.BootId,
            Sequence = sequence,
            Hash = SnapshotHash.Of(BitConverter.GetBytes(sequence)),
            Schema = 1,
            RawBytes = 200,
            Body = new byte[100],
            TakenAt = 1,
            ReceivedAt = sequence,
            Digest = null,
        }, _ => { });
        Assert.Null(writer.TryEnqueue(work));
        return work;
    }
}
