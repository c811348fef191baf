using System.Net;
using System.Security.Cryptography;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Identity;

/// <summary>The dashboard does not let this probe in.</summary>
/// <param name="reason">One of the reasons in <see cref="ProbeContract"/>; empty where the dashboard, or what is between, gave none.</param>
internal sealed class SignInRefusedException(string reason) : Exception($"The dashboard refuses the probe's key ({(reason.Length > 0 ? reason : "status 401")}).")
{
    /// <summary>The reason.</summary>
    public string Reason => reason;

    /// <summary>Reads the reason out of the header <c>WWW-Authenticate</c>.</summary>
    public static SignInRefusedException From(IEnumerable<string> headers) =>
        new(new[] { ProbeContract.RevokedKey, ProbeContract.UnknownKey, ProbeContract.OldChallenge }.FirstOrDefault(known => headers.Any(header => header.Contains(known, StringComparison.Ordinal))) ?? "");

    /// <summary>What happened and what to do, for the probe's log.</summary>
    /// <param name="link">The dashboard.</param>
    /// <param name="folder">The state folder.</param>
    public string Advice(DashboardLink link, string folder) => Reason switch
    {
        ProbeContract.RevokedKey => $"The dashboard at {link.Address} has revoked this probe: nothing of it is accepted any more. Snapshots wait in the journal. "
            + $"If it shall report again, get a token from an administrator and run: tdxprobe enroll {link.Address} TOKEN --state {folder}",
        ProbeContract.OldChallenge => $"The dashboard at {link.Address} was restarted, or was too busy, while this probe connected; it tries again.",
        _ => $"The dashboard at {link.Address} does not know this probe's key: another one has taken its place, its database is older than the enrolment, or it is another dashboard. Snapshots wait in the journal. "
            + $"Get a token from an administrator and run: tdxprobe enroll {link.Address} TOKEN --state {folder}",
    };
}

/// <summary>Signs in: gets a challenge and signs it.</summary>
internal sealed class SignIn(DashboardLink link, ProbeIdentity identity, TimeProvider time)
{
    // Well within what the dashboard takes it for; a token that was refused before that is refused for another reason than its age.
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(20);

    // The dashboard lets probes wait for their turn for most of that.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int MostBytes = 4 << 10;

    private string? _token;
    private long _at;

    /// <summary>The value for <c>Authorization: Bearer</c>.</summary>
    /// <exception cref="HttpRequestException">The dashboard cannot be reached, has no room, or gives no challenge.</exception>
    public async Task<string?> TokenAsync(CancellationToken cancellation)
    {
        if (_token is not null && time.GetElapsedTime(_at) < KeptFor)
        {
            return _token;
        }

        string challenge = await ChallengeAsync(cancellation);
        using ECDsa key = identity.OpenKey();
        (_token, _at) = (ProbeSignIn.Write(key, identity.Realm, challenge), time.GetTimestamp());
        return _token;
    }

    // A connection of its own that ends with the answer: kept, it would stand beside the other one of every probe.
    private async Task<string> ChallengeAsync(CancellationToken cancellation)
    {
        using SocketsHttpHandler handler = link.Handler();
        using var client = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };
        client.DefaultRequestHeaders.ConnectionClose = true;
        using HttpResponseMessage answer = await client.GetAsync(link.To(ProbeContract.ChallengePath), cancellation);
        return answer.StatusCode == HttpStatusCode.OK ? await answer.Content.ReadAsStringAsync(cancellation)
            : throw new HttpRequestException(answer.StatusCode switch
            {
                HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => $"The dashboard has no room now (status {(int)answer.StatusCode}).",
                HttpStatusCode.NotFound => "The dashboard gives no challenge to sign (status 404): update it to this probe's version.",
                _ => $"The dashboard gives no challenge to sign (status {(int)answer.StatusCode}).",
            }, null, answer.StatusCode);
    }
}
