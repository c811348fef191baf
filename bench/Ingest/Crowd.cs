using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.DemoFleet;
using TdxDash.HostProbe.Identity;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Ingest;

/// <summary>Many connections to a dashboard, each of which speaks for one host after the other, and delivers its snapshots as a probe does.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int Connections = 128;
    private static readonly Uri Address = new("http://127.0.0.1:18099");

    private readonly HubConnection[] _connections;

    private Crowd(HubConnection[] connections) => _connections = connections;

    /// <summary>Makes a token for demo machines.</summary>
    /// <param name="web">The dashboard's program.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="store">Settings of its store.</param>
    public static string Token(string web, string folder, IReadOnlyList<string> store)
    {
        using Process command = Process.Start(new ProcessStartInfo("dotnet", [web, "enroll-token", "--for", "demo", $"--TdxDash:DataFolder={folder}", .. store]) { RedirectStandardOutput = true })!;
        string token = command.StandardOutput.ReadToEnd().Trim();
        command.WaitForExit();
        return token;
    }

    /// <summary>Starts a dashboard.</summary>
    /// <param name="web">Its program.</param>
    /// <param name="folder">Its folder.</param>
    /// <param name="store">Settings of its store.</param>
    public static Process Start(string web, string folder, IReadOnlyList<string> store) => Process.Start(new ProcessStartInfo("dotnet",
        [web, "--urls", Address.GetLeftPart(UriPartial.Authority), $"--TdxDash:DataFolder={folder}", "--Logging:LogLevel:Default=Warning", .. store]))!;

    /// <summary>Waits for the dashboard, enrols for demo machines and connects.</summary>
    public static async Task<Crowd> ConnectAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = Address };
        while (!await IsReadyAsync(client))
        {
            await Task.Delay(50);
        }

        var link = new DashboardLink(Address, null);
        using var enrolment = new EnrolmentClient(link, TimeProvider.System, _ => { });
        (ProbeIdentity identity, _) = await enrolment.EnrolAsync(ProbeIdentity.Make(ProbeScope.Demo, "", Address, null), token, null, CancellationToken.None);
        var signIn = new SignIn(link, identity, TimeProvider.System);
        HubConnection[] connections = [.. Enumerable.Range(0, Connections).Select(_ => new HubConnectionBuilder().WithUrl(new Uri(Address, ProbeContract.Path), options => options.AccessTokenProvider = () => signIn.TokenAsync(CancellationToken.None))
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build())];
        foreach (HubConnection connection in connections)
        {
            await connection.StartAsync();
        }

        return new Crowd(connections);
    }

    /// <summary>Delivers everything; each delivery ends with the acknowledgement, after the commit.</summary>
    /// <param name="deliveries">The snapshots; those of a host in order.</param>
    /// <param name="atOnce">How many snapshots of a host go together; 1 as a probe does whose snapshots come now and then, more as one does that comes back with some.</param>
    /// <returns>Snapshots a second, and the time of one delivery in milliseconds: median and 99th percentile.</returns>
    public async Task<(double Rate, double Median, double Worst)> DeliverAsync(IReadOnlyList<Delivery> deliveries, int atOnce)
    {
        long began = Stopwatch.GetTimestamp();
        double[] sorted = [.. (await TimesAsync(deliveries, atOnce)).Order()];
        return (deliveries.Count / Stopwatch.GetElapsedTime(began).TotalSeconds, sorted[sorted.Length / 2], sorted[sorted.Length * 99 / 100]);
    }

    /// <summary>Delivers everything; each delivery ends with the acknowledgement, after the commit.</summary>
    /// <returns>The time of each delivery in milliseconds, in no order.</returns>
    public async Task<IReadOnlyList<double>> TimesAsync(IReadOnlyList<Delivery> deliveries, int atOnce = 1)
    {
        var hosts = new ConcurrentQueue<Delivery[]>(deliveries.GroupBy(delivery => delivery.Host.Id).Select(group => group.ToArray()));
        var times = new ConcurrentBag<double>();
        await Task.WhenAll(_connections.Select(connection => SpeakAsync(connection, hosts, times, atOnce)));
        return [.. times];
    }

    /// <summary>Sends heartbeats, several at a time on each connection.</summary>
    /// <returns>Answered heartbeats a second.</returns>
    public async Task<double> HeartbeatsAsync(TimeSpan time)
    {
        const int AtOnce = 8;
        long began = Stopwatch.GetTimestamp(), count = 0;
        var heartbeat = new ProbeHeartbeat(new DemoHost(0).BootId(0), 0);
        await Task.WhenAll(_connections.SelectMany(connection => Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(began) < time)
            {
                await connection.InvokeAsync<DeliveryReply>(ProbeContract.Heartbeat, heartbeat);
                Interlocked.Increment(ref count);
            }
        })));
        return count / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (HubConnection connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task SpeakAsync(HubConnection connection, ConcurrentQueue<Delivery[]> hosts, ConcurrentBag<double> times, int atOnce)
    {
        while (hosts.TryDequeue(out Delivery[]? deliveries))
        {
            DemoHost host = deliveries[0].Host;
            HelloReply hello = await connection.InvokeAsync<HelloReply>(ProbeContract.Hello, new ProbeHello(ProbeContract.Version, host.Id, host.Name, Origin.Demo, "bench"));
            if (!hello.Accepted)
            {
                throw new InvalidOperationException(hello.Reason);
            }

            foreach (Delivery[] together in deliveries.Chunk(atOnce))
            {
                long began = Stopwatch.GetTimestamp();
                await SendAllAsync(connection, together);

                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }
        }
    }

    // Those that the dashboard puts off come again when it says, as a probe has them come.
    private static async Task SendAllAsync(HubConnection connection, Delivery[] together)
    {
        while (together.Length > 0)
        {
            IReadOnlyList<DeliveryReply> replies = await SendAsync(connection, together);
            if (replies.FirstOrDefault(reply => reply.Outcome is not (DeliveryOutcome.Stored or DeliveryOutcome.RetryLater)) is { } refused)
            {
                throw new InvalidOperationException($"{refused.Outcome}: {refused.Reason}");
            }

            together = [.. together.Where((_, i) => replies[i].Outcome == DeliveryOutcome.RetryLater)];
            await Task.Delay(replies.Max(reply => reply.RetryAfterMilliseconds));
        }
    }

    private static async Task<IReadOnlyList<DeliveryReply>> SendAsync(HubConnection connection, Delivery[] together) => together is [var one]
        ? [await connection.InvokeAsync<DeliveryReply>(ProbeContract.Deliver, one.Envelope)]
        : (await connection.InvokeAsync<BatchReply>(ProbeContract.DeliverBatch, new SnapshotBatch([.. together.Select(delivery => delivery.Envelope)]))).Replies;

    private static async Task<bool> IsReadyAsync(HttpClient client)
    {
        try
        {
            using HttpResponseMessage answer = await client.GetAsync("/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // it does not listen yet
        }
    }
}
