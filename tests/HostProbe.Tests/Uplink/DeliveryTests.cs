using System.Collections.Concurrent;
using System.Diagnostics;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>What the service delivers to a dashboard that answers in every way the contract knows.</summary>
public sealed class DeliveryTests : IAsyncDisposable
{
    private readonly StateFolder _folder = new();
    private readonly TestDashboard _dashboard = new();

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public void Json_InTheseTests_HasNoReflection() =>
        Assert.False(System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault);

    [Fact]
    public async Task Deliver_FirstSnapshot_CarriesTheMachineAndItsCanonicalBytes()
    {
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        ProbeHello hello = await _dashboard.Hellos.NextAsync();
        SnapshotEnvelope envelope = await _dashboard.Deliveries.NextAsync();

        byte[] expected = SnapshotCodec.Write(TestSource.Make("6.16.0"));
        Assert.Equal((ProbeContract.Version, "test-host", Origin.Demo), (hello.Protocol, hello.HostName, hello.Origin));
        Assert.True(Guid.TryParseExact(hello.HostId, "D", out _));
        Assert.Equal((probe.Source.BootId, 1, SnapshotHash.Of(expected).ToString()), (envelope.BootId, envelope.Sequence, envelope.Hash));
        Assert.Null(BodyCodec.TryExpand(envelope.Body, out byte[] canonical));
        Assert.Equal(expected, canonical);
        Assert.Null(await probe.StopAndReadAsync(journal => journal.NextPending()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deliver_DashboardStartsLate_SendsAllInOrder(bool takesBatches)
    {
        _dashboard.TakesBatches = takesBatches;
        await _dashboard.StartAsync();
        await _dashboard.StopAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        for (int i = 2; i <= 20; i++)
        {
            await probe.TakeAsync($"6.16.{i}");
        }

        await _dashboard.StartAsync();

        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i, (await _dashboard.Deliveries.NextAsync()).Sequence);
        }

        Assert.Null(await probe.StopAndReadAsync(journal => journal.NextPending()));
    }

    [Fact]
    public async Task Deliver_MoreThanABatchWaits_SendsAsManyTogetherAsTheContractAllows()
    {
        const int Waiting = SnapshotBatch.MaxSnapshots + 3;
        AppendNumbered(Waiting - 1);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        Assert.Equal(Enumerable.Range(1, SnapshotBatch.MaxSnapshots).Select(i => (long)i), await _dashboard.Batches.NextAsync());
        Assert.Equal(Enumerable.Range(SnapshotBatch.MaxSnapshots + 1, 3).Select(i => (long)i), await _dashboard.Batches.NextAsync());
        Assert.Null(await probe.StopAndReadAsync(journal => journal.NextPending()));
        Assert.Equal(Waiting, _dashboard.StoredSequences.Count);
    }

    [Fact]
    public async Task Deliver_LastOnesOfABatchArePutOff_ComeAgainBeforeTheNext()
    {
        const int stored = 5, waiting = SnapshotBatch.MaxSnapshots + 3;
        int calls = 0;
        _dashboard.Answer = envelope => Interlocked.Increment(ref calls) is > stored and <= SnapshotBatch.MaxSnapshots
            ? TestDashboard.Reply(DeliveryOutcome.RetryLater, "many are coming") : TestDashboard.Reply(_dashboard.Store(envelope));
        AppendNumbered(waiting - 1);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        var order = new List<long>();
        while (order.Count < SnapshotBatch.MaxSnapshots + waiting - stored)
        {
            order.Add((await _dashboard.Deliveries.NextAsync()).Sequence);
        }

        Assert.Equal(Enumerable.Range(1, SnapshotBatch.MaxSnapshots).Select(i => (long)i), order[..SnapshotBatch.MaxSnapshots]);
        Assert.Equal(Enumerable.Range(stored + 1, waiting - stored).Select(i => (long)i), order[SnapshotBatch.MaxSnapshots..]);
        Assert.Equal(0, await probe.StopAndReadAsync(journal => journal.CountPending()));
    }

    [Fact]
    public async Task Deliver_ConnectionDropsBetweenCommitAndAck_SendsTheSameSequenceAgain()
    {
        int calls = 0;
        _dashboard.Answer = envelope =>
        {
            DeliveryOutcome outcome = _dashboard.Store(envelope);
            return ++calls == 1 ? Task.FromResult<DeliveryReply?>(null) : TestDashboard.Reply(outcome);
        };
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        SnapshotEnvelope first = await _dashboard.Deliveries.NextAsync();
        SnapshotEnvelope second = await _dashboard.Deliveries.NextAsync();
        await probe.TakeAsync("6.17.0");
        SnapshotEnvelope third = await _dashboard.Deliveries.NextAsync();

        Assert.Equal((1, 1, 2), (first.Sequence, second.Sequence, third.Sequence));
        Assert.Equal(first.Body, second.Body);
        Assert.Equal([1, 2], _dashboard.StoredSequences);
        Assert.Null(await probe.StopAndReadAsync(journal => journal.NextPending()));
        Assert.Contains("Snapshot 1 is delivered (Duplicate).", probe.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_DashboardRestarts_GoesOnWithTheNextSequence()
    {
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        await _dashboard.Deliveries.NextAsync();
        await _dashboard.StopAsync();
        // A dashboard that stops lets go of its connections before its port: a quick probe is heard once more by it.
        _dashboard.Hellos.Drain();
        await probe.TakeAsync("6.17.0");
        await _dashboard.StartAsync();

        Assert.Equal(2, (await _dashboard.Deliveries.NextAsync(e => e.Sequence > 1)).Sequence);
        Assert.Equal(1, _dashboard.Hellos.Waiting);
    }

    [Fact]
    public async Task Deliver_ProbeRestarts_SendsWhatIsLeftAndGoesOn()
    {
        await _dashboard.StartAsync();
        await _dashboard.StopAsync();
        await using (TestProbe first = await TestProbe.StartAsync(_dashboard, _folder.Path))
        {
            await first.TakeAsync("6.17.0");
            await first.TakeAsync("6.18.0");
        }

        await _dashboard.StartAsync();
        await using TestProbe second = await TestProbe.StartAsync(_dashboard, _folder.Path, new TestSource { Release = "6.19.0" });

        for (int i = 1; i <= 4; i++)
        {
            Assert.Equal(i, (await _dashboard.Deliveries.NextAsync()).Sequence);
        }
    }

    [Fact]
    public async Task Deliver_NextBoot_KeepsTheOldBootIdOnOldEntries()
    {
        const string nextBoot = "22222222-2222-2222-2222-222222222222";
        await _dashboard.StartAsync();
        await _dashboard.StopAsync();
        await using (TestProbe first = await TestProbe.StartAsync(_dashboard, _folder.Path))
        {
            Assert.False(first.Service.IsCompleted);
        }

        await _dashboard.StartAsync();
        await using TestProbe second = await TestProbe.StartAsync(_dashboard, _folder.Path, new TestSource { BootId = nextBoot });

        SnapshotEnvelope old = await _dashboard.Deliveries.NextAsync();
        SnapshotEnvelope young = await _dashboard.Deliveries.NextAsync();
        Assert.Equal((new TestSource().BootId, 1), (old.BootId, old.Sequence));
        Assert.Equal((nextBoot, 2), (young.BootId, young.Sequence));
        Assert.Equal(old.Hash, young.Hash);
    }

    [Fact]
    public async Task Deliver_Rejected_IsNotSentAgainAndKeepsItsReason()
    {
        _dashboard.Answer = envelope => envelope.Sequence == 1 ? TestDashboard.Reply(DeliveryOutcome.Rejected, "schema 9\nis not known") : TestDashboard.Reply(_dashboard.Store(envelope));
        await _dashboard.StartAsync();
        await using (TestProbe first = await TestProbe.StartAsync(_dashboard, _folder.Path))
        {
            Assert.Equal(1, (await _dashboard.Deliveries.NextAsync()).Sequence);
            await first.TakeAsync("6.17.0");
            Assert.Equal(2, (await _dashboard.Deliveries.NextAsync()).Sequence);
            Assert.Equal("schema 9\nis not known", await first.StopAndReadAsync(journal => journal.Rejection(1)));
            Assert.Contains("Snapshot 1 was rejected and is not sent again: schema 9 is not known", first.Log, StringComparison.Ordinal);
        }

        await using TestProbe second = await TestProbe.StartAsync(_dashboard, _folder.Path, new TestSource { Release = "6.18.0" });
        Assert.Equal(3, (await _dashboard.Deliveries.NextAsync()).Sequence);
    }

    [Fact]
    public async Task Deliver_RetryLaterForOneOnly_DeliversTheLaterOnesAndComesBack()
    {
        bool changedItsMind = false;
        _dashboard.Answer = envelope => envelope.Sequence == 1 && !Volatile.Read(ref changedItsMind)
            ? TestDashboard.Reply(DeliveryOutcome.RetryLater, "a fault") : TestDashboard.Reply(_dashboard.Store(envelope));
        AppendNumbered(2);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        Assert.Equal(1, (await _dashboard.Deliveries.NextAsync()).Sequence);
        Assert.Equal(2, (await _dashboard.Deliveries.NextAsync(e => e.Sequence > 1)).Sequence);
        Assert.Equal(3, (await _dashboard.Deliveries.NextAsync(e => e.Sequence > 1)).Sequence);
        // It comes again while nothing else waits, and a later one passes it then too.
        await _dashboard.Deliveries.NextAsync(e => e.Sequence == 1);
        await probe.TakeAsync("6.17.0");
        await _dashboard.Deliveries.NextAsync(e => e.Sequence == 4);
        Assert.Equal([2, 3, 4], _dashboard.StoredSequences);

        Volatile.Write(ref changedItsMind, true);
        await _dashboard.Deliveries.NextAsync(_ => _dashboard.StoredSequences.Count == 4);

        Assert.Equal(1, _dashboard.Hellos.Waiting);
        Assert.Equal(0, await probe.StopAndReadAsync(journal => journal.CountPending()));
    }

    [Fact]
    public async Task Observe_RetryLater_WaitsAsLongAsTheDashboardAsks()
    {
        const int asked = 1_500;
        var calls = new ConcurrentQueue<long>();
        _dashboard.Observation = _ =>
        {
            calls.Enqueue(Stopwatch.GetTimestamp());
            return calls.Count == 1 ? new DeliveryReply(DeliveryOutcome.RetryLater, "full", asked) : new DeliveryReply(DeliveryOutcome.Stored, "");
        };
        AppendNumbered(1);
        using (var file = JournalFile.Open(_folder.Path))
        {
            new JournalEvents(file).Append("11111111-1111-1111-1111-111111111111", [new ReinitObservation(DateTimeOffset.UnixEpoch, Provenance.Kernel, "test") { KernelLine = "virt/tdx: x" }], mark: null);
        }

        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        await _dashboard.Observations.NextAsync();
        ObservationBatch again = await _dashboard.Observations.NextAsync();
        long[] times = [.. calls];
        Assert.InRange(Stopwatch.GetElapsedTime(times[0], times[1]), TimeSpan.FromMilliseconds(asked), TimeSpan.MaxValue);
        Assert.Equal("virt/tdx: x", Assert.Single(again.Observations).Seen.KernelLine);
    }

    [Fact]
    public async Task Deliver_RetryLaterForAll_PausesAfterFourAndReachesEveryOne()
    {
        const int waiting = 10;
        int calls = 0;
        _dashboard.Answer = envelope => Interlocked.Increment(ref calls) <= 2 * waiting
            ? TestDashboard.Reply(DeliveryOutcome.RetryLater, "the disk is full") : TestDashboard.Reply(_dashboard.Store(envelope));
        AppendNumbered(waiting - 1);
        await _dashboard.StartAsync();
        int delays = 0;
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: TestProbe.Quick with
        {
            Random = () =>
            {
                Interlocked.Increment(ref delays);
                return 1;
            },
        });

        var order = new List<long>();
        while (order.Count < 3 * waiting)
        {
            order.Add((await _dashboard.Deliveries.NextAsync()).Sequence);
        }

        IEnumerable<long> each = Enumerable.Range(1, waiting).Select(i => (long)i);
        Assert.Equal(each, order[..waiting]);
        Assert.Equal(each, order.Order().Distinct());
        Assert.Equal(0, await probe.StopAndReadAsync(journal => journal.CountPending()));
        Assert.True(delays >= 2 * waiting / 4, $"{delays} delays for {2 * waiting} deliveries that were put off.");
        Assert.Single(probe.Log.Split('\n'), line => line.Contains("the disk is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliver_BodyOverTheLimit_IsRejectedHereWithTheRemedyAndTheNextGoesOn()
    {
        byte[] noise = new byte[ProbeContract.MaxBodyBytes + 1];
        new Random(1).NextBytes(noise);
        int size = BodyCodec.Compress(noise).Length;
        using (JournalFile file = JournalFile.Open(_folder.Path))
        {
            new JournalEntries(file).Append(new TestSource().BootId, DateTimeOffset.UnixEpoch, noise);
        }

        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        Assert.Equal(2, (await _dashboard.Deliveries.NextAsync()).Sequence);
        Assert.Equal(1, _dashboard.Hellos.Waiting);
        string? reason = await probe.StopAndReadAsync(journal => journal.Rejection(1));
        Assert.Contains($"{size} bytes and the dashboard accepts at most {ProbeContract.MaxBodyBytes}. Find out", reason, StringComparison.Ordinal);
        Assert.Contains("Snapshot 1 was rejected and is not sent again: its compressed body", probe.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deliver_HubThrows_IsSentAgain()
    {
        int calls = 0;
        _dashboard.Answer = envelope => ++calls == 1 ? throw new InvalidOperationException("a fault of the dashboard") : TestDashboard.Reply(_dashboard.Store(envelope));
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        Assert.Equal(1, (await _dashboard.Deliveries.NextAsync()).Sequence);
        Assert.Null(await probe.StopAndReadAsync(journal => journal.NextPending()));
    }

    [Fact]
    public async Task Deliver_NoAnswer_IsSentAgainOnANewConnection()
    {
        var never = new TaskCompletionSource<DeliveryReply?>();
        int calls = 0;
        _dashboard.Answer = envelope => ++calls == 1 ? never.Task : TestDashboard.Reply(_dashboard.Store(envelope));
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: TestProbe.Quick with { Call = TimeSpan.FromMilliseconds(300) });

        await _dashboard.Deliveries.NextAsync();
        Assert.Equal(1, (await _dashboard.Deliveries.NextAsync()).Sequence);
        await _dashboard.Hellos.NextAsync();
        await _dashboard.Hellos.NextAsync();
        never.SetResult(null);
    }

    [Fact]
    public async Task Deliver_BodyDamagedInTheJournal_IsRejectedHereAndTheNextGoesOn()
    {
        using (JournalFile file = JournalFile.Open(_folder.Path))
        {
            new JournalEntries(file).Append(new TestSource().BootId, DateTimeOffset.UnixEpoch, "state"u8.ToArray());
            byte[] other = BodyCodec.Compress("another state"u8);
            file.Run(c => c.Execute("UPDATE bodies SET body = $body", ("$body", other)));
        }

        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        Assert.Equal(2, (await _dashboard.Deliveries.NextAsync()).Sequence);
        Assert.Contains("check the disk", await probe.StopAndReadAsync(journal => journal.Rejection(1)), StringComparison.Ordinal);
    }

    private void AppendNumbered(int count)
    {
        using JournalFile file = JournalFile.Open(_folder.Path);
        var journal = new JournalEntries(file);
        for (int i = 1; i <= count; i++)
        {
            journal.Append(new TestSource().BootId, DateTimeOffset.UnixEpoch, SnapshotCodec.Write(TestSource.Make($"6.15.{i}")));
        }
    }
}
