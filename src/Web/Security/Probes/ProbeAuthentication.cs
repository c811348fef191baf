using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Security.Probes;

/// <summary>Lets a request in by the signature of an enrolled probe.</summary>
internal sealed class ProbeAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ProbeChallenges challenges, ProbeReader probes)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "Probe";

    private const string Bearer = "Bearer ";
    private string _refusal = ProbeContract.UnknownKey;

    /// <summary>Adds the scheme beside those of people.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ProbeChallenges>();
        services.AddSingleton<ProbeReader>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ProbeAuthentication>(SchemeName, null);
    }

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Bearer + ProbeSignIn.Prefix, StringComparison.Ordinal))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (ProbeSignIn.Read(header[Bearer.Length..]) is not { } signIn)
        {
            return Fail(ProbeContract.UnknownKey);
        }

        // The cheapest first: what was not made here is refused without a look into the store.
        if (!challenges.IsGood(signIn.Challenge))
        {
            return Fail(ProbeContract.OldChallenge);
        }

        ProbeRow? probe = probes.Find(signIn.KeyId);
        return probe is null || !signIn.IsSignedBy(probe.PublicKey, probes.Realm) ? Fail(ProbeContract.UnknownKey)
            : !probe.IsLive ? Fail(ProbeContract.RevokedKey)
            : Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(ProbePrincipal.Of(probe), SchemeName)));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers[HeaderNames.WWWAuthenticate] = $"Bearer realm=\"TdxDash probes\", error=\"invalid_token\", error_description=\"{_refusal}\"";
        return Task.CompletedTask;
    }

    private Task<AuthenticateResult> Fail(string refusal)
    {
        _refusal = refusal;
        return Task.FromResult(AuthenticateResult.Fail(refusal));
    }
}
