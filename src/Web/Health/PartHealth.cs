using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace TdxDash.Web.Health;

/// <summary>Whether one part of the dashboard is ready.</summary>
/// <param name="isReady">Asks it.</param>
internal sealed class PartHealth(Func<bool> isReady) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(isReady() ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus));
}
