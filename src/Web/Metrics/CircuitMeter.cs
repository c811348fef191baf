using Microsoft.AspNetCore.Components.Server.Circuits;

namespace TdxDash.Web.Metrics;

/// <summary>Counts open pages from the start on; .NET's own instruments exist only after the first one.</summary>
internal sealed class CircuitMeter(DashboardMeter meter) : CircuitHandler
{
    /// <inheritdoc/>
    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        meter.Circuits(open: 1, connected: 0);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        meter.Circuits(open: 0, connected: 1);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        meter.Circuits(open: 0, connected: -1);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        meter.Circuits(open: -1, connected: 0);
        return Task.CompletedTask;
    }
}
