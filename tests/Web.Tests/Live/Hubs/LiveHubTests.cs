using System.Data.Common;
using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Dapper;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Hubs;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Live.Hubs;

/// <summary>The hub of the real dashboard, over the wire.</summary>
public sealed class LiveHubTests
{
    private const string HostB = "bbbbbbbb-0000-0000-0000-000000000001";
    private const string Boot = "cccccccc-0000-0000-0000-000000000001";
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Subscribe_FromEachRevision_GivesExactlyTheRest()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await DeliverAsync(dashboard, Dashboard.HostA, 1, Updates.Whole(Start));
        await DeliverAsync(dashboard, HostB, 1, Updates.Failed(Start, "transferring:device-busy"));
        await using HubConnection hub = await ConnectAsync(dashboard);
        LiveRecord[] all = await TakeAsync(hub, new LiveScope { All = true }, 0, 15);

        Assert.Equal(Enumerable.Range(1, 15).Select(i => (long)i), all.Select(record => record.Revision));
        Assert.Equal(("Update", "Verified", "", Dashboard.HostA), (all[7].Run, all[7].Outcome, all[7].Advice, all[7].HostId));
        Assert.Equal(("Update", "Failed", "InKernel", "Safe", HostB), (all[14].Run, all[14].Outcome, all[14].Stage, all[14].Advice, all[14].HostId));
        for (int from = 0; from < 15; from++)
        {
            Assert.Equal(all.Skip(from).Select(Words), (await TakeAsync(hub, new LiveScope { All = true }, from, 15 - from)).Select(Words));
        }
    }

    [Fact]
    public async Task Subscribe_WhileObservationsCome_HasNoGapAndNoDuplicate()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await using HubConnection hub = await ConnectAsync(dashboard);
        const int batches = 40, length = 8;
        HubConnection probe = await dashboard.ConnectAsync();
        Task delivering = Task.Run(async () =>
        {
            for (int i = 0; i < batches; i++)
            {
                int first = i * length;
                await ObserveAsync(probe, first + 1, [.. Enumerable.Range(0, length).Select(n => Updates.Step(Start, EmulatedStep.Install, first + n, batches * length))]);
            }
        }, TestContext.Current.CancellationToken);

        // Readers that come at different times, each of whom must hear everything.
        Task<LiveRecord[]>[] readers = [.. Enumerable.Range(0, 4).Select(async i =>
        {
            await WaitForAsync(dashboard, i * 60);
            return await TakeAsync(hub, new LiveScope { All = true }, 0, batches * length);
        })];

        await delivering;
        foreach (LiveRecord[] heard in await Task.WhenAll(readers))
        {
            Assert.Equal(Enumerable.Range(1, batches * length).Select(i => (long)i), heard.Select(record => record.Revision));
            Assert.Equal(Enumerable.Range(1, batches * length).Select(i => (long)i), heard.Select(record => record.Sequence));
        }
    }

    [Fact]
    public async Task Subscribe_WithoutRevision_GivesOnlyWhatComes()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await ObserveAsync(probe, 1, Updates.ToTheKernel(Start));
        await using HubConnection hub = await ConnectAsync(dashboard);
        using var end = new CancellationTokenSource();
        IAsyncEnumerator<LiveRecord> stream = hub.StreamAsync<LiveRecord>("Subscribe", new LiveScope { All = true }, null, end.Token).GetAsyncEnumerator(end.Token);
        ValueTask<bool> next = stream.MoveNextAsync();
        // A second call on the connection is answered after the first one was taken up.
        Assert.Equal(new LiveRevisions(1, 6), await hub.InvokeAsync<LiveRevisions>("Revisions", TestContext.Current.CancellationToken));

        int sequence = 6;
        Task feeding = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await ObserveAsync(probe, ++sequence, [Updates.Step(Start, EmulatedStep.Install, sequence, 100_000)]);
            }
        }, TestContext.Current.CancellationToken);

        Assert.True(await next.AsTask().WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken));
        Assert.True(stream.Current.Revision > 6);
        await end.CancelAsync();
        await feeding;
    }

    [Fact]
    public async Task Subscribe_ToAHostOrAGroup_GivesNothingOfOthers()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await DeliverAsync(dashboard, Dashboard.HostA, 1, Updates.Whole(Start));
        await DeliverAsync(dashboard, HostB, 1, Updates.ToTheKernel(Start));
        Assert.True(LabelText.TryParse("site-b", out LabelText group));
        Assert.Null(await dashboard.Service<LabelBook>().ChangeAsync(new Dictionary<string, HostLabels> { [HostB] = HostLabels.None with { Group = group } }, Samples.By, TestContext.Current.CancellationToken));
        await using HubConnection hub = await ConnectAsync(dashboard);

        Assert.All(await TakeAsync(hub, new LiveScope { Host = HostB.ToUpperInvariant() }, 0, 6), record => Assert.Equal(HostB, record.HostId));
        Assert.All(await TakeAsync(hub, new LiveScope { Group = "site-b" }, 0, 6), record => Assert.Equal(HostB, record.HostId));
    }

    [Theory]
    [InlineData(null, null, false, 0L, "not exactly one of all, group and host")]
    [InlineData("x", null, true, 0L, "not exactly one of all, group and host")]
    [InlineData("none-such", null, false, 0L, "There is no group 'none-such'")]
    [InlineData("no good", null, false, 0L, "There is no group 'no good'")]
    [InlineData(null, "nobody", false, 0L, "No host with the identity 'nobody'")]
    [InlineData(null, null, true, -1L, "Revision -1 is not one of 0 to 6")]
    [InlineData(null, null, true, 7L, "Revision 7 is not one of 0 to 6")]
    public async Task Subscribe_Wrongly_IsRefusedWithTheRemedy(string? group, string? host, bool all, long from, string expected)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await DeliverAsync(dashboard, Dashboard.HostA, 1, Updates.ToTheKernel(Start));
        await using HubConnection hub = await ConnectAsync(dashboard);

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => TakeAsync(hub, new LiveScope { All = all, Group = group, Host = host }, from, 1));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(6, (await TakeAsync(hub, new LiveScope { All = true }, 0, 6)).Length);
    }

    [Fact]
    public async Task Subscribe_FromARevisionOlderThanWhatIsKept_SaysSo()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await DeliverAsync(dashboard, Dashboard.HostA, 1, Updates.ToTheKernel(Start));
        Fill(dashboard, EventWork.MostPerHost);
        HubConnection probe = await dashboard.ConnectAsync();
        await ObserveAsync(probe, EventWork.MostPerHost + 1_000, [Updates.Step(Start, EmulatedStep.Install, 1, 2)]);
        await using HubConnection hub = await ConnectAsync(dashboard);

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => TakeAsync(hub, new LiveScope { All = true }, 3, 1));

        Assert.Contains("Revision 3 is older than what is kept of host " + Dashboard.HostA, refusal.Message, StringComparison.Ordinal);
        LiveRecord newest = (await TakeAsync(hub, new LiveScope { All = true }, EventWork.MostPerHost + 6, 1)).Single();
        Assert.Equal(EventWork.MostPerHost + 7, newest.Revision);
    }

    [Fact]
    public async Task Subscribe_MoreOftenThanAllowed_IsRefused()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await DeliverAsync(dashboard, Dashboard.HostA, 1, Updates.ToTheKernel(Start));
        await using HubConnection hub = await ConnectAsync(dashboard);
        using var end = new CancellationTokenSource();
        var open = new List<IAsyncEnumerator<LiveRecord>>();
        for (int i = 0; i < LiveHub.MaxSubscriptions; i++)
        {
            open.Add(hub.StreamAsync<LiveRecord>("Subscribe", new LiveScope { All = true }, 0L, end.Token).GetAsyncEnumerator(end.Token));
            Assert.True(await open[^1].MoveNextAsync().AsTask().WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken));
        }

        HubException refusal = await Assert.ThrowsAsync<HubException>(() => TakeAsync(hub, new LiveScope { All = true }, 0, 1));

        Assert.Contains("at most 16 subscriptions", refusal.Message, StringComparison.Ordinal);
        await end.CancelAsync();
    }

    private static string Words(LiveRecord record) => string.Create(CultureInfo.InvariantCulture,
        $"{record.Revision} {record.HostId} {record.Sequence} {record.ReceivedAt:O} {record.Run} {record.Stage} {record.Outcome} {record.Advice} {record.IsEmulated} {ObservationBatch.Write(record.Observation).Length}");

    private static async Task<HubConnection> ConnectAsync(Dashboard dashboard)
    {
        HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(dashboard.Address, LiveHub.Path), http => http.AccessTokenProvider = () => dashboard.TokenAsync()!)
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolver = JsonTypeInfoResolver.Combine(WireJson.Default, new DefaultJsonTypeInfoResolver())).Build();
        await hub.StartAsync(TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience);
        return hub;
    }

    private static async Task<LiveRecord[]> TakeAsync(HubConnection hub, LiveScope scope, long from, int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Dashboard.Patience);
        var records = new List<LiveRecord>();
        await foreach (LiveRecord record in hub.StreamAsync<LiveRecord>("Subscribe", scope, from, limit.Token))
        {
            records.Add(record);
            if (records.Count == count)
            {
                break;
            }
        }

        return [.. records];
    }

    private static async Task DeliverAsync(Dashboard dashboard, string hostId, int first, IReadOnlyList<ReinitObservation> seen) =>
        await ObserveAsync(await dashboard.ConnectAsync(hostId, hostId[..6]), first, seen);

    private static async Task ObserveAsync(HubConnection probe, int first, IReadOnlyList<ReinitObservation> seen)
    {
        var batch = new ObservationBatch(Boot, [.. seen.Select((observation, i) => new WireObservation(first + i, observation))]);
        DeliveryReply reply = await probe.InvokeAsync<DeliveryReply>(ProbeContract.Observe, batch, TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience);
        Assert.Equal(DeliveryOutcome.Stored, reply.Outcome);
    }

    private static async Task WaitForAsync(Dashboard dashboard, long revision)
    {
        while (dashboard.Service<EventReader>().Bounds().Newest < revision)
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    // As many rows as a host can have, without the way over the wire.
    private static void Fill(Dashboard dashboard, int count)
    {
        using DbConnection connection = dashboard.Engine.OpenBeside();
        connection.Execute("""
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
            INSERT INTO events (host, boot_id, sequence, seen_at_us, received_at_us, body)
            SELECT e.host, e.boot_id, 100 + n.i, e.seen_at_us, e.received_at_us, e.body FROM n, (SELECT * FROM events ORDER BY revision LIMIT 1) e
            """, new { count });
    }
}
