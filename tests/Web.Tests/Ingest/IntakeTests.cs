using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

public sealed class IntakeTests
{
    [Fact]
    public async Task Accept_MoreBatchesThanMayWait_PutsTheLastOneOffWholeAndStoresTheOthers()
    {
        using var go = new ManualResetEventSlim();
        await using var store = new HistoryStore(snapshot =>
        {
            go.Wait(TestContext.Current.CancellationToken);
            return SmallSnapshot.Summarise(snapshot);
        });
        using Intake intake = Make(store, waitingBytes: 0);
        int refused;
        Task<BatchReply>[] batches;
        try
        {
            batches = [.. Enumerable.Range(0, BatchTurns.AtOnce + 1).Select(host => Task.Run(() => AcceptAsync(intake, host, 3)))];
            refused = Array.IndexOf(batches, await Task.WhenAny(batches).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken));
        }
        finally
        {
            go.Set();
        }

        BatchReply[] replies = await Task.WhenAll(batches).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(3, replies[refused].Replies.Count);
        Assert.All(replies[refused].Replies, reply => Assert.Equal((DeliveryOutcome.RetryLater, Intake.RetryAfterMilliseconds), (reply.Outcome, reply.RetryAfterMilliseconds)));
        Assert.All(replies.Where((_, host) => host != refused).SelectMany(reply => reply.Replies), reply => Assert.Equal(DeliveryOutcome.Stored, reply.Outcome));
        Assert.All((await AcceptAsync(intake, refused, 3)).Replies, reply => Assert.Equal(DeliveryOutcome.Stored, reply.Outcome));
    }

    [Fact]
    public async Task Accept_BatchThatTakesLong_PutsItsLastOnesOff()
    {
        HistoryStore? clock = null;
        await using var store = new HistoryStore(snapshot =>
        {
            clock!.Time.Advance(TimeSpan.FromSeconds(3));
            return SmallSnapshot.Summarise(snapshot);
        });
        clock = store;
        using Intake intake = Make(store);

        BatchReply reply = await AcceptAsync(intake, 1, 5);

        Assert.Equal(
            [DeliveryOutcome.Stored, DeliveryOutcome.Stored, DeliveryOutcome.RetryLater, DeliveryOutcome.RetryLater, DeliveryOutcome.RetryLater], reply.Replies.Select(each => each.Outcome));
        Assert.Equal(Intake.RetryAfterMilliseconds, reply.Replies[^1].RetryAfterMilliseconds);
        Assert.Equal(2, store.Fleet.LatestSequence(HistoryStore.HostId(1)));
    }

    [Fact]
    public async Task Take_NoPlaceFree_WaitsWithinTheBoundOfBytes()
    {
        using var turns = new BatchTurns(waitingBytes: 100);
        for (int i = 0; i < BatchTurns.AtOnce; i++)
        {
            Assert.True(await turns.TakeAsync(1_000, TestContext.Current.CancellationToken));
        }

        using var gone = new CancellationTokenSource();
        Task<bool> first = turns.TakeAsync(60, TestContext.Current.CancellationToken), second = turns.TakeAsync(40, gone.Token);
        Assert.False(await turns.TakeAsync(1, TestContext.Current.CancellationToken));
        Assert.False(first.IsCompleted);

        await gone.CancelAsync();
        Assert.False(await second);
        turns.Give();
        Assert.True(await first);
    }

    private static Intake Make(HistoryStore store, long waitingBytes = BatchTurns.MostWaitingBytes) =>
        new(store.Writer, store.Fleet, store.MakeDigest, store.Time, NullLogger<Intake>.Instance, waitingBytes);

    private static Task<BatchReply> AcceptAsync(Intake intake, int host, int count) => intake.AcceptAsync(
        new Caller(HistoryStore.HostId(host), $"host-{host}", Origin.Demo, "0.1.0"),
        new SnapshotBatch([.. Enumerable.Range(1, count).Select(i => SmallSnapshot.Envelope(i, SmallSnapshot.Make($"6.16.{i}", $"host-{host}")))]),
        TestContext.Current.CancellationToken);
}
