using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Options;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store;

public sealed class StoreWriterTests
{
    [Fact]
    public async Task TryEnqueue_QueueFull_IsPutOff()
    {
        using var folder = new TempFolder();
        await using StoreWriter writer = Make(folder, length: 2);

        Assert.Null(writer.TryEnqueue(Work(1)));
        Assert.Null(writer.TryEnqueue(Work(2)));
        Assert.NotNull(writer.TryEnqueue(Work(3)));
    }

    [Fact]
    public async Task TryEnqueue_MemoryFull_IsPutOff()
    {
        using var folder = new TempFolder();
        await using StoreWriter writer = Make(folder, bytes: 250);

        Assert.Null(writer.TryEnqueue(Work(1)));
        Assert.Null(writer.TryEnqueue(Work(2)));
        Assert.NotNull(writer.TryEnqueue(Work(3)));
    }

    [Fact]
    public async Task TryEnqueue_AfterDispose_IsPutOffAndWhatWasQueuedIsStored()
    {
        using var folder = new TempFolder();
        StoreWriter writer = Make(folder);
        SnapshotWork[] queued = [.. Enumerable.Range(1, 300).Select(sequence => Work(sequence))];
        Assert.All(queued, work => Assert.Null(writer.TryEnqueue(work)));
        writer.Start();

        await writer.DisposeAsync();

        Assert.All(await Task.WhenAll(queued.Select(work => work.Done)), outcome => Assert.IsType<StoreOutcome.Stored>(outcome));
        Assert.NotNull(writer.TryEnqueue(Work(301)));
        Assert.Equal(300, Rows(folder));
    }

    [Fact]
    public async Task Write_DiskFull_KeepsNothingOfTheBatchAndRecovers()
    {
        using var folder = new TempFolder();
        await using StoreWriter writer = Make(folder);
        SnapshotWork first = Work(1), large = Work(2, new byte[1 << 20]);
        Assert.Null(writer.TryEnqueue(new Pragma("PRAGMA max_page_count=40")));
        Assert.Null(writer.TryEnqueue(first));
        Assert.Null(writer.TryEnqueue(large));
        writer.Start();

        StoreOutcome[] outcomes = await Task.WhenAll(first.Done, large.Done).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        Assert.All(outcomes, outcome => Assert.Contains("is full", Assert.IsType<StoreOutcome.Failed>(outcome).Reason, StringComparison.Ordinal));
        Assert.Contains("is full", writer.Trouble, StringComparison.Ordinal);
        Assert.Equal(0, Rows(folder));

        // The limit went with the connection, as if space had been freed; what is smaller than a delivery would have fitted all the time.
        Assert.Equal(new DirectOutcome<int>(1, null), await new DirectWork<int>(_ => 1).RunAsync(writer));
        Assert.Contains("is full", writer.Trouble, StringComparison.Ordinal);
        SnapshotWork again = Work(1);
        Assert.Null(writer.TryEnqueue(again));
        Assert.IsType<StoreOutcome.Stored>(await again.Done.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken));
        Assert.Null(writer.Trouble);
        Assert.Equal(1, Rows(folder));
    }

    [Fact]
    public async Task Write_SameRowTwiceInOneBatch_IsStoredOnce()
    {
        using var folder = new TempFolder();
        await using StoreWriter writer = Make(folder);
        SnapshotWork[] twice = [Work(1), Work(1)];
        Assert.All(twice, work => Assert.Null(writer.TryEnqueue(work)));
        writer.Start();

        StoreOutcome[] outcomes = await Task.WhenAll(twice.Select(work => work.Done)).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        Assert.IsType<StoreOutcome.Stored>(outcomes[0]);
        Assert.IsType<StoreOutcome.Duplicate>(outcomes[1]);
    }

    private static StoreWriter Make(TempFolder folder, int length = 1_000, long bytes = 1 << 30)
    {
        var path = new StorePath(folder.Path);
        StoreSchema.Current.Prepare(path, TimeProvider.System);
        return new StoreWriter(path, new DashboardOptions
        {
            DataFolder = folder.Path,
            Urls = [],
            AllowRemote = false,
            Store = new StoreOptions { QueueLength = length, QueueBytes = bytes },
        }, NullLogger<StoreWriter>.Instance);
    }

    private static SnapshotWork Work(long sequence, byte[]? body = null) => new(new SnapshotRow
    {
        HostId = Dashboard.HostA,
        HostName = "host-a",
        Origin = Origin.Demo,
        ProbeVersion = "0.1.0",
        BootId = SmallSnapshot.BootId,
        Sequence = sequence,
        Hash = SnapshotHash.Of(BitConverter.GetBytes(sequence)),
        Schema = 1,
        RawBytes = 200,
        Body = body ?? new byte[100],
        TakenAt = 1,
        ReceivedAt = 2,
        Digest = null,
    }, _ => { });

    private static int Rows(TempFolder folder)
    {
        using SqliteConnection connection = new StorePath(folder.Path).OpenPlain();
        return connection.QuerySingle<int>("SELECT count(*) FROM snapshots");
    }

    private sealed class Pragma(string sql) : IStoreWork
    {
        public int Bytes => 0;

        public void Apply(StoreTransaction transaction) => transaction.Connection.Execute(sql, transaction: transaction.Inner);

        public void Committed()
        {
        }

        public void Failed(string reason)
        {
        }
    }
}
