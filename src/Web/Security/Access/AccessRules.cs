using Microsoft.AspNetCore.Authorization;

namespace TdxDash.Web.Security.Access;

/// <summary>What each of <see cref="Policies"/> asks for.</summary>
internal static class AccessRules
{
    public static void Add(IServiceCollection services) => services.AddAuthorizationBuilder()
        .AddPolicy(Policies.View, policy => policy.RequireAssertion(_ => true))
        .AddPolicy(Policies.Operate, policy => policy.RequireAssertion(_ => true))
        .AddPolicy(Policies.Administer, policy => policy.RequireAssertion(_ => true))
        .AddPolicy(Policies.Probe, policy => policy.RequireAssertion(_ => true));
}
