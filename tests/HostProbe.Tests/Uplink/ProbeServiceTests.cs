using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>When the service takes snapshots, gives signs of life, waits and ends.</summary>
public sealed class ProbeServiceTests : IAsyncDisposable
{
    private readonly StateFolder _folder = new();
    private readonly TestDashboard _dashboard = new();

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_UnchangedSnapshots_CostHeartbeatsOnly()
    {
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: TestProbe.Quick with { Heartbeat = TimeSpan.FromMilliseconds(20) });
        await _dashboard.Deliveries.NextAsync();
        for (int i = 0; i < 5; i++)
        {
            await probe.TakeAsync("6.16.0");
        }

        int before = _dashboard.Heartbeats.Waiting;
        for (int i = 0; i < before + 3; i++)
        {
            Assert.Equal(new ProbeHeartbeat(probe.Source.BootId, 1), await _dashboard.Heartbeats.NextAsync());
        }

        Assert.Equal(0, _dashboard.Deliveries.Waiting);
        Assert.Equal(1, await probe.StopAndReadAsync(journal => journal.Latest()));
    }

    [Fact]
    public async Task Run_RestartOnUnchangedMachine_JournalsNothingNew()
    {
        await _dashboard.StartAsync();
        await using (TestProbe first = await TestProbe.StartAsync(_dashboard, _folder.Path))
        {
            await _dashboard.Heartbeats.NextAsync();
        }

        await using TestProbe second = await TestProbe.StartAsync(_dashboard, _folder.Path);
        Assert.Equal(1, (await _dashboard.Heartbeats.NextAsync()).LatestSequence);
        Assert.Equal(1, _dashboard.Deliveries.Waiting);
        Assert.Equal((await _dashboard.Hellos.NextAsync()).HostId, (await _dashboard.Hellos.NextAsync()).HostId);
    }

    [Fact]
    public async Task Run_DashboardLostItsStore_SendsTheNewestAgainOnce()
    {
        await _dashboard.StartAsync();
        _dashboard.Pulse = heartbeat => _dashboard.StoredSequences.Contains(heartbeat.LatestSequence)
            ? new DeliveryReply(DeliveryOutcome.Stored, "") : new DeliveryReply(DeliveryOutcome.Rejected, "not in the store");
        using (JournalFile file = JournalFile.Open(_folder.Path))
        {
            var journal = new JournalEntries(file);
            journal.Append(new TestSource().BootId, DateTimeOffset.UnixEpoch, Tdx.Snapshots.SnapshotCodec.Write(TestSource.Make("6.16.0")));
            journal.MarkDelivered(1, DateTimeOffset.UnixEpoch);
        }

        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        Assert.Equal(1, (await _dashboard.Deliveries.NextAsync()).Sequence);
        Assert.Null(await probe.StopAndReadAsync(journal => journal.NextPending()));
    }

    [Fact]
    public async Task Run_ReaderThrows_LogsAndGoesOn()
    {
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, new TestSource { Release = null });
        await probe.TakeAsync(null);
        await probe.TakeAsync("6.17.0");
        Assert.Equal(1, (await _dashboard.Deliveries.NextAsync()).Sequence);
        await probe.DisposeAsync();
        Assert.Contains("InvalidOperationException: the reader broke", probe.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ProtocolRefused_SaysWhyAndTriesAgainSlowly()
    {
        int calls = 0;
        _dashboard.Welcome = _ => ++calls == 1 ? new HelloReply(false, "Update the probe to protocol 2.", 2) : new HelloReply(true, "", 2);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: TestProbe.Quick with { Refused = TimeSpan.FromMilliseconds(30) });
        await _dashboard.Deliveries.NextAsync();
        await probe.DisposeAsync();
        Assert.Equal(2, calls);
        Assert.Contains("refuses this probe: Update the probe to protocol 2.", probe.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DashboardAway_LogsItOnce()
    {
        await _dashboard.StartAsync();
        await _dashboard.StopAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        for (int i = 0; i < 10; i++)
        {
            await probe.TakeAsync($"6.17.{i}");
        }

        await probe.DisposeAsync();
        Assert.Single(probe.Log.Split('\n'), line => line.Contains("No connection to", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_CancelledWhileDelivering_WaitsForTheAnswer()
    {
        var answer = new TaskCompletionSource<DeliveryReply?>();
        _dashboard.Answer = _ => answer.Task;
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: TestProbe.Quick with { Grace = TimeSpan.FromSeconds(30) });
        await _dashboard.Deliveries.NextAsync();
        probe.Cancel();
        answer.SetResult(new DeliveryReply(DeliveryOutcome.Stored, ""));
        Assert.Equal(0, await probe.StopAndReadAsync(journal => journal.CountPending()));
    }

    [Fact]
    public async Task Run_CancelledWithoutAnswer_EndsAfterItsGraceAndKeepsTheEntry()
    {
        var answer = new TaskCompletionSource<DeliveryReply?>();
        _dashboard.Answer = _ => answer.Task;
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: TestProbe.Quick with { Grace = TimeSpan.FromMilliseconds(50) });
        await _dashboard.Deliveries.NextAsync();
        Assert.Equal(1, await probe.StopAndReadAsync(journal => journal.CountPending()));
        Assert.Contains("stays in the journal", probe.Log, StringComparison.Ordinal);
        answer.SetResult(null);
    }

    [Fact]
    public async Task Run_JournalInUse_EndsWithTheReason()
    {
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        IOException e = await Assert.ThrowsAnyAsync<IOException>(() =>
            ProbeService.RunAsync(new TestSource(), Options(), TimeProvider.System, TextWriter.Null, TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Contains("Another tdxprobe uses this journal", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Interval_TakesAnotherSnapshot()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        var source = new TestSource();
        using var log = new StringWriter();
        using var stop = new CancellationTokenSource();
        Task service = ProbeService.RunAsync(source, Options() with { Interval = TimeSpan.FromHours(1) }, time, log, stop.Token);
        await source.TakenAsync();
        Task<string> next = source.TakenAsync();
        while (!next.IsCompleted)
        {
            // The service may not have begun to wait: time goes on until it has.
            time.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        await stop.CancelAsync();
        await service.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.StartsWith("2026-01-02T03:04:05.000Z Journal ", log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FixedHostIdOverANewStateFolder_IsANewBoot()
    {
        await _dashboard.StartAsync();
        using var other = new StateFolder();

        string first = await DeliverAsync(_folder.Path, "6.16.0");
        string again = await DeliverAsync(_folder.Path, "6.16.1");
        string anew = await DeliverAsync(other.Path, "6.17.0");

        Assert.Equal(first, again);
        Assert.NotEqual(first, anew);
        Assert.True(Guid.TryParseExact(anew, "D", out _));
        Assert.Equal([1, 1, 2], _dashboard.StoredSequences);

        async Task<string> DeliverAsync(string folder, string release)
        {
            using var stop = new CancellationTokenSource();
            TestIdentity.Give(folder, ProbeScope.Demo);
            ProbeServiceOptions options = Options() with { Dashboard = _dashboard.Address, StateFolder = folder, HostId = "de300000-7d00-4000-8000-000000000001" };
            Task service = ProbeService.RunAsync(new TestSource { Release = release }, options, TestProbe.Quick, TimeProvider.System, TextWriter.Null, stop.Token);
            SnapshotEnvelope envelope = await _dashboard.Deliveries.NextAsync();
            await stop.CancelAsync();
            await service.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            return envelope.BootId;
        }
    }

    [Fact]
    public async Task Hello_ThatCameTooEarly_IsSaidAgainOnTheSameConnection()
    {
        int asked = 0;
        _dashboard.Welcome = _ => ++asked < 3 ? new HelloReply(false, "not yet", ProbeContract.Version, 1) : new HelloReply(true, "", ProbeContract.Version);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);

        await _dashboard.Deliveries.NextAsync();

        Assert.Equal([3], _dashboard.Greeted.Values);
    }

    [Fact]
    public async Task Wait_WhoseConnectionIsLost_EndsAndTheProbeComesAgain()
    {
        _dashboard.Welcome = _ => new HelloReply(false, "not yet", ProbeContract.Version, 200_000);
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path);
        await _dashboard.Hellos.NextAsync();

        await _dashboard.StopAsync();
        _dashboard.Welcome = _ => new HelloReply(true, "", ProbeContract.Version);
        await _dashboard.StartAsync();

        await _dashboard.Deliveries.NextAsync();
        Assert.Equal([1L], _dashboard.StoredSequences);
    }

    [Theory]
    [InlineData("ftp://dashboard", 1, null, "http or https")]
    [InlineData("http://dashboard", 1, null, "plain HTTP to another machine")]
    [InlineData("http://127.0.0.1:9", 0, null, "interval")]
    [InlineData("http://127.0.0.1:9", 1, "host-1", "GUID")]
    public async Task Run_UnusableOption_NamesIt(string dashboard, int seconds, string? hostId, string expected)
    {
        ProbeServiceOptions options = Options() with { Dashboard = new Uri(dashboard), Interval = TimeSpan.FromSeconds(seconds), HostId = hostId };
        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(() => ProbeService.RunAsync(new TestSource(), options, TimeProvider.System, TextWriter.Null, TestContext.Current.CancellationToken));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private ProbeServiceOptions Options() =>
        new() { Dashboard = new Uri("http://127.0.0.1:9"), StateFolder = _folder.Path, Interval = TimeSpan.FromHours(1) };
}
