using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Identity;

/// <summary>The dashboard refuses an enrolment or a change of a key; the message says why and what to do.</summary>
internal sealed class EnrolmentRefusedException(string message) : Exception(message);

/// <summary>Enrols a probe at a dashboard, and changes its key.</summary>
/// <param name="link">The dashboard.</param>
/// <param name="time">The clock.</param>
/// <param name="waits">Told for how long the dashboard asks to wait.</param>
internal sealed class EnrolmentClient(DashboardLink link, TimeProvider time, Action<TimeSpan> waits) : IDisposable
{
    private const int MostBytes = 64 << 10, MostTries = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60), LongestWait = TimeSpan.FromMinutes(2);

    private readonly HttpClient _client = new(link.Handler()) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };

    /// <summary>Enrols a key.</summary>
    /// <param name="identity">The key, and what it is for.</param>
    /// <param name="token">The token.</param>
    /// <param name="before">The identity that it takes the place of; null for none.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>The identity as it can be used, and the group that the host was put into; empty for none.</returns>
    /// <exception cref="EnrolmentRefusedException">The dashboard refuses.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<(ProbeIdentity Identity, string Group)> EnrolAsync(ProbeIdentity identity, string token, ProbeIdentity? before, CancellationToken cancellation)
    {
        using ECDsa key = identity.OpenKey();
        using ECDsa? old = before?.OpenKey();
        string version = typeof(EnrolmentClient).Assembly.GetName().Version?.ToString(3) ?? "";
        var unsigned = new EnrolRequest(token, identity.Scope, identity.HostId, Environment.MachineName, identity.Scope switch
        {
            ProbeScope.Demo => Origin.Demo,
            ProbeScope.Imports => Origin.File,
            _ => Origin.Live,
        }, version, key.ExportSubjectPublicKeyInfo(), [], []);
        byte[] statement = unsigned.Statement();
        EnrolRequest request = unsigned with { Proof = ProbeKeys.Sign(key, statement), Consent = old is null ? [] : ProbeKeys.Sign(old, statement) };
        EnrolReply reply = await SendAsync(ProbeContract.EnrolPath, request, WireJson.Default.EnrolRequest, null, cancellation);
        return (identity with { Realm = reply.Realm }, reply.Group);
    }

    /// <summary>Puts another key in the place of the one in use.</summary>
    /// <param name="from">The one in use.</param>
    /// <param name="to">The new one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="SignInRefusedException">The one in use is not known.</exception>
    /// <exception cref="EnrolmentRefusedException">The dashboard refuses the new one.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task RotateAsync(ProbeIdentity from, ProbeIdentity to, CancellationToken cancellation)
    {
        using ECDsa old = from.OpenKey(), key = to.OpenKey();
        byte[] publicKey = key.ExportSubjectPublicKeyInfo(), statement = RotateRequest.Statement(from.Realm, from.KeyId(), publicKey);
        var request = new RotateRequest(publicKey, ProbeKeys.Sign(key, statement), ProbeKeys.Sign(old, statement));
        await SendAsync(ProbeContract.RotatePath, request, WireJson.Default.RotateRequest, from, cancellation);
    }

    /// <summary>Whether the dashboard knows an identity.</summary>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<bool> IsKnownAsync(ProbeIdentity identity, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link.To(ProbeContract.SelfPath));
        await SignAsync(request, identity, cancellation);
        using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
        return answer.IsSuccessStatusCode ? true
            : answer.StatusCode == HttpStatusCode.Unauthorized ? false
            : throw new HttpRequestException($"The dashboard answers with status {(int)answer.StatusCode}.", null, answer.StatusCode);
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private async Task<EnrolReply> SendAsync<T>(string path, T body, JsonTypeInfo<T> type, ProbeIdentity? signer, CancellationToken cancellation)
    {
        for (int tried = 1; ; tried++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, link.To(path)) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type)) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (signer is not null)
            {
                await SignAsync(request, signer, cancellation);
            }

            using HttpResponseMessage answer = await _client.SendAsync(request, cancellation);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests && tried < MostTries && answer.Headers.RetryAfter?.Delta is { } asked && asked <= LongestWait)
            {
                waits(asked);
                await Task.Delay(asked, time, cancellation);
                continue;
            }

            return await ReplyAsync(answer, cancellation);
        }
    }

    private static async Task<EnrolReply> ReplyAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            throw SignInRefusedException.From(answer.Headers.WwwAuthenticate.Select(header => header.ToString()));
        }

        byte[] bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        EnrolReply? reply = null;
        try
        {
            reply = JsonSerializer.Deserialize(bytes, WireJson.Default.EnrolReply);
        }
        catch (JsonException)
        {
            // Not of a dashboard that enrols probes; what it answered is said below.
        }

        return reply switch
        {
            { Realm.Length: > 0 } when answer.IsSuccessStatusCode => reply,
            { Reason.Length: > 0 } => throw new EnrolmentRefusedException(PlainText.Of(reply.Reason)),
            _ when answer.StatusCode == HttpStatusCode.NotFound => throw new EnrolmentRefusedException("The dashboard does not enrol probes (status 404): check the address, and update the dashboard to this probe's version."),
            _ => throw new EnrolmentRefusedException($"The dashboard answers with status {(int)answer.StatusCode}, and gives no reason. Its log may have one."),
        };
    }

    private async Task SignAsync(HttpRequestMessage request, ProbeIdentity identity, CancellationToken cancellation) =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await new SignIn(link, identity, time).TokenAsync(cancellation));
}
