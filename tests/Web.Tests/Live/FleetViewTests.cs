using System.Data.Common;
using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Live;

public sealed class FleetViewTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task Subscribe_StoredSnapshot_IsAnnouncedUntilDisposed()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        var heard = new List<HostEntry>();
        using (dashboard.Fleet.Subscribe(heard.Add))
        {
            await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("1")));
        }

        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, SmallSnapshot.Make("2")));

        HostEntry entry = Assert.Single(heard);
        Assert.Equal((Dashboard.HostA, 1L, "host-a 1", "0.1.0"), (entry.HostId, entry.Revision, entry.Summary.Name, entry.ProbeVersion));
        Assert.Equal(2, dashboard.Fleet.Revision);
    }

    [Fact]
    public async Task Subscribe_ListenerThatThrows_DoesNotStopTheStore()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        using IDisposable faulty = dashboard.Fleet.Subscribe(_ => throw new InvalidOperationException("A fault."));

        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("1")));
        DeliveryReply second = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, SmallSnapshot.Make("2")));

        Assert.Equal(DeliveryOutcome.Stored, second.Outcome);
    }

    [Fact]
    public async Task Apply_OlderSequenceAfterNewer_KeepsTheNewer()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(5, SmallSnapshot.Make("newer")));

        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(4, SmallSnapshot.Make("older")));

        Assert.Equal("host-a newer", dashboard.Fleet.Find(Dashboard.HostA)!.Summary.Name);
        Snapshot? latest = await dashboard.Archive.LatestAsync(Dashboard.HostA, TestContext.Current.CancellationToken);
        Assert.Equal("newer", latest!.Host.KernelRelease.Value);
    }

    [Fact]
    public async Task Heartbeat_MovesLastSeenAndIsAnnouncedAfterSilenceOnly()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(Start);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, time);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        var heard = new List<HostEntry>();
        using IDisposable subscription = dashboard.Fleet.Subscribe(heard.Add);
        var heartbeat = new ProbeHeartbeat(SmallSnapshot.BootId, 1);

        time.Advance(ProbeContract.HeartbeatInterval);
        await Dashboard.HeartbeatAsync(probe, heartbeat);
        Assert.Empty(heard);
        Assert.Equal(Start + ProbeContract.HeartbeatInterval, dashboard.Fleet.Find(Dashboard.HostA)!.LastSeen);

        time.Advance(ProbeContract.SilentAfter * 2);
        await Dashboard.HeartbeatAsync(probe, heartbeat);
        Assert.Equal(time.GetUtcNow(), Assert.Single(heard).LastSeen);
    }

    [Fact]
    public async Task Restart_KeepsEverything()
    {
        using var folder = new TempFolder();
        var time = new FakeTimeProvider(Start);
        HostEntry[] before;
        await using (Dashboard first = await Dashboard.StartAsync(folder, time))
        {
            HubConnection probe = await first.ConnectAsync();
            await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("1")));
            await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, SmallSnapshot.Make("2")));
            time.Advance(TimeSpan.FromSeconds(7));
            await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 2));
            before = [.. first.Fleet.Hosts];
        }

        await using Dashboard second = await Dashboard.StartAsync(folder, time);

        // What only a sign of life tells, it tells again.
        Assert.Equal(before.Select(entry => entry with { HeardAt = null, Dropped = null }), second.Fleet.Hosts.Select(entry => entry with { HeardAt = null, Dropped = null }));
        Assert.Equal(Start + TimeSpan.FromSeconds(7), Assert.Single(second.Fleet.Hosts).LastSeen);
        Assert.Equal(2, second.Fleet.Revision);
        HubConnection again = await second.ConnectAsync();
        Assert.Equal(DeliveryOutcome.Duplicate, (await Dashboard.DeliverAsync(again, SmallSnapshot.Envelope(2, SmallSnapshot.Make("2")))).Outcome);
    }

    [Fact]
    public async Task Load_OneHostThatCannotBeShown_LeavesTheOthers()
    {
        const string hostB = "aaaaaaaa-0000-0000-0000-000000000002";
        using var folder = new TempFolder();
        await using (Dashboard first = await Dashboard.StartAsync(folder))
        {
            await Dashboard.DeliverAsync(await first.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make("1")));
            await Dashboard.DeliverAsync(await first.ConnectAsync(hostB), SmallSnapshot.Envelope(1, SmallSnapshot.Make("2")));
            using DbConnection other = first.Engine.OpenBeside();
            other.Execute("UPDATE snapshots SET digest = NULL");
        }

        await using Dashboard second = await Dashboard.StartAsync(folder, summarise: snapshot => snapshot.Host.KernelRelease.Value == "1"
            ? throw new InvalidOperationException("A fault.")
            : SmallSnapshot.Summarise(snapshot));

        Assert.Equal(hostB, Assert.Single(second.Fleet.Hosts).HostId);
    }

    [Fact]
    public async Task Archive_DamagedBody_IsNamedWithTheRemedy()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        await Dashboard.DeliverAsync(await dashboard.ConnectAsync(), SmallSnapshot.Envelope(1, SmallSnapshot.Make()));
        using (DbConnection other = dashboard.Engine.OpenBeside())
        {
            other.Execute("UPDATE bodies SET body = @body", new { body = BodyCodec.Compress(SnapshotCodec.Write(SmallSnapshot.Make("other"))) });
        }

        InvalidDataException refusal = await Assert.ThrowsAsync<InvalidDataException>(() => dashboard.Archive.LatestAsync(Dashboard.HostA, TestContext.Current.CancellationToken));

        Assert.Contains("Put back a backup", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE bodies SET body = x'00'")]
    [InlineData("DELETE FROM bodies")]
    public async Task Redelivery_OfADamagedBody_IsAskedForAndHealsIt(string damage)
    {
        using var folder = new TempFolder();
        Snapshot sent = SmallSnapshot.Make();
        await using (Dashboard first = await Dashboard.StartAsync(folder))
        {
            await Dashboard.DeliverAsync(await first.ConnectAsync(), SmallSnapshot.Envelope(1, sent));
            using DbConnection other = first.Engine.OpenBeside();
            other.Execute($"PRAGMA foreign_keys = OFF; {damage}");
        }

        await using Dashboard second = await Dashboard.StartAsync(folder);
        HubConnection probe = await second.ConnectAsync();
        await second.Service<BodyCheck>().ExecuteTask!.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("host-a 6.16.0", Assert.Single(second.Fleet.Hosts).Summary.Name);
        Assert.Equal(DeliveryOutcome.Rejected, (await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 1))).Outcome);

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, sent));

        HostEntry healed = Assert.Single(second.Fleet.Hosts);
        Assert.Equal((DeliveryOutcome.Duplicate, "host-a 6.16.0", 1L), (reply.Outcome, healed.Summary.Name, healed.Revision));
        Assert.Equal(SnapshotCodec.Write(sent), SnapshotCodec.Write((await second.Archive.LatestAsync(Dashboard.HostA, TestContext.Current.CancellationToken))!));
        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 1))).Outcome);
    }

    [Fact]
    public async Task Archive_UnsignedValues_SurviveWhole()
    {
        ulong[] values = [ulong.MaxValue, 1UL << 63, (1UL << 53) + 1];
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        Snapshot sent = SmallSnapshot.Make(metadata: values);
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, sent));

        Snapshot? read = await dashboard.Archive.LatestAsync(Dashboard.HostA, TestContext.Current.CancellationToken);

        Assert.Equal(values, read!.Module.Metadata.Value.Single().Values);
        Assert.Equal(SnapshotCodec.Write(sent), SnapshotCodec.Write(read));
        Assert.Null(await dashboard.Archive.LatestAsync("aaaaaaaa-0000-0000-0000-00000000ffff", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Hosts_NameThatHidesOrReordersText_IsShownInert()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();

        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make(name: "a\u202Eb\u001b[31m" + new string('x', 1_000))));

        string name = dashboard.Fleet.Find(Dashboard.HostA)!.Summary.Name;
        Assert.StartsWith("a\uFFFDb\uFFFD[31mxxx", name, StringComparison.Ordinal);
        Assert.Equal(255, name.Length);
    }
}
