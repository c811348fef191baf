using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Ingest;

public sealed class AdmissionTests
{
    [Fact]
    public void Ask_BeyondTheRate_TellsEachLaterThanTheOneBefore()
    {
        using var admission = new Admission();
        int[] waits = [.. Enumerable.Range(0, 20 * Admission.PerSecond).Select(_ => admission.Ask()).Where(wait => wait > 0)];

        Assert.NotEmpty(waits);
        Assert.Equal(waits.Order(), waits);
        Assert.All(waits, wait => Assert.InRange(wait, 1_000, 30_000));
    }

    [Fact]
    public async Task Hello_BeyondTheRate_IsToldWhenToComeAgain()
    {
        using var folder = new TempFolder();
        // No place becomes free while the probe asks.
        using var admission = new Admission(TimeSpan.FromDays(1));
        await using Dashboard dashboard = await Dashboard.StartAsync(folder, replace: services => services.AddSingleton(admission));
        HubConnection probe = await dashboard.ConnectSilentlyAsync();
        while (admission.Ask() == 0)
        {
        }

        HelloReply refused = await Dashboard.HelloAsync(probe, new ProbeHello(ProbeContract.Version, Dashboard.HostA, "host-a", Origin.Demo, "0.1.0"));

        Assert.False(refused.Accepted);
        Assert.InRange(refused.RetryAfterMilliseconds, 1_000, 30_000);
    }

    [Fact]
    public async Task Heartbeat_WithDropped_IsKeptWithTheHost()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);
        HubConnection probe = await dashboard.ConnectAsync();
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));

        await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 1, Dropped: 7));
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(2, SmallSnapshot.Make("6.17.0")));
        DeliveryReply wrong = await Dashboard.HeartbeatAsync(probe, new ProbeHeartbeat(SmallSnapshot.BootId, 2, Dropped: -1));

        Assert.Equal(7, dashboard.Fleet.Find(Dashboard.HostA)!.Dropped);
        Assert.Equal(DeliveryOutcome.Rejected, wrong.Outcome);
    }
}
