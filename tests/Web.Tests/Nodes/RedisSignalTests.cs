using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Testing;
using TdxDash.Web.Health;
using TdxDash.Web.Nodes;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Nodes;

/// <summary>Redis there, gone, and there again.</summary>
public sealed class RedisSignalTests
{
    [Fact]
    public async Task Signal_ThereGoneAndThereAgain_NodesSeeAllOfEachOther()
    {
        using var redis = new RedisServer();
        await using TwoNodes nodes = await TwoNodes.StartAsync($"--TdxDash:Redis:ConnectionString={redis.Address}");
        RedisSignal[] signals = [nodes.A.Service<RedisSignal>(), nodes.B.Service<RedisSignal>()];
        await TwoNodes.HoldsAsync("both are connected", () => signals.All(signal => signal.IsConnected));
        HubConnection probe = await nodes.A.ConnectAsync();
        long before = signals[1].Heard;

        await DeliverAsync(1);
        await TwoNodes.HoldsAsync("B was told", () => signals[1].Heard > before);
        Assert.Equal("ready\n", await ReadyAsync(nodes.B));

        redis.Crash();
        await DeliverAsync(2);
        await TwoNodes.HoldsAsync("B says so and is ready", async () => await ReadyAsync(nodes.B) == "ready; degraded: redis\n");

        redis.Start();
        await TwoNodes.HoldsAsync("both are connected again", () => signals.All(signal => signal.IsConnected));
        before = signals[1].Heard;
        await DeliverAsync(3);
        await TwoNodes.HoldsAsync("B was told again", () => signals[1].Heard > before);

        async Task DeliverAsync(long sequence)
        {
            await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(sequence, SmallSnapshot.Make($"6.16.{sequence}")));
            await TwoNodes.HoldsAsync($"B knows snapshot {sequence}", () => nodes.B.Fleet.LatestSequence(Dashboard.HostA) == sequence);
        }
    }

    [Fact]
    public async Task Signal_ServerThatIsNotThere_StartsReadyAndSaysSo()
    {
        await using TwoNodes nodes = await TwoNodes.StartAsync("--TdxDash:Redis:ConnectionString=!/nowhere/redis.sock,connectTimeout=500");
        HubConnection probe = await nodes.A.ConnectAsync();

        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));

        await TwoNodes.HoldsAsync("B knows the snapshot", () => nodes.B.Fleet.Find(Dashboard.HostA) is not null);
        Assert.Equal("ready; degraded: redis\n", await ReadyAsync(nodes.B));
    }

    private static async Task<string> ReadyAsync(Dashboard node)
    {
        using var client = new HttpClient { BaseAddress = node.Address };
        return await client.GetStringAsync(HealthEndpoints.ReadyPath, TestContext.Current.CancellationToken);
    }
}
