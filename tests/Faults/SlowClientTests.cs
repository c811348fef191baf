using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Faults;

/// <summary>Clients that send or take in a byte a second (slowloris): each is cut off, and probes, pages and connections that are only quiet are not.</summary>
public sealed class SlowClientTests
{
    private const int Hosts = 20;
    private const int QuietHost = 1_000;

    // Two quiet probes and a client that asks for pages, and some that were made for them and are idle.
    private const int OtherConnections = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MostForHeaders = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MostForBody = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MostForAnswer = TimeSpan.FromMinutes(5);

    // Well below the time that a slow client is borne with; this test runs beside others.
    private static readonly TimeSpan MostForPage = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task SlowClients_AreCutOffAndNobodyElseIs()
    {
        int each = Scale.Of(20, 300);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Hosts).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromMilliseconds(200) }));
        await using HubConnection polling = await QuietAsync(dashboard.Address, HttpTransportType.LongPolling), socket = await QuietAsync(dashboard.Address, HttpTransportType.WebSockets);
        await crowd.WithinAsync("all probes are taken up", Patience, () => ledger.Count >= Hosts);
        using var watching = new CancellationTokenSource();
        Task<PageTimes> watch = PageWatch.RunAsync(dashboard.Address, watching.Token, least: 50);

        using var readers = new CancellationTokenSource();
        var clock = Stopwatch.StartNew();
        var answers = Task.WhenAll(Enumerable.Range(0, each).Select(_ => SlowClient.TakeInAsync(dashboard.Address, Request("GET", "/_content/MudBlazor/MudBlazor.min.css") + "\r\n", readers.Token)));
        Task<SlowEnd[]> headers = Many(each, _ => SlowClient.SendAsync(dashboard.Address, Request("GET", "/") + "X-Slow: ", Stop));
        Task<SlowEnd[]> forms = Many(each, _ => SlowClient.SendAsync(dashboard.Address, Body("/", "application/x-www-form-urlencoded"), Stop));
        string? token = await DemoSignIn.TokenAsync(dashboard.Address);
        Task<SlowEnd[]> messages = Many(each, async _ => await SlowClient.SendAsync(dashboard.Address, Body($"{ProbeContract.Path}?id={await PollAsync(dashboard.Address)}", $"text/plain\r\nAuthorization: Bearer {token}"), Stop));
        TimeSpan header = Longest(await headers, " 408 "), body = Longest([.. await forms, .. await messages], " 4");
        Assert.True(SlowClient.HeldBy(dashboard.Address) >= each + Hosts, "the slow readers are not there");
        TimeSpan? answer = Scale.IsFull ? await RidOfReadersAsync(dashboard.Address, clock) : null;
        await readers.CancelAsync();
        await answers;
        await watching.CancelAsync();
        PageTimes pages = await watch;

        Assert.Equal((HubConnectionState.Connected, HubConnectionState.Connected), (polling.State, socket.State));
        Assert.Equal(DeliveryOutcome.Rejected, await BeatAsync(polling));
        Assert.Equal(DeliveryOutcome.Rejected, await BeatAsync(socket));
        Assert.Equal(Hosts, crowd.Hellos);
        await crowd.DrainAsync(Patience);
        await InvariantChecker.HoldsAsync(data, ledger);
        Assert.InRange(header, TimeSpan.Zero, MostForHeaders);
        Assert.InRange(body, TimeSpan.Zero, MostForBody);
        Assert.InRange(answer ?? TimeSpan.Zero, TimeSpan.Zero, MostForAnswer);
        Assert.True(pages.P99 < MostForPage, $"p99 of the fleet's page is {pages.P99}");
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"{each} each: headers cut after {header.TotalSeconds:F1} s, forms and messages after {body.TotalSeconds:F1} s, connections whose answer nobody takes in {(answer is null ? "not waited for" : string.Create(CultureInfo.InvariantCulture, $"closed after {answer.Value.TotalSeconds:F0} s"))}; {pages.Count} pages meanwhile, p99 {pages.P99.TotalMilliseconds:F0} ms; {ledger.Count} snapshots, 0 connections of {Hosts + 2} lost"));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Task<SlowEnd[]> Many(int count, Func<int, Task<SlowEnd>> client) => Task.WhenAll(Enumerable.Range(0, count).Select(client));

    private static TimeSpan Longest(SlowEnd[] ends, string answer)
    {
        Assert.All(ends, end => Assert.Contains(answer, end.Answer, StringComparison.Ordinal));
        return ends.Max(end => end.After);
    }

    private static async Task<TimeSpan> RidOfReadersAsync(Uri dashboard, Stopwatch clock)
    {
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (SlowClient.HeldBy(dashboard) > Hosts + OtherConnections)
        {
            Assert.True(clock.Elapsed < MostForAnswer, $"after {clock.Elapsed} the dashboard holds {SlowClient.HeldBy(dashboard)} connections");
            await tick.WaitForNextTickAsync(Stop);
        }

        return clock.Elapsed;
    }

    private static string Request(string method, string path) => $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n";

    private static string Body(string path, string type) => Request("POST", path) + $"Content-Type: {type}\r\nContent-Length: 100000\r\n\r\n";

    /// <summary>Makes a connection of the probes' hub that takes messages by POST.</summary>
    /// <returns>Its id.</returns>
    private static async Task<string> PollAsync(Uri dashboard)
    {
        using var client = new HttpClient { BaseAddress = dashboard };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await DemoSignIn.TokenAsync(dashboard));
        using HttpResponseMessage made = await client.PostAsync(ProbeContract.Path + "/negotiate?negotiateVersion=1", null, Stop);
        JsonElement connection = await made.Content.ReadFromJsonAsync<JsonElement>(Stop);
        string id = Uri.EscapeDataString(connection.GetProperty("connectionToken").GetString()!);
        using HttpResponseMessage first = await client.GetAsync($"{ProbeContract.Path}?id={id}", Stop);
        first.EnsureSuccessStatusCode();
        return id;
    }

    /// <summary>A probe that says hello and then nothing more.</summary>
    private static async Task<HubConnection> QuietAsync(Uri dashboard, HttpTransportType transport)
    {
        HubConnection connection = new HubConnectionBuilder().WithUrl(new Uri(dashboard, ProbeContract.Path), transport, options => options.AccessTokenProvider = () => DemoSignIn.TokenAsync(dashboard))
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, WireJson.Default)).Build();
        await connection.StartAsync(Stop);
        HelloReply reply = await connection.InvokeAsync<HelloReply>(ProbeContract.Hello, new ProbeHello(ProbeContract.Version, SimulatedProbe.IdOf(QuietHost + (int)transport), "quiet", Origin.Demo, "simulated"), Stop);
        Assert.True(reply.Accepted, reply.Reason);
        return connection;
    }

    // It never delivered the snapshot that it speaks of, which the dashboard says if it still knows the connection.
    private static async Task<DeliveryOutcome> BeatAsync(HubConnection connection) =>
        (await connection.InvokeAsync<DeliveryReply>(ProbeContract.Heartbeat, new ProbeHeartbeat(SmallSnapshot.BootId, 1), Stop)).Outcome;
}
