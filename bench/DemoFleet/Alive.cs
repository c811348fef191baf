using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.HostProbe.Identity;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.DemoFleet;

/// <summary>Lets a dashboard hear of the fleet: a few connections say hello for one host after the other.</summary>
internal static class Alive
{
    private const int Connections = 8;

    // Well before a host counts as silent.
    private static readonly TimeSpan Round = ProbeContract.SilentAfter / 1.5;

    public static Task RunAsync(Uri dashboard, int count, string state, CancellationToken cancellation)
    {
        DemoHost[] heard = [.. Enumerable.Range(0, count).Select(number => new DemoHost(number)).Where(host => !host.IsSilent)];
        int share = (heard.Length + Connections - 1) / Connections;
        (ProbeIdentity? identity, DashboardLink link, string missing) = new Credentials(state, ProbeScope.Demo, "", dashboard, null).Find();
        return identity is null ? throw new InvalidOperationException(missing) : Task.WhenAll(heard.Chunk(share).Select(hosts => SpeakAsync(dashboard, new SignIn(link, identity, TimeProvider.System), hosts, cancellation)));
    }

    private static async Task SpeakAsync(Uri dashboard, SignIn signIn, DemoHost[] hosts, CancellationToken cancellation)
    {
        await using HubConnection connection = new HubConnectionBuilder().WithUrl(new Uri(dashboard, ProbeContract.Path), options => options.AccessTokenProvider = () => signIn.TokenAsync(cancellation))
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (connection.State == HubConnectionState.Disconnected)
                {
                    await connection.StartAsync(cancellation);
                }

                DateTimeOffset next = DateTimeOffset.UtcNow + Round;
                foreach (DemoHost host in hosts)
                {
                    await connection.InvokeAsync<HelloReply>(ProbeContract.Hello, new ProbeHello(ProbeContract.Version, host.Id, host.Name, Origin.Demo, "demo"), cancellation);
                }

                TimeSpan rest = next - DateTimeOffset.UtcNow;
                await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            // The edge of a connection: the dashboard may be away for a while, and the demo goes on when it is back.
            catch (Exception e) when (e is HttpRequestException or InvalidOperationException or IOException or TimeoutException or Microsoft.AspNetCore.SignalR.HubException or System.Net.WebSockets.WebSocketException or OperationCanceledException)
            {
                Console.Error.WriteLine($"The dashboard does not answer: {e.Message}");
                await Task.Delay(Round / 5, CancellationToken.None);
            }
        }
    }
}
