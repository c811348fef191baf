using TdxDash.Wire;

namespace TdxDash.Web.Health;

/// <summary>Tells systemd when the dashboard is up, that it works, and that it stops. It comes from the pool that answers requests: where that hangs, the watchdog hears nothing.</summary>
/// <param name="notifier">Tells systemd.</param>
/// <param name="lifetime">When the dashboard is up and when it stops.</param>
/// <param name="time">The clock.</param>
internal sealed class ServicePulse(ServiceNotifier notifier, IHostApplicationLifetime lifetime, TimeProvider time) : IHostedService, IDisposable
{
    private ITimer? _timer;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Begin);
        lifetime.ApplicationStopping.Register(notifier.Stopping);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Begin()
    {
        notifier.Ready();
        if (notifier.Watchdog is { } watchdog)
        {
            _timer = time.CreateTimer(_ => notifier.Alive(), null, TimeSpan.Zero, watchdog / 2);
        }
    }
}
