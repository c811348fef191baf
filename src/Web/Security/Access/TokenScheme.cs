using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace TdxDash.Web.Security.Access;

/// <summary>Scripts and other programs: <c>Authorization: Bearer tdx_...</c> (RFC 6750).</summary>
internal sealed class TokenScheme(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, TokenBook tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "token";

    /// <summary>The claim that carries a token's key.</summary>
    public const string KeyClaim = "tdxdash:token";

    private const string Bearer = "Bearer ";

    /// <summary>Whether a request brings such a token.</summary>
    public static bool IsBrought(HttpRequest request) =>
        request.Headers.Authorization.ToString().StartsWith(Bearer + TokenBook.Prefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>As much as both may: a token never outgrows its account.</summary>
    public static Rights RightsOf(ApiToken token, Account account)
    {
        var own = new Rights(account.Grants);
        return new Rights([.. token.Grants.SelectMany(own.Within).Distinct()]);
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string header = Request.Headers.Authorization.ToString();
        if (!IsBrought(Request))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        if (tokens.Find(header[Bearer.Length..].Trim()) is not ({ } token, { } account))
        {
            return Task.FromResult(AuthenticateResult.Fail("The token is not known, has expired or was removed."));
        }

        IEnumerable<Claim> grants = RightsOf(token, account).Grants.Select(grant => new Claim(Rights.Claim, grant.ToString()));
        var principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, $"token:{account.Name}/{token.Name}"), new Claim(KeyClaim, token.Key), .. grants], Name));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers[HeaderNames.WWWAuthenticate] = """Bearer realm="TdxDash", error="invalid_token", error_description="The token is not known, has expired or was removed." """.Trim();
        return Task.CompletedTask;
    }
}
