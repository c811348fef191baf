using System.Data.Common;
using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Security.Probes;

/// <summary>What a stolen key, a malicious host or somebody without a key can try.</summary>
public sealed class HostileProbeTests : IAsyncLifetime
{
    private const string HostB = "bbbbbbbb-0000-0000-0000-000000000002";
    private const string DemoHost = DemoHosts.Prefix + "4000-8000-000000000001";

    private readonly TempFolder _folder = new();
    private Dashboard? _dashboard;
    private HttpClient? _client;

    private Dashboard Dashboard => _dashboard!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder);
        _client = new HttpClient { BaseAddress = _dashboard.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await Dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Connect_WithoutAKeyThatIsKnown_IsAnsweredWith401()
    {
        using ECDsa unknown = ProbeKeys.Create();
        ECDsa known = await Dashboard.Keys.OfHostAsync(Dashboard.HostA);
        string good = (await Dashboard.Keys.SignInAsync(known))!, challenge = ProbeSignIn.Read(good)!.Challenge;

        foreach (string? token in new[]
        {
            null, "", "tdxp.", "tdxp..", "tdxp.a.b.c", good[..^2], good + "A", new string('x', 100_000),
            await Dashboard.Keys.SignInAsync(unknown),
            ProbeSignIn.Write(known, "another dashboard", challenge),
            ProbeSignIn.Write(known, Dashboard.Service<ProbeRegistry>().Realm, "bm90IGEgY2hhbGxlbmdl"),
        })
        {
            foreach (HttpMethod method in new[] { HttpMethod.Get, HttpMethod.Post })
            {
                Assert.Contains(await StatusAsync(method, ProbeContract.Path + (method == HttpMethod.Post ? "/negotiate?negotiateVersion=1" : ""), token),
                    new[] { HttpStatusCode.Unauthorized, HttpStatusCode.RequestHeaderFieldsTooLarge });
            }
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(HttpMethod.Post, ProbeContract.Path + "/negotiate?negotiateVersion=1", good));
    }

    [Theory]
    [InlineData("", "GET POST DELETE")]
    [InlineData("/negotiate", "POST")]
    [InlineData("/self", "GET")]
    public async Task Request_WithoutAKey_FindsNoWayRound(string path, string methods)
    {
        string known = ProbeKeys.IdOf((await Dashboard.Keys.OfHostAsync(Dashboard.HostA)).ExportSubjectPublicKeyInfo());
        foreach (string query in new[] { "", "?id=x", $"?id={known}", "?id=x&negotiateVersion=1" })
        {
            foreach (string method in methods.Split(' '))
            {
                using HttpResponseMessage answer = await SendAsync(new HttpMethod(method), ProbeContract.Path + path + query, null);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Contains(ProbeContract.UnknownKey, Assert.Single(answer.Headers.WwwAuthenticate).ToString(), StringComparison.Ordinal);
                Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            }
        }
    }

    [Fact]
    public async Task Hello_ForAHostOfAnotherKey_IsRefusedAndAudited()
    {
        string file = ImportedHost.IdOf("file-host");
        foreach ((ProbeScope scope, string hostId, string name, Origin origin, bool isItsOwn) in new[]
        {
            (ProbeScope.Host, HostB, "host-b", Origin.Live, false),
            (ProbeScope.Host, DemoHost, "demo", Origin.Demo, false),
            (ProbeScope.Demo, HostB, "host-b", Origin.Demo, false),
            (ProbeScope.Demo, DemoHost, "demo", Origin.Live, false),
            (ProbeScope.Demo, DemoHost, "demo", Origin.Demo, true),
            (ProbeScope.Imports, HostB, "host-b", Origin.File, false),
            (ProbeScope.Imports, file, "other-file", Origin.File, false),
            (ProbeScope.Imports, file, "file-host", Origin.Live, false),
            (ProbeScope.Imports, file, "file-host", Origin.File, true),
        })
        {
            ECDsa key = scope == ProbeScope.Host ? await Dashboard.Keys.OfHostAsync(Dashboard.HostA) : await Dashboard.Keys.OfAsync(scope);
            HubConnection probe = await Dashboard.ConnectAsync(key);

            HelloReply reply = await Dashboard.HelloAsync(probe, new ProbeHello(ProbeContract.Version, hostId, name, origin, "0.1.0"));
            DeliveryReply delivery = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make() with { Origin = origin }));

            Assert.Equal(isItsOwn, reply.Accepted);
            Assert.Equal(isItsOwn ? DeliveryOutcome.Stored : DeliveryOutcome.Rejected, delivery.Outcome);
            Assert.Equal(isItsOwn, Dashboard.Fleet.Find(hostId) is not null);
        }

        await SettledAsync();
        // Of each probe the first one; the others within a minute are counted.
        Assert.Equal([HostB, HostB, HostB], Audit("probe.impersonation"));
    }

    [Fact]
    public async Task Hello_ForAnotherHostAfterItsOwn_LeavesNothingThere()
    {
        await Dashboard.Keys.OfHostAsync(HostB);
        HubConnection probe = await Dashboard.ConnectAsync();

        HelloReply reply = await Dashboard.HelloAsync(probe, new ProbeHello(ProbeContract.Version, HostB, "host-b", Origin.Demo, "0.1.0"));
        DeliveryReply delivery = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make()));

        Assert.False(reply.Accepted);
        Assert.Contains("not enrolled for host", reply.Reason, StringComparison.Ordinal);
        Assert.Equal(DeliveryOutcome.Rejected, delivery.Outcome);
        Assert.Empty(Dashboard.Fleet.Hosts);
    }

    [Fact]
    public async Task Revoke_CutsTheConnectionAndRefusesWhatWasCaptured()
    {
        foreach ((string hostId, HttpTransportType transport) in new[] { (Dashboard.HostA, HttpTransportType.WebSockets), (HostB, HttpTransportType.LongPolling) })
        {
            ECDsa key = await Dashboard.Keys.OfHostAsync(hostId);
            string captured = (await Dashboard.Keys.SignInAsync(key))!;
            HubConnection probe = await Dashboard.ConnectAsync(key, transports: transport);
            var closed = new TaskCompletionSource();
            probe.Closed += _ =>
            {
                closed.TrySetResult();
                return Task.CompletedTask;
            };
            Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(HttpMethod.Get, ProbeContract.SelfPath, captured));

            string keyId = ProbeKeys.IdOf(key.ExportSubjectPublicKeyInfo());
            Assert.Null(await Dashboard.Service<ProbeRegistry>().RevokeProbeAsync(Dashboard.Service<ProbeReader>().Find(keyId)!.Id, Actor.System));

            await closed.Task.WaitAsync(Dashboard.Patience, Stop);
            foreach (string token in new[] { captured, (await Dashboard.Keys.SignInAsync(key))! })
            {
                using HttpResponseMessage answer = await SendAsync(HttpMethod.Post, ProbeContract.Path + "/negotiate?negotiateVersion=1", token);
                Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
                Assert.Contains(ProbeContract.RevokedKey, answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            }
        }

        Assert.Equal([Dashboard.HostA, HostB], Audit("probe.revoke"));
    }

    [Fact]
    public async Task Message_ThatIsTooLargeOrTooDeep_EndsItsConnectionAlone()
    {
        HubConnection good = await Dashboard.ConnectAsync();

        Assert.True(await IsEndedByAsync(new string('[', 10_000) + new string(']', 10_000)));
        Assert.True(await IsEndedByAsync($"\"{new string('x', ProbeContract.MaxMessageBytes)}\""));

        Assert.Equal(DeliveryOutcome.Stored, (await Dashboard.DeliverAsync(good, SmallSnapshot.Envelope(1, SmallSnapshot.Make()))).Outcome);
    }

    private async Task<bool> IsEndedByAsync(string argument)
    {
        ECDsa key = await Dashboard.Keys.OfHostAsync(HostB);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {await Dashboard.Keys.SignInAsync(key)}");
        await socket.ConnectAsync(new UriBuilder(Dashboard.Address) { Scheme = "ws", Path = ProbeContract.Path }.Uri, Stop);
        await SendAsync(socket, "{\"protocol\":\"json\",\"version\":1}\u001e");
        await socket.ReceiveAsync(new byte[64], Stop);

        try
        {
            await SendAsync(socket, $"{{\"type\":1,\"invocationId\":\"1\",\"target\":\"Hello\",\"arguments\":[{argument}]}}\u001e");
        }
        catch (WebSocketException)
        {
            // Cut while it was being sent.
        }

        return await EndedAsync(socket);
    }

    [Fact]
    public async Task Body_ThatExpandsAThousandTimes_IsRefused()
    {
        HubConnection probe = await Dashboard.ConnectAsync();

        DeliveryReply reply = await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, new byte[SnapshotCodec.MaxBytes + 1]));

        Assert.Equal(DeliveryOutcome.Rejected, reply.Outcome);
        Assert.Contains("expands beyond", reply.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_OfAHost_IsInertWhereverItIsShown()
    {
        const string Markup = "<script>alert(1)</script>\u202e\u001b[31m'\"&", Shown = "<script>alert(1)</script>";
        HubConnection probe = await Dashboard.ConnectAsync(name: Markup);
        await Dashboard.DeliverAsync(probe, SmallSnapshot.Envelope(1, SmallSnapshot.Make("6.16.0", Markup)));
        await Dashboard.HelloAsync(probe, new ProbeHello(ProbeContract.Version, HostB, Markup, Origin.Demo, Markup));
        await SettledAsync();

        using HttpClient administrator = await Dashboard.ClientAsync();
        foreach (string path in new[] { "/", $"/hosts/{Dashboard.HostA}", "/history", "/probes" })
        {
            string page = await administrator.GetStringAsync(path, Stop);
            Assert.DoesNotContain(Shown, page, StringComparison.Ordinal);
            Assert.DoesNotContain('\u202e', page);
            Assert.DoesNotContain('\u001b', page);
        }

        using DbConnection connection = Dashboard.Engine.OpenReader();
        Assert.Equal(0, connection.QuerySingle<long>("SELECT count(*) FROM audit WHERE instr(detail || target || actor, char(27)) > 0 OR instr(detail || target || actor, char(8238)) > 0"));
    }

    private static Task SendAsync(ClientWebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Stop);

    private static async Task<bool> EndedAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(Dashboard.Patience);
        try
        {
            byte[] block = new byte[4_096];
            while ((await socket.ReceiveAsync(block, limit.Token)).MessageType != WebSocketMessageType.Close)
            {
            }

            return true;
        }
        catch (WebSocketException)
        {
            return true;
        }
    }

    // What was queued before is stored then.
    private Task<DirectOutcome<bool>> SettledAsync() => new DirectWork<bool>(_ => true).RunAsync(Dashboard.Service<StoreWriter>());

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path, string? token)
    {
        using HttpResponseMessage answer = await SendAsync(method, path, token);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return await _client!.SendAsync(request, Stop);
    }

    private IReadOnlyList<string> Audit(string action)
    {
        using DbConnection connection = Dashboard.Engine.OpenReader();
        return [.. connection.Query<string>("SELECT target FROM audit WHERE action = @action ORDER BY id", new { action })];
    }
}
