using Microsoft.AspNetCore.Http.Metadata;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Api.V1;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Api;

/// <summary>The REST API, version 1, for scripts and other tools. docs/api.md says how to use it.</summary>
internal static class ApiRoutes
{
    /// <summary>Below it lies every resource.</summary>
    public const string Root = "/api/v1";

    /// <summary>The OpenAPI document.</summary>
    public const string DocumentPath = Root + "/openapi.json";

    /// <summary>The document's name, and what tells the API's endpoints from others.</summary>
    public const string Version = "v1";

    // Every operation can fail so.
    private static readonly int[] Always =
    [
        StatusCodes.Status400BadRequest, StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status429TooManyRequests,
    ];

    /// <summary>Whether an address is of the API.</summary>
    public static bool IsBelow(PathString path) => path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    public static void Add(IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json => ApiJson.Configure(json.SerializerOptions));
        services.AddRateLimiter(limits => limits.AddPolicy<string, ApiLimit>(ApiLimit.Name));
        services.AddScoped<SnapshotSource>();
        services.AddSingleton<OpenStreams>();
        services.AddSingleton<PlanTurns>();
        services.AddOpenApi(Version, ApiDocument.Configure);
    }

    public static void Map(WebApplication app)
    {
        RouteGroupBuilder api = app.MapGroup(Root).WithGroupName(Version).RequireAuthorization(Policies.View).RequireRateLimiting(ApiLimit.Name)
            .WithMetadata([.. Always.Select(status => new ProducesResponseTypeMetadata(status, typeof(Problem), [Problems.ContentType]))]);
        HostEndpoints.Map(api);
        SnapshotEndpoints.Map(api);
        HistoryEndpoints.Map(api);
        PlanEndpoint.Map(api);
        EventEndpoints.Map(api);
        AnnotationEndpoints.Map(api);
        LabelEndpoints.Map(api);
        app.MapOpenApi(DocumentPath).RequireAuthorization(Policies.View).RequireRateLimiting(ApiLimit.Name);
    }
}
