using Microsoft.Extensions.Diagnostics.HealthChecks;
using TdxDash.Web.Store;

namespace TdxDash.Web.Health;

/// <summary>Whether the store's writer is alive and its last commit succeeded.</summary>
internal sealed class StoreHealth(StoreWriter writer) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(writer.Trouble is string trouble ? HealthCheckResult.Unhealthy(trouble) : HealthCheckResult.Healthy());
}
