using System.Net.Mime;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using TdxDash.Wire;

namespace TdxDash.Web.Health;

/// <summary>What monitors ask: <c>/healthz</c> whether the process lives and can store, <c>/readyz</c> whether it should be sent requests.</summary>
internal static class HealthEndpoints
{
    /// <summary>Where a monitor asks whether the process lives and can store.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>Where a load balancer or orchestrator asks whether the dashboard is ready; the body names the parts that are not.</summary>
    public const string ReadyPath = "/readyz";

    private const string Lives = "lives", Ready = "ready";

    /// <summary>Adds the checks. Their names are all that an answer says: reasons hold paths and stand in the log and on the page of the store.</summary>
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<StartSteps>();
        services.AddSingleton(ServiceNotifier.OfProcess());
        services.AddHostedService<ServicePulse>();
        services.AddHealthChecks()
            .AddCheck<StoreHealth>("store", tags: [Lives, Ready])
            .Add(Part("start", provider => provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested))
            .Add(Part("schema", provider => provider.GetRequiredService<StartSteps>().HasSchema))
            .Add(Part("fleet", provider => provider.GetRequiredService<StartSteps>().HasFleet))
            .Add(Part("stopping", provider => !provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested));
    }

    /// <summary>Maps both.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        // Open to everybody: a monitor has no account, and the answer is one word.
        routes.MapHealthChecks(HealthPath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(Lives) }).AllowAnonymous();
        // Open to everybody, as a load balancer has none either: it names parts, and says nothing about them.
        routes.MapHealthChecks(ReadyPath, new HealthCheckOptions { Predicate = check => check.Tags.Contains(Ready), ResponseWriter = WriteAsync }).AllowAnonymous();
    }

    /// <summary>Adds a part without which the dashboard is slower, and ready all the same.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="name">Its name.</param>
    /// <param name="isWhole">Whether it is all right.</param>
    public static void AddLesser(IHealthChecksBuilder checks, string name, Func<IServiceProvider, bool> isWhole) =>
        checks.Add(new HealthCheckRegistration(name, provider => new PartHealth(() => isWhole(provider)), HealthStatus.Degraded, [Ready]));

    private static HealthCheckRegistration Part(string name, Func<IServiceProvider, bool> isReady) =>
        new(name, provider => new PartHealth(() => isReady(provider)), HealthStatus.Unhealthy, [Ready]);

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = MediaTypeNames.Text.Plain;
        string missing = Named(report, HealthStatus.Unhealthy), slower = Named(report, HealthStatus.Degraded);
        return context.Response.WriteAsync(missing.Length > 0 ? $"not ready: {missing}\n" : slower.Length > 0 ? $"ready; degraded: {slower}\n" : "ready\n", context.RequestAborted);
    }

    private static string Named(HealthReport report, HealthStatus status) => string.Join(", ", report.Entries.Where(entry => entry.Value.Status == status).Select(entry => entry.Key));
}
