using Microsoft.AspNetCore.HttpOverrides;

namespace TdxDash.Web.Security;

/// <summary>Believes the proxies that the settings name, and nobody else, when they say where a request came from, by which scheme and for which host.</summary>
internal static class TrustedProxies
{
    public static void Use(WebApplication app, IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        if (proxies.Count == 0)
        {
            return;
        }

        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (System.Net.IPNetwork network in proxies)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
