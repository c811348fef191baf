using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using TdxDash.Web.Store.Probes;
using TdxDash.Wire;

namespace TdxDash.Web.Security.Probes;

/// <summary>Lets a request in by the signature of an enrolled probe.</summary>
internal sealed class ProbeAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, SignInCheck check)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string SchemeName = "Probe";

    private string _refusal = ProbeContract.UnknownKey;

    /// <summary>Adds the scheme beside those of people.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ProbeChallenges>();
        services.AddSingleton<ProbeReader>();
        services.AddSingleton<SignInCheck>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ProbeAuthentication>(SchemeName, null);
    }

    /// <summary>Answers a request that is not let in.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="refusal">The reason, as <see cref="ProbeContract"/> names it.</param>
    public static void Refuse(HttpResponse response, string refusal)
    {
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.Headers[HeaderNames.WWWAuthenticate] = $"Bearer realm=\"TdxDash probes\", error=\"invalid_token\", error_description=\"{refusal}\"";
    }

    /// <inheritdoc/>
    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!SignInCheck.IsBrought(Request))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        (ProbePrincipal? probe, _refusal) = check.Check(Request);
        return Task.FromResult(probe is null ? AuthenticateResult.Fail(_refusal) : AuthenticateResult.Success(new AuthenticationTicket(probe.AsCaller(), SchemeName)));
    }

    /// <inheritdoc/>
    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Refuse(Response, _refusal);
        return Task.CompletedTask;
    }
}
