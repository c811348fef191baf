using System.Data.Common;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using Dapper;
using Microsoft.AspNetCore.SignalR.Client;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Probes;
using TdxDash.Web.Tests.Support;
using TdxDash.Wire;

namespace TdxDash.Web.Tests.Security.Probes;

/// <summary>Enrolment over HTTP: tokens, what a key may not take over, another key in the place of one.</summary>
public class EnrolmentTests : IAsyncLifetime
{
    private const string Host = "0d5a1c1e-3f5b-4c3c-9a64-000000000001";

    private readonly TempFolder _folder = new();
    private readonly Clock _clock = new();
    private Dashboard? _dashboard;
    private HttpClient? _client;

    private Dashboard Dashboard => _dashboard!;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder, _clock);
        _client = new HttpClient { BaseAddress = _dashboard.Address };
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _client?.Dispose();
        await Dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Enrol_WithAToken_LetsTheKeyInPutsTheHostIntoItsGroupAndUsesTheTokenUp()
    {
        Assert.True(LabelText.TryParse("lab", out LabelText lab));
        EnrolmentToken token = await Dashboard.Keys.TokenAsync(new TokenWish(ProbeScope.Host, 1, TokenWish.Usual, lab));
        using ECDsa key = ProbeKeys.Create();

        (HttpStatusCode status, EnrolReply reply) = await EnrolAsync(token.ToString(), key);
        (HttpStatusCode again, _) = await EnrolAsync(token.ToString(), key);
        using ECDsa other = ProbeKeys.Create();
        (HttpStatusCode second, EnrolReply refusal) = await EnrolAsync(token.ToString(), other, host: Host[..^1] + "2");

        Assert.Equal((HttpStatusCode.OK, "", "lab"), (status, reply.Reason, reply.Group));
        Assert.Equal(HttpStatusCode.OK, again);
        Assert.Equal((HttpStatusCode.Forbidden, "used up"), (second, refusal.Reason.Contains("used up", StringComparison.Ordinal) ? "used up" : refusal.Reason));
        Assert.Equal(lab, Dashboard.Service<LabelBook>().Find(Host).Group);
        HubConnection probe = await Dashboard.ConnectAsync(key);
        Assert.True((await HelloAsync(probe)).Accepted);
        Assert.Equal(["probe.enroll", "probe.enroll", "probe.enroll-refused"], Audit("probe.%"));
        Assert.Equal(0, Count("SELECT count(*) FROM enrolment_tokens WHERE instr(CAST(hash AS TEXT), @secret) > 0", new { secret = token.Secret }));
    }

    [Fact]
    public async Task Enrol_WithWhatIsNoGoodToken_IsRefusedWithTheReason()
    {
        EnrolmentToken good = await Dashboard.Keys.TokenAsync(), revoked = await Dashboard.Keys.TokenAsync(), demo = await Dashboard.Keys.TokenAsync(new TokenWish(ProbeScope.Demo, 1, TokenWish.Usual, null));
        await Dashboard.Service<ProbeRegistry>().RevokeTokenAsync(revoked.Id, Actor.System);
        using ECDsa key = ProbeKeys.Create();

        foreach ((string token, HttpStatusCode expected, string reason) in new[]
        {
            ("password", HttpStatusCode.BadRequest, "begins with tdxe_"),
            (new EnrolmentToken(good.Id, EnrolmentToken.NewSecret()).ToString(), HttpStatusCode.Forbidden, "none of this dashboard's"),
            (new EnrolmentToken(99, good.Secret).ToString(), HttpStatusCode.Forbidden, "none of this dashboard's"),
            (revoked.ToString(), HttpStatusCode.Forbidden, "was revoked"),
            (demo.ToString(), HttpStatusCode.Forbidden, "--for demo"),
        })
        {
            (HttpStatusCode status, EnrolReply reply) = await EnrolAsync(token, key);
            Assert.Equal(expected, status);
            Assert.Contains(reason, reply.Reason, StringComparison.Ordinal);
        }

        _clock.Ahead = TimeSpan.FromHours(2);
        (_, EnrolReply late) = await EnrolAsync(good.ToString(), key);
        Assert.Contains("expired", late.Reason, StringComparison.Ordinal);
        Assert.Equal(0, Count("SELECT count(*) FROM probes", new { }));

        // What has not the form of a token is not noted; of the others the first, and then how many came.
        Assert.Single(Audit("probe.enroll-refused"));
        await Dashboard.Service<RefusalAudit>().FlushAsync();
        Assert.Equal(2, Audit("probe.enroll-refused").Count);
        Assert.StartsWith("4 more within the minute; the last: token ", Dashboard.Service<AuditLog>().Read(new AuditQuery("probe.enroll-refused", null, 1)).Single().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_OfAHostThatIsEnrolled_NeedsItsKeyOrAnAdministrator()
    {
        using ECDsa first = ProbeKeys.Create(), thief = ProbeKeys.Create(), second = ProbeKeys.Create(), third = ProbeKeys.Create();
        EnrolmentToken token = await Dashboard.Keys.TokenAsync(new TokenWish(ProbeScope.Host, 9, TokenWish.Usual, null));
        Assert.Equal(HttpStatusCode.OK, (await EnrolAsync(token.ToString(), first)).Status);
        HubConnection open = await Dashboard.ConnectAsync(first);
        var closed = new TaskCompletionSource();
        open.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };

        (HttpStatusCode stolen, EnrolReply refusal) = await EnrolAsync(token.ToString(), thief);
        Assert.Equal(HttpStatusCode.Conflict, stolen);
        Assert.Contains("enrolled already with another key", refusal.Reason, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await EnrolAsync(token.ToString(), second, consent: first)).Status);
        await closed.Task.WaitAsync(Dashboard.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, await SelfAsync(first));

        await Dashboard.Service<ProbeRegistry>().AllowReturnAsync(Dashboard.Service<ProbeReader>().Find(Id(second))!.Id, Actor.System);
        _clock.Ahead = ProbeChanges.ReturnFor;
        EnrolmentToken late = await Dashboard.Keys.TokenAsync(new TokenWish(ProbeScope.Host, 9, TokenWish.Usual, null));
        Assert.Equal(HttpStatusCode.Conflict, (await EnrolAsync(late.ToString(), third)).Status);
        _clock.Ahead = TimeSpan.Zero;
        Assert.Equal(HttpStatusCode.OK, (await EnrolAsync(token.ToString(), third)).Status);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NoContent), (await SelfAsync(second), await SelfAsync(third)));
        (HttpStatusCode dead, EnrolReply never) = await EnrolAsync(token.ToString(), first);
        Assert.Equal(HttpStatusCode.Conflict, dead);
        Assert.Contains("never enrolled again", never.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enrol_BeyondTenAMinute_IsPutOff()
    {
        using ECDsa key = ProbeKeys.Create();
        for (int i = 0; i < EnrolmentLimit.PerMinute; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await EnrolAsync("guess", key)).Status);
        }

        using HttpResponseMessage refused = await _client!.PostAsync(ProbeContract.EnrolPath, Body("guess", key), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Rotate_WithBothSignatures_EndsTheOldKey()
    {
        ECDsa old = await Dashboard.Keys.OfHostAsync(Host);
        using ECDsa next = ProbeKeys.Create(), foreign = ProbeKeys.Create();
        byte[] publicKey = next.ExportSubjectPublicKeyInfo(), statement = RotateRequest.Statement(Dashboard.Service<ProbeRegistry>().Realm, Id(old), publicKey);
        byte[] proof = ProbeKeys.Sign(next, statement), consent = ProbeKeys.Sign(old, statement);

        Assert.Equal(HttpStatusCode.BadRequest, await RotateAsync(old, new RotateRequest(publicKey, proof, ProbeKeys.Sign(foreign, statement))));
        Assert.Equal(HttpStatusCode.BadRequest, await RotateAsync(old, new RotateRequest(publicKey, ProbeKeys.Sign(foreign, statement), consent)));
        Assert.Equal(HttpStatusCode.Unauthorized, await RotateAsync(foreign, new RotateRequest(publicKey, proof, consent)));
        Assert.Equal(HttpStatusCode.OK, await RotateAsync(old, new RotateRequest(publicKey, proof, consent)));

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NoContent), (await SelfAsync(old), await SelfAsync(next)));
        Assert.Equal(["probe.rotate"], Audit("probe.rotate"));

        EnrolmentToken token = await Dashboard.Keys.TokenAsync();
        (HttpStatusCode again, EnrolReply never) = await EnrolAsync(token.ToString(), old);
        Assert.Equal(HttpStatusCode.Conflict, again);
        Assert.Contains("never enrolled again", never.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Challenge_IsGoodForAMinuteOfTheMonotonicClockWhateverTheWallClockSays()
    {
        ECDsa key = await Dashboard.Keys.OfHostAsync(Host);
        string token = (await Dashboard.Keys.SignInAsync(key))!;

        _clock.Ahead = TimeSpan.FromDays(3_650);
        Assert.Equal(HttpStatusCode.NoContent, await SelfAsync(token));
        _clock.Ahead = TimeSpan.FromDays(-3_650);
        Assert.Equal(HttpStatusCode.NoContent, await SelfAsync(token));
        _clock.Passed = ProbeChallenges.Validity + TimeSpan.FromSeconds(1);
        Assert.Equal(HttpStatusCode.Unauthorized, await SelfAsync(token));
    }

    private static string Id(ECDsa key) => ProbeKeys.IdOf(key.ExportSubjectPublicKeyInfo());

    private static ByteArrayContent Body(string token, ECDsa key, string host = Host, ECDsa? consent = null)
    {
        var unsigned = new EnrolRequest(token, ProbeScope.Host, host, "host-a", Origin.Live, "0.1.0", key.ExportSubjectPublicKeyInfo(), [], []);
        byte[] statement = unsigned.Statement();
        EnrolRequest signed = unsigned with { Proof = ProbeKeys.Sign(key, statement), Consent = consent is null ? [] : ProbeKeys.Sign(consent, statement) };
        return new ByteArrayContent(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(signed, WireJson.Default.EnrolRequest));
    }

    private static Task<HelloReply> HelloAsync(HubConnection probe) => Dashboard.HelloAsync(probe, new ProbeHello(ProbeContract.Version, Host, "host-a", Origin.Live, "0.1.0"));

    private async Task<(HttpStatusCode Status, EnrolReply Reply)> EnrolAsync(string token, ECDsa key, string host = Host, ECDsa? consent = null)
    {
        using HttpResponseMessage answer = await _client!.PostAsync(ProbeContract.EnrolPath, Body(token, key, host, consent), TestContext.Current.CancellationToken);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync(WireJson.Default.EnrolReply, TestContext.Current.CancellationToken))!);
    }

    private async Task<HttpStatusCode> RotateAsync(ECDsa signer, RotateRequest request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, ProbeContract.RotatePath) { Content = JsonContent.Create(request, WireJson.Default.RotateRequest) };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await Dashboard.Keys.SignInAsync(signer));
        using HttpResponseMessage answer = await _client!.SendAsync(message, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private async Task<HttpStatusCode> SelfAsync(ECDsa key) => await SelfAsync((await Dashboard.Keys.SignInAsync(key))!);

    private async Task<HttpStatusCode> SelfAsync(string token)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, ProbeContract.SelfPath);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using HttpResponseMessage answer = await _client!.SendAsync(message, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private IReadOnlyList<string> Audit(string action)
    {
        using DbConnection connection = Dashboard.Engine.OpenReader();
        return [.. connection.Query<string>("SELECT action FROM audit WHERE action LIKE @action AND address <> 'test' ORDER BY id", new { action })];
    }

    private long Count(string sql, object values)
    {
        using DbConnection connection = Dashboard.Engine.OpenReader();
        return connection.QuerySingle<long>(sql, values);
    }

    /// <summary>The system's clock, with a wall clock that is wrong and a monotonic one that is ahead as a test says.</summary>
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public TimeSpan Passed { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Passed.TotalSeconds * TimestampFrequency);
    }
}
