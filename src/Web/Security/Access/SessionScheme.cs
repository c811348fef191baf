using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace TdxDash.Web.Security.Access;

/// <summary>The browser's cookie: it holds a secret that names a session and nothing else, and is checked against <see cref="SessionBook"/> with every request.</summary>
internal static class SessionScheme
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "session";

    /// <summary>The claim that carries a session's key.</summary>
    public const string KeyClaim = "tdxdash:session";

    /// <summary>The cookie's name: browsers take one of this prefix only with Secure, without a domain and for the whole site (RFC 6265bis, 4.1.3.2).</summary>
    public const string Cookie = "__Host-tdxdash";

    /// <summary>Where people sign in.</summary>
    public const string Path = "/sign-in";

    /// <summary>The query's name for where somebody wanted to go.</summary>
    public const string Return = "return";

    private const string SecretClaim = "tdxdash:secret", AccountClaim = "tdxdash:account";

    public static AuthenticationBuilder Add(AuthenticationBuilder builder) => builder.AddCookie(Name, cookie =>
    {
        cookie.Cookie.Name = Cookie;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.Always;
        // A link from a mail or a chat leads to the page, signed in; a form of another site does not come with it.
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.Path = "/";
        cookie.LoginPath = Path;
        cookie.ReturnUrlParameter = Return;
        cookie.SlidingExpiration = false;
        // The book holds the limits, by a clock that nobody can set; this one is the wall clock's, which may jump by years and must sign nobody out.
        cookie.ExpireTimeSpan = TimeSpan.FromDays(36_500);
        cookie.Events = new CookieAuthenticationEvents
        {
            OnValidatePrincipal = ValidateAsync,
            OnRedirectToLogin = context => Answer(context, StatusCodes.Status401Unauthorized),
            OnRedirectToAccessDenied = context => Answer(context, StatusCodes.Status403Forbidden),
        };
    });

    /// <summary>Gives the browser the cookie of a session.</summary>
    public static Task SignInAsync(HttpContext context, Secret secret) => context.SignInAsync(Name, new ClaimsPrincipal(new ClaimsIdentity([new Claim(SecretClaim, secret.Text)], Name)));

    /// <summary>The caller's session; null for who has none.</summary>
    public static string? KeyOf(ClaimsPrincipal? caller) => caller?.FindFirst(KeyClaim)?.Value;

    /// <summary>The number of the caller's account; null for who has no session.</summary>
    public static long? AccountOf(ClaimsPrincipal? caller) =>
        long.TryParse(caller?.FindFirst(AccountClaim)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : null;

    /// <summary>Who an account is to everything else: with the rights that it has now.</summary>
    public static ClaimsPrincipal Principal(Account account, string key) => new(new ClaimsIdentity(
        [new Claim(ClaimTypes.Name, account.Name.ToString()), new Claim(KeyClaim, key), new Claim(AccountClaim, account.Id.ToString(CultureInfo.InvariantCulture)), .. account.Grants.Select(grant => new Claim(Rights.Claim, grant.ToString()))], Name));

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        string? key = Secret.KeyOf(context.Principal?.FindFirst(SecretClaim)?.Value);
        SessionBook book = context.HttpContext.RequestServices.GetRequiredService<SessionBook>();
        if (book.Find(key, isUse: true) is { } account)
        {
            context.ReplacePrincipal(Principal(account, key!));
            return;
        }

        context.RejectPrincipal();
        // Whoever may be signed in keeps the cookie until the store can be asked.
        if (!book.IsUnsure(key))
        {
            await context.HttpContext.SignOutAsync(Name);
        }
    }

    // Who opens a page is led to the sign-in; a script is told by the status.
    private static Task Answer(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        HttpRequest request = context.Request;
        if (status == StatusCodes.Status401Unauthorized && HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Redirect(context.RedirectUri);
        }
        else
        {
            context.Response.StatusCode = status;
        }

        return Task.CompletedTask;
    }
}
