using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>A dashboard with demo hosts whose emulated modules can be re-initialised. Each test has hosts of its own among them.</summary>
public sealed class LiveSite : IAsyncLifetime
{
    /// <summary>How many hosts it has.</summary>
    public const int Hosts = 30;

    private readonly TemporaryFolder _folder = new();
    private Dashboard? _dashboard;
    private RunningProcess? _probe;

    /// <summary>Where the dashboard is.</summary>
    public Uri Address => _dashboard!.Address;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await Dashboard.StartAsync(_folder.Sub("dashboard"));
        _probe = Probe.Updatable(_dashboard.Address, _folder.Sub("demo"), Hosts);
        await Eventually.HoldsAsync("every demo host has a stored snapshot",
            async () => (await _dashboard.StoredAsync()).DistinctBy(row => row.HostId).Count() == Hosts,
            () => string.Join("\n\n", _probe.Output, _dashboard.Output));
    }

    public async ValueTask DisposeAsync()
    {
        if (_probe is not null)
        {
            await _probe.DisposeAsync();
        }

        if (_dashboard is not null)
        {
            await _dashboard.DisposeAsync();
        }

        _folder.Dispose();
    }
}
