using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using TdxDash.Web.Options;
using TdxDash.Web.Security.Probes;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Access;

/// <summary>Who gets in: the schemes by which a caller is known, and what each of <see cref="Policies"/> asks for. What names no policy asks for
/// <see cref="Policies.View"/>.</summary>
internal static class AccessRules
{
    private const string Either = "session or token";

    public static void Add(IServiceCollection services, DashboardOptions options)
    {
        services.AddSingleton<Passwords>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AccountBook>();
        services.AddSingleton<SessionBook>();
        services.AddSingleton<TokenBook>();
        services.AddSingleton<CallerWatch>();
        services.AddSingleton<LinkBook>();
        services.AddSingleton<SignInThrottle>();
        services.AddSingleton<PasswordSignIn>();
        AuthenticationBuilder schemes = services.AddAuthentication(Either).AddPolicyScheme(Either, null, either =>
            either.ForwardDefaultSelector = context => TokenScheme.IsBrought(context.Request) ? TokenScheme.Name : SessionScheme.Name);
        SessionScheme.Add(schemes);
        schemes.AddScheme<AuthenticationSchemeOptions, TokenScheme>(TokenScheme.Name, null);
        OpenIdScheme.Add(schemes, options.OpenId);
        AuthorizationPolicy view = Ask(Role.Viewer);
        services.AddAuthorizationBuilder()
            .AddPolicy(Policies.View, view)
            .AddPolicy(Policies.Operate, Ask(Role.Operator))
            .AddPolicy(Policies.Administer, policy => policy.RequireAssertion(context => Rights.Of(context.User).MayEverywhere(Role.Administrator)))
            .AddPolicy(Policies.Probe, policy => policy.AddAuthenticationSchemes(ProbeAuthentication.SchemeName).RequireAssertion(context => ProbePrincipal.Of(context.User) is not null))
            .SetDefaultPolicy(view)
            .SetFallbackPolicy(view);
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitAccess>();
        services.AddScoped<CircuitHandler, CircuitUse>();
        services.AddHttpContextAccessor();
        services.AddScoped<IViewer, Viewer>();
    }

    private static AuthorizationPolicy Ask(Role role) =>
        new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireAssertion(context => Rights.Of(context.User).MaySomewhere(role)).Build();
}
