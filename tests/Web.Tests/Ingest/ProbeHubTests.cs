using System.Data.Common;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

public class ProbeHubTests
{
    private static readonly Snapshot Some = SmallSnapshot.Make();

    [Fact]
    public async Task Deliver_NewSnapshot_IsStoredBeforeTheAnswer()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some));

        Assert.Equal(new DeliveryReply(DeliveryOutcome.Stored, ""), reply);
        Assert.Equal((1, 1, 1), Count(dashboard));
        Assert.Equal("host-a 6.16.0", dashboard.Fleet.Find(Dashboard.HostA)!.Summary.Name);
    }

    [Fact]
    public async Task Deliver_SameAgain_IsADuplicate()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some));

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some));

        Assert.Equal(DeliveryOutcome.Duplicate, reply.Outcome);
        Assert.Equal((1, 1, 1), Count(dashboard));
    }

    [Fact]
    public async Task Deliver_SameSequenceWithOtherContent_IsRejected()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some));

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("6.17.0")));

        Assert.Equal(DeliveryOutcome.Rejected, reply.Outcome);
        Assert.Contains("Two probes share one identity", reply.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), Count(dashboard));
    }

    [Fact]
    public async Task Deliver_UnchangedSnapshotWithNewSequence_SharesTheBody()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some));

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, Some));

        Assert.Equal(DeliveryOutcome.Stored, reply.Outcome);
        Assert.Equal((1, 1, 2), Count(dashboard));
    }

    [Fact]
    public async Task DeliverBatch_OfGoodBadAndKnownOnes_AnswersEachAndStoresTheGoodInTheirOrder()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        SnapshotEnvelope[] good = [.. Enumerable.Range(1, 5).Select(i => SmallSnapshot.Envelope(i, SmallSnapshot.Make($"6.16.{i}")))];

        DeliveryReply[] replies = await Dashboard.DeliverAsync(probe, [.. good[..3], good[0], good[3] with { Hash = new string('0', 64) }, good[4]]);

        Assert.Equal([DeliveryOutcome.Stored, DeliveryOutcome.Stored, DeliveryOutcome.Stored, DeliveryOutcome.Duplicate, DeliveryOutcome.Rejected, DeliveryOutcome.Stored], replies.Select(reply => reply.Outcome));
        using DbConnection database = dashboard.Engine.OpenReader();
        Assert.Equal([1, 2, 3, 5], database.Query<long>("SELECT sequence FROM snapshots ORDER BY revision"));
        Assert.Equal(5, dashboard.Fleet.LatestSequence(Dashboard.HostA));
    }

    [Fact]
    public async Task DeliverBatch_OfTooManyTooLargeOrNone_FailsAsACallAndAnswersNoSnapshot()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        SnapshotEnvelope some = SmallSnapshot.Envelope(1, Some), large = some with { Body = new byte[SnapshotBatch.MaxBytes / 2] };
        (SnapshotBatch? Batch, string Expected)[] wrong =
        [
            (new SnapshotBatch([.. Enumerable.Repeat(some, SnapshotBatch.MaxSnapshots + 1)]), "has 33 snapshots; at most 32 are accepted together. Send them one by one"),
            (new SnapshotBatch([large, large, some with { Body = [0] }]), "has 1048577 bytes in its bodies; at most 1048576 are accepted together. Send them one by one"),
            (null, "The batch is empty. Update the probe"),
        ];
        foreach ((SnapshotBatch? batch, string expected) in wrong)
        {
            HubException refusal = await Assert.ThrowsAsync<HubException>(() =>
                probe.InvokeAsync<BatchReply>(ProbeContract.DeliverBatch, batch, TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken));

            Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal((0, 0, 0), Count(dashboard));
        Assert.Equal([DeliveryOutcome.Stored], (await Dashboard.DeliverAsync(probe, [some])).Select(reply => reply.Outcome));
    }

    public static TheoryData<string, SnapshotEnvelope> BadEnvelopes()
    {
        SnapshotEnvelope good = SmallSnapshot.Envelope(1, Some);
        byte[] canonical = SnapshotCodec.Write(Some);
        string text = Encoding.UTF8.GetString(canonical);
        byte[] spaced = Encoding.UTF8.GetBytes(text.Replace("{\"schema\"", "{ \"schema\"", StringComparison.Ordinal));
        byte[] unknown = Encoding.UTF8.GetBytes(text.Replace("{\"schema\"", "{\"extra\":1,\"schema\"", StringComparison.Ordinal));
        return new TheoryData<string, SnapshotEnvelope>
        {
            { "below 1", good with { Sequence = 0 } },
            { "boot id", good with { BootId = "boot" } },
            { "1970 to 9999", good with { TakenAtUnixMicroseconds = -1 } },
            { "1970 to 9999", good with { TakenAtUnixMicroseconds = long.MaxValue } },
            { "64 lower-case hex digits", good with { Hash = good.Hash.ToUpperInvariant() + "0" } },
            { "changed on the way", good with { Hash = new string('0', 64) } },
            { "Brotli", good with { Body = [1, 2, 3, 4] } },
            { "Brotli", good with { Body = good.Body[..^3] } },
            { "Brotli", good with { Body = [] } },
            { "expands beyond", SmallSnapshot.Envelope(1, new byte[SnapshotCodec.MaxBytes + 1]) },
            { "canonical form", SmallSnapshot.Envelope(1, spaced) },
            { "of origin Live, the probe's hello said Demo", SmallSnapshot.Envelope(1, Some with { Origin = Origin.Live }) },
            { "not valid", SmallSnapshot.Envelope(1, unknown) },
            { "not valid", SmallSnapshot.Envelope(1, Encoding.UTF8.GetBytes("null")) },
            { "not valid", SmallSnapshot.Envelope(1, Encoding.UTF8.GetBytes(new string('[', 10_000))) },
        };
    }

    [Fact]
    public async Task Deliver_BadEnvelopes_AreRejectedAndTheNextGoodOneIsStored()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        foreach ((string expected, SnapshotEnvelope bad) in BadEnvelopes().Select(row => row.Data))
        {
            DeliveryReply reply = await Dashboard.DeliverAsync(probe, bad);

            Assert.Equal(DeliveryOutcome.Rejected, reply.Outcome);
            Assert.Contains(expected, reply.Reason, StringComparison.Ordinal);
        }

        Assert.Equal((0, 0, 0), Count(dashboard));
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some))).Outcome);
    }

    [Fact]
    public async Task Deliver_NewerSchema_IsPutOffUntilTheDashboardIsUpdated()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        string newer = Encoding.UTF8.GetString(SnapshotCodec.Write(Some))
            .Replace($"\"schema\":{Snapshot.CurrentSchema}", $"\"schema\":{Snapshot.CurrentSchema + 1}", StringComparison.Ordinal);

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Encoding.UTF8.GetBytes(newer)));

        Assert.Equal(DeliveryOutcome.RetryLater, reply.Outcome);
        Assert.StartsWith("Update the dashboard", reply.Reason, StringComparison.Ordinal);
        Assert.Contains($"schema {Snapshot.CurrentSchema + 1}", reply.Reason, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), Count(dashboard));
    }

    [Fact]
    public async Task Deliver_OfEachSchema_IsStoredUnderItsOwn()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();

        foreach ((long sequence, Snapshot snapshot) in new[] { (1L, Some.OfSchema1()), (2L, Some), (3L, Some.OfSchema1()), (4L, Some.OfSchema1()) })
        {
            Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(sequence, snapshot))).Outcome);
        }

        using DbConnection connection = dashboard.Engine.OpenReader();
        Assert.Equal(["1", "2", "1", "1"], connection.Query<string>("SELECT schema FROM snapshots s JOIN bodies b ON b.hash = s.hash ORDER BY s.sequence"));
    }

    [Fact]
    public async Task Deliver_StoredContentUnderAnotherOrigin_IsRejected()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, Some));
        HubConnection live = await dashboard.ConnectSilentlyAsync();
        await Dashboard.HelloAsync(live, new ProbeHello(ProbeContract.Version, Dashboard.HostA, "host-a", Origin.Live, "0.1.0"));

        DeliveryReply reply = await Dashboard.DeliverAsync(live, SmallSnapshot.Envelope(2, Some));

        Assert.Equal(DeliveryOutcome.Rejected, reply.Outcome);
        Assert.Contains("of origin Demo, the probe's hello said Live", reply.Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), Count(dashboard));
    }

    [Fact]
    public async Task Deliver_MessageOverTheLimit_ClosesThatConnectionAlone()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection careless = await dashboard.ConnectAsync();
        var closed = new TaskCompletionSource();
        careless.Closed += _ =>
        {
            closed.SetResult();
            return Task.CompletedTask;
        };
        SnapshotEnvelope large = SmallSnapshot.Envelope(1, Some) with { Body = new byte[ProbeContract.MaxMessageBytes] };

        await Assert.ThrowsAnyAsync<Exception>(() => Dashboard.DeliverAsync(careless, large));
        await closed.Task.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);

        HubConnection next = await dashboard.ConnectAsync();
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(next, SmallSnapshot.Envelope(1, Some))).Outcome);
    }

    [Fact]
    public async Task Deliver_BodyAtTheLimit_ReachesTheChecks()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some) with { Body = new byte[ProbeContract.MaxBodyBytes] });

        Assert.Contains("Brotli", reply.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_WithoutHello_AreRejected()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection stranger = await dashboard.ConnectSilentlyAsync();

        DeliveryReply delivery = await Dashboard.DeliverAsync(stranger, SmallSnapshot.Envelope(1, Some));
        DeliveryReply[] batch = await Dashboard.DeliverAsync(stranger, SmallSnapshot.Envelope(1, Some), SmallSnapshot.Envelope(2, Some));
        DeliveryReply heartbeat = await Dashboard.HeartbeatAsync(stranger, new ProbeHeartbeat(SmallSnapshot.BootId, 1));

        Assert.Equal((DeliveryOutcome.Rejected, DeliveryOutcome.Rejected), (delivery.Outcome, heartbeat.Outcome));
        Assert.Equal([delivery, delivery], batch);
        Assert.Contains("Call Hello first", delivery.Reason, StringComparison.Ordinal);
        Assert.Equal((0, 0, 0), Count(dashboard));
    }

    [Theory]
    [InlineData(ProbeContract.Version + 1, Dashboard.HostA, Origin.Live, "update the dashboard")]
    [InlineData(ProbeContract.Version - 1, Dashboard.HostA, Origin.Live, "update the probe")]
    [InlineData(ProbeContract.Version, "host", Origin.Live, "not a GUID")]
    [InlineData(ProbeContract.Version, Dashboard.HostA, (Origin)99, "origin 99")]
    public async Task Hello_NotOfThisContract_IsRefusedWithTheRemedy(int protocol, string hostId, Origin origin, string expected)
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectSilentlyAsync();

        HelloReply reply = await Dashboard.HelloAsync(probe, new ProbeHello(protocol, hostId, "host-a", origin, "0.1.0"));

        Assert.False(reply.Accepted);
        Assert.Equal(ProbeContract.Version, reply.Protocol);
        Assert.Contains(expected, reply.Reason, StringComparison.Ordinal);
        Assert.Equal(DeliveryOutcome.Rejected, (await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some))).Outcome);
    }

    [Fact]
    public async Task Connect_FromAPageOfAnotherSite_IsRefused()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => dashboard.ConnectSilentlyAsync("https://evil.example"));

        await dashboard.ConnectSilentlyAsync(dashboard.Address.GetLeftPart(UriPartial.Authority));
    }

    [Fact]
    public async Task Deliver_TwoHundredAtOnce_AreEachStoredOnce()
    {
        const int probes = 10, each = 20;
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        var deliveries = new List<Task<DeliveryReply>>();
        for (int p = 0; p < probes; p++)
        {
            HubConnection probe = await dashboard.ConnectAsync($"aaaaaaaa-0000-0000-0000-{p:d12}");
            deliveries.AddRange(Enumerable.Range(1, each).Select(sequence =>
                Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"{p}.{sequence}")))));
        }

        DeliveryReply[] replies = await Task.WhenAll(deliveries);

        Assert.All(replies, reply => Assert.Equal(DeliveryOutcome.Stored, reply.Outcome));
        Assert.Equal((probes, probes * each, probes * each), Count(dashboard));
        Assert.All(dashboard.Fleet.Hosts, host => Assert.EndsWith($".{each}", host.Summary.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Deliver_FaultInTheDashboard_IsPutOffAndNothingStored()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, summarise: _ => throw new InvalidOperationException("A fault."));
        HubConnection probe = await dashboard.ConnectAsync();

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, Some));

        Assert.Equal(DeliveryOutcome.RetryLater, reply.Outcome);
        Assert.Equal((0, 0, 0), Count(dashboard));
    }

    private static (int Hosts, int Bodies, int Snapshots) Count(Dashboard dashboard)
    {
        using DbConnection reader = dashboard.Engine.OpenReader();
        return reader.QuerySingle<(int, int, int)>("SELECT (SELECT count(*) FROM hosts), (SELECT count(*) FROM bodies), (SELECT count(*) FROM snapshots)");
    }
}
