using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Store;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

/// <summary>Observations on their way from a probe's connection into the store and the feed.</summary>
public sealed class ObservationTests
{
    private const string Boot = "11111111-1111-1111-1111-111111111111", Earlier = "00000000-1111-1111-1111-111111111111";
    private static readonly DateTimeOffset Start = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Observe_OfAnUpdate_IsStoredPublishedAndThereAfterARestart()
    {
        using var folder = new TempFolder();
        await using (Dashboard dashboard = await Dashboard.StartAsync(folder))
        {
            HubConnection probe = await dashboard.ConnectAsync();
            var news = new ConcurrentQueue<HostReinit>();
            ReinitView view = dashboard.Service<ReinitView>();
            using IDisposable subscription = view.Subscribe(news.Enqueue);

            Assert.Equal(DeliveryOutcome.Stored, (await ObserveAsync(probe, Batch(Boot, 1, Node("receiving"), Node("transferring")))).Outcome);
            Assert.Equal(ReinitStage.Transferring, Assert.Single(news).State.Update!.Current!.Stage);
            Assert.Equal(DeliveryOutcome.Duplicate, (await ObserveAsync(probe, Batch(Boot, 1, Node("receiving"), Node("transferring")))).Outcome);
            Assert.Equal(DeliveryOutcome.Rejected, (await ObserveAsync(probe, Batch(Boot, 2, Node("programming")))).Outcome);
            Assert.Equal(DeliveryOutcome.Stored, (await ObserveAsync(probe, Batch(Boot, 3, Node("idle", "transferring:device-busy")))).Outcome);
            Assert.Equal(RetryAdvice.Safe, view.Find(Dashboard.HostA)!.State.Update!.Failure!.Advice);

            // An earlier boot that comes late is stored and shows nothing.
            Assert.Equal(DeliveryOutcome.Duplicate, (await ObserveAsync(probe, Batch(Boot, 3, Node("idle", "transferring:device-busy")))).Outcome);
            Assert.Equal(2, news.Count);
        }

        await using Dashboard again = await Dashboard.StartAsync(folder);
        HostReinit host = again.Service<ReinitView>().Find(Dashboard.HostA)!;
        Assert.Equal((Boot, 3L, RunOutcome.Failed), (host.BootId, host.Sequence, host.State.Update!.Outcome));
        IReadOnlyList<ReinitEvent> events = await again.Service<ReinitView>().EventsAsync(Dashboard.HostA, 10, TestContext.Current.CancellationToken);
        Assert.Equal([3L, 2L, 1L], events.Select(seen => seen.Sequence));
    }

    [Fact]
    public async Task Observe_OutOfOrder_LeadsToTheSameState()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await ObserveAsync(probe, Batch(Boot, 3, Node("idle", "transferring:timeout")));
        await ObserveAsync(probe, Batch(Boot, 1, Node("preparing"), Node("transferring")));
        await ObserveAsync(probe, Batch(Earlier, 2, Node("receiving")));

        HostReinit host = dashboard.Service<ReinitView>().Find(Dashboard.HostA)!;
        Assert.Equal((Boot, ReinitStage.Transferring, 3L), (host.BootId, host.State.Update!.Failure!.Stage, host.Sequence));
        Assert.Equal(StageStatus.Done, host.State.Update[ReinitStage.Preparing]!.Status);
    }

    [Fact]
    public async Task Observe_OfWhatIsNotAccepted_StoresNothing()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        Assert.Equal(DeliveryOutcome.Rejected, (await ObserveAsync(probe, Batch("no boot", 1, Node("idle")))).Outcome);
        Assert.Equal(DeliveryOutcome.Rejected, (await ObserveAsync(probe, Batch(Boot, 1, Node(new string('x', 5_000))))).Outcome);
        HubConnection stranger = await dashboard.ConnectSilentlyAsync();
        Assert.Equal(DeliveryOutcome.Rejected, (await ObserveAsync(stranger, Batch(Boot, 1, Node("idle")))).Outcome);
        Assert.Null(dashboard.Service<ReinitView>().Find(Dashboard.HostA));
    }

    [Fact]
    public async Task Observe_WhereTheStoreTakesNothing_IsToldWhenToComeAgain()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await dashboard.Service<StoreWriter>().DisposeAsync();
        DeliveryReply reply = await ObserveAsync(probe, Batch(Boot, 1, Node("receiving")));
        Assert.Equal((DeliveryOutcome.RetryLater, 1_000), (reply.Outcome, reply.RetryAfterMilliseconds));
    }

    [Fact]
    public async Task Ask_OfAProbe_GivesItsAnswerAndRefusesRealMachines()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        ReinitRequests requests = dashboard.Service<ReinitRequests>();
        Assert.Contains("not connected", await requests.AskAsync(Dashboard.HostA, "p", "", TestContext.Current.CancellationToken), StringComparison.Ordinal);

        HubConnection demo = await dashboard.ConnectSilentlyAsync();
        var asked = new ConcurrentQueue<ReinitRequest>();
        demo.On<ReinitRequest, ReinitReply>(ProbeContract.PerformReinit, request =>
        {
            asked.Enqueue(request);
            return new ReinitReply(request.Fault != "odd", request.Fault == "odd" ? "no such fault" : "");
        });
        await Dashboard.HelloAsync(demo, new ProbeHello(ProbeContract.Version, Dashboard.HostA, "a", Origin.Demo, "1"));
        Assert.Null(await requests.AskAsync(Dashboard.HostA, "tdx-1.5.16-srf", "busy", TestContext.Current.CancellationToken));
        Assert.Equal("no such fault", await requests.AskAsync(Dashboard.HostA, "tdx-1.5.16-srf", "odd", TestContext.Current.CancellationToken));
        Assert.Equal(("tdx-1.5.16-srf", "busy"), (asked.First().Profile, asked.First().Fault));

        const string liveHost = "aaaaaaaa-0000-0000-0000-000000000009";
        HubConnection live = await dashboard.ConnectSilentlyAsync(hostId: liveHost);
        await Dashboard.HelloAsync(live, new ProbeHello(ProbeContract.Version, liveHost, "b", Origin.Live, "1"));
        Assert.Contains("no demo machine", await requests.AskAsync(liveHost, "p", "", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static ReinitObservation Node(string status, string? error = null) =>
        new(Start, Provenance.Emulated, "/sys/class/firmware/tdx_module") { Upload = new UploadValues(status, error ?? (status == "idle" ? "" : null), null, false) };

    private static ObservationBatch Batch(string boot, long first, params ReinitObservation[] seen) =>
        new(boot, [.. seen.Select((observation, i) => new WireObservation(first + i, observation with { At = Start.AddSeconds(first + i) }))]);

    private static Task<DeliveryReply> ObserveAsync(HubConnection probe, ObservationBatch batch) =>
        probe.InvokeAsync<DeliveryReply>(ProbeContract.Observe, batch, TestContext.Current.CancellationToken).WaitAsync(Dashboard.Patience);
}
