using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using TdxDash.Web.Metrics;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;
using TdxDash.Web.Store;

namespace TdxDash.Web.Tests.Metrics;

/// <summary>The dashboard's own instruments without a dashboard: its store was never opened.</summary>
internal sealed class OwnMeters : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public OwnMeters()
    {
        IMeterFactory meters = _services.GetRequiredService<IMeterFactory>();
        var path = new StorePath(Path.Combine(Path.GetTempPath(), "tdxdash-no-such-folder"));
        var writer = new StoreWriter(path, new DashboardOptions
        {
            DataFolder = path.Folder,
            Urls = [],
            AllowRemote = false,
            Store = new StoreOptions { QueueLength = 1, QueueBytes = 1 },
        }, NullLogger<StoreWriter>.Instance);
        Meter = new DashboardMeter(meters, writer, path, new NodeCondition(JobTurn.Alone()), TimeProvider.System);
        Reader = new MeterReader(meters, Meter);
    }

    public DashboardMeter Meter { get; }

    public MeterReader Reader { get; }

    public void Dispose()
    {
        Reader.Dispose();
        _services.Dispose();
    }
}
