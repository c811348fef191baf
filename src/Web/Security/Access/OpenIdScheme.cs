using System.Collections.Immutable;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using TdxDash.Web.Options;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Sign-in by an OpenID provider. It says who somebody is and in which groups; the session is the dashboard's own, as after a password.</summary>
internal static class OpenIdScheme
{
    /// <summary>The name of the scheme.</summary>
    public const string Name = "openid";

    /// <summary>Where a browser is sent on to the provider.</summary>
    public const string Path = "/sign-in/openid";

    /// <summary>Where the provider sends the browser back to; it has to be registered there.</summary>
    public const string Callback = "/sign-in/openid/callback";

    /// <summary>The query's name for what went wrong, on the page of the sign-in.</summary>
    public const string Problem = "problem";

    public static void Add(AuthenticationBuilder builder, OpenIdOptions? options)
    {
        if (options is null)
        {
            return;
        }

        builder.AddOpenIdConnect(Name, openId =>
        {
            openId.Authority = options.Authority.ToString();
            openId.ClientId = options.ClientId;
            openId.ClientSecret = options.ClientSecret;
            openId.RequireHttpsMetadata = !options.Authority.IsLoopback;
            openId.ResponseType = OpenIdConnectResponseType.Code;
            openId.ResponseMode = OpenIdConnectResponseMode.Query;
            openId.UsePkce = true;
            openId.MapInboundClaims = false;
            openId.GetClaimsFromUserInfoEndpoint = true;
            openId.ClaimActions.MapJsonKey(options.NameClaim, options.NameClaim);
            openId.ClaimActions.MapJsonKey(options.GroupsClaim, options.GroupsClaim);
            openId.CallbackPath = Callback;
            openId.SignInScheme = SessionScheme.Name;
            openId.Scope.Clear();
            foreach (string scope in options.Scopes.Prepend("openid"))
            {
                openId.Scope.Add(scope);
            }

            Harden(openId.CorrelationCookie, "__Host-tdxdash-openid.");
            Harden(openId.NonceCookie, "__Host-tdxdash-nonce.");
            openId.Events = new OpenIdConnectEvents
            {
                OnTicketReceived = context => ReceiveAsync(context, options),
                OnRemoteFailure = context => RefuseAsync(context, SignInProblem.Provider, context.Failure?.Message ?? "no reason given"),
            };
        });
    }

    /// <summary>Sends a browser on to the provider.</summary>
    public static void Map(WebApplication app, OpenIdOptions? options)
    {
        if (options is not null)
        {
            // Open to everybody: it is how one gets in.
            app.MapGet(Path, (HttpContext context) => Results.Challenge(
                new AuthenticationProperties { RedirectUri = LocalPath.Of(context.Request.Query[SessionScheme.Return].ToString()) }, [Name])).AllowAnonymous();
        }
    }

    /// <summary>What somebody may do by the groups that the provider names.</summary>
    internal static ImmutableArray<Grant> GrantsOf(ClaimsPrincipal caller, OpenIdOptions options)
    {
        var groups = caller.FindAll(options.GroupsClaim).Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return [.. options.Grants.Where(grant => grant.Group == "*" || groups.Contains(grant.Group)).Select(grant => grant.Grant).Distinct()];
    }

    private static void Harden(CookieBuilder cookie, string name)
    {
        (cookie.Name, cookie.Path, cookie.HttpOnly) = (name, "/", true);
        (cookie.SecurePolicy, cookie.SameSite) = (CookieSecurePolicy.Always, SameSiteMode.Lax);
    }

    private static async Task ReceiveAsync(TicketReceivedContext context, OpenIdOptions options)
    {
        IServiceProvider services = context.HttpContext.RequestServices;
        ClaimsPrincipal caller = context.Principal!;
        string subject = $"{options.Authority} {caller.FindFirst("sub")?.Value}";
        string address = CallerAddress.Of(context.HttpContext);
        ImmutableArray<Grant> grants = GrantsOf(caller, options);
        if (!AccountName.TryParse(caller.FindFirst(options.NameClaim)?.Value, out AccountName name))
        {
            await RefuseAsync(context, SignInProblem.Name, $"the claim {options.NameClaim} is absent or not {AccountName.Rule}");
            return;
        }

        if (grants.IsEmpty)
        {
            string? kept = await ShutAsync(services, subject, address);
            await RefuseAsync(context, SignInProblem.Groups, $"no group of {name} with a grant{(kept is null ? "" : $"; its account keeps its role, without sessions and tokens: {kept}")}");
            return;
        }

        var by = new Actor(name.ToString(), address);
        (Account? account, SignInProblem kind, string? problem) = await AccountAsync(services.GetRequiredService<AccountBook>(), subject, name, grants, services.GetRequiredService<AuditLog>().Now, by);
        if (account?.IsDisabled != false)
        {
            await RefuseAsync(context, account is null ? kind : SignInProblem.Disabled, problem ?? $"the account {account?.Name} is disabled");
            return;
        }

        (Secret? secret, problem) = await services.GetRequiredService<SessionBook>().StartAsync(account, by, context.Request.Headers.UserAgent.ToString());
        if (secret is null)
        {
            await RefuseAsync(context, SignInProblem.Store, problem!);
            return;
        }

        await SessionScheme.SignInAsync(context.HttpContext, secret);
        context.Response.Redirect(LocalPath.Of(context.ReturnUri));
        context.HandleResponse();
    }

    // Who is in no group any more keeps no right: no session, and no token, which can do no more than its account. Where the account must keep its role, as the last administrator, its tokens go.
    private static async Task<string?> ShutAsync(IServiceProvider services, string subject, string address)
    {
        if (services.GetRequiredService<AccountBook>().FindSubject(subject) is not { } known)
        {
            return null;
        }

        var by = new Actor(known.Name.ToString(), address);
        string? kept = await services.GetRequiredService<AccountBook>().ChangeAsync(known.Id, before => before with { Grants = [] }, "account.grants", by);
        await services.GetRequiredService<PasswordSignIn>().EndOthersAsync(known.Id, null, by);
        TokenBook tokens = services.GetRequiredService<TokenBook>();
        foreach (ApiToken token in kept is null ? [] : tokens.Of(known.Id))
        {
            await tokens.RemoveAsync(token, by);
        }

        return kept;
    }

    // Rights follow the provider's groups at each sign-in. A local account of the same name is somebody else's.
    private static async Task<(Account? Account, SignInProblem Kind, string? Problem)> AccountAsync(
        AccountBook accounts, string subject, AccountName name, ImmutableArray<Grant> grants, DateTimeOffset now, Actor by)
    {
        if (accounts.FindSubject(subject) is not { } known)
        {
            (Account? added, string? why) = await accounts.AddAsync(new Account { Id = 0, Name = name, Subject = subject, Grants = grants, CreatedAt = now, SignedInAt = now }, by);
            return (added, accounts.Find(name) is null ? SignInProblem.Store : SignInProblem.Account, why);
        }

        string? problem = await accounts.ChangeAsync(known.Id, before => before with { Grants = grants, SignedInAt = now }, "", by);
        return problem is null ? (accounts.Find(known.Id), SignInProblem.Store, null)
            : (null, problem == AccountBook.LastOne ? SignInProblem.LastAdministrator : SignInProblem.Store, problem);
    }

    private static async Task RefuseAsync<T>(HandleRequestContext<T> context, SignInProblem problem, string logged)
        where T : RemoteAuthenticationOptions
    {
        IServiceProvider services = context.HttpContext.RequestServices;
        string shown = ShownText.Limit(logged, ShownText.MaxSentence);
        AccessLog.OpenIdRefused(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OpenIdScheme)), shown);
        await services.GetRequiredService<RefusalAudit>().AddAsync(new AuditEntry(new Actor(Actor.Anonymous, CallerAddress.Of(context.HttpContext)), "session.refused", "OpenID Connect", shown));
        context.Response.Redirect($"{SessionScheme.Path}?{Problem}={problem.ToString().ToLowerInvariant()}");
        context.HandleResponse();
    }
}

/// <summary>Why a sign-in by the OpenID provider did not work. The page has a sentence for each: a sentence in the address could be anybody's.</summary>
public enum SignInProblem
{
    /// <summary>None.</summary>
    None,

    /// <summary>The provider refused, or somebody cancelled.</summary>
    Provider,

    /// <summary>It named nobody.</summary>
    Name,

    /// <summary>No group may do anything here.</summary>
    Groups,

    /// <summary>No account could be made, as another has the name.</summary>
    Account,

    /// <summary>By its groups the account would lose the role that nobody else has.</summary>
    LastAdministrator,

    /// <summary>The account is disabled.</summary>
    Disabled,

    /// <summary>The store could not keep the session.</summary>
    Store,
}
