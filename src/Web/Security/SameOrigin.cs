using TdxDash.Web.Api;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Ingest;

namespace TdxDash.Web.Security;

/// <summary>Refuses browsers that change something, or call the dashboard's sockets, from another site: CORS does not guard WebSockets.</summary>
internal static class SameOrigin
{
    private static readonly PathString[] Guarded = ["/hubs", "/_blazor", "/api"];

    // What is let through is not waited for: a connection lasts, and so would the state of each step that waits.
    public static void Use(WebApplication app) => app.Use(next => context => IsForeign(context.Request) ? RefuseAsync(app, context) : next(context));

    private static bool IsForeign(HttpRequest request)
    {
        string origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !Holds(origin, request.Host) && IsGuarded(request);
    }

    private static async Task RefuseAsync(WebApplication app, HttpContext context)
    {
        HttpRequest request = context.Request;
        string origin = request.Headers.Origin.ToString();
        IngestLog.ForeignOrigin(app.Logger, ShownText.Limit(origin, 200), ShownText.Limit(request.Host.Value ?? "", 200));
        if (ApiRoutes.IsBelow(request.Path))
        {
            throw Problems.Forbidden("The API answers pages of the dashboard itself and programs, not pages of other sites. Call it from a program, with an API token.");
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        await context.Response.WriteAsync("This address answers pages of the dashboard itself and probes, not pages of other sites.");
    }

    // What changes something, and sockets, over which anything can be changed.
    private static bool IsGuarded(HttpRequest request) => !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        || Guarded.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a page's origin is the host that it calls. The scheme is left out: behind a proxy that ends TLS the dashboard sees http.</summary>
    public static bool Holds(string origin, HostString host)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) || page.Scheme is not ("http" or "https"))
        {
            return false;
        }

        int port = host.Port ?? (page.Scheme == "https" ? 443 : 80);
        return string.Equals(page.Host, host.Host, StringComparison.OrdinalIgnoreCase) && page.Port == port;
    }
}
