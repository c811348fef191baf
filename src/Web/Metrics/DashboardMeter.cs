using System.Diagnostics.Metrics;
using System.Reflection;
using TdxDash.Web.Nodes;
using TdxDash.Web.Store;

namespace TdxDash.Web.Metrics;

/// <summary>What the dashboard measures of itself.</summary>
internal sealed class DashboardMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "TdxDash.Web";

    // From one flush of a fast disk to the longest delay of a probe.
    private static readonly InstrumentAdvice<double> Durations = new() { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };

    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _lag;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _commits;
    private readonly Histogram<double> _commit;
    private int _probes, _circuits, _connected;

    public DashboardMeter(IMeterFactory meters, StoreWriter writer, StoreEngine store, NodeCondition nodes, TimeProvider time)
    {
        Meter meter = meters.Create(Name);
        _deliveries = meter.CreateCounter<long>("tdxdash.ingest.deliveries", "{delivery}", "Snapshots, batches of observations and heartbeats of probes, by what became of them.");
        _lag = meter.CreateHistogram("tdxdash.ingest.lag", "s", "From the arrival of a snapshot to its acknowledgement, which follows the commit.", advice: Durations);
        _refusals = meter.CreateCounter<long>("tdxdash.ingest.refusals", "{hello}", "Probes that were not taken up: busy, which call again by themselves, or wrong, which need somebody.");
        meter.CreateObservableGauge("tdxdash.ingest.probes", () => Volatile.Read(ref _probes), "{connection}", "Connections of probes whose hello was accepted.");
        meter.CreateObservableGauge("tdxdash.circuits.open", () => Volatile.Read(ref _circuits), "{circuit}", "Circuits: open pages, and for a few minutes those whose browser has gone.");
        meter.CreateObservableGauge("tdxdash.circuits.connected", () => Volatile.Read(ref _connected), "{circuit}", "Circuits whose browser is there.");
        _commits = meter.CreateCounter<long>("tdxdash.store.commits", "{commit}", "Transactions of the store's writer, committed or failed.");
        _commit = meter.CreateHistogram("tdxdash.store.commit.duration", "s", "How long a transaction took, with its flush to the disk.", advice: Durations);
        meter.CreateObservableGauge("tdxdash.store.queue.length", () => writer.QueuedWorks, "{work}", "Works that wait for the store's writer.");
        meter.CreateObservableGauge("tdxdash.store.queue.size", () => writer.QueuedBytes, "By", "Memory that snapshots take which wait for the store's writer.");
        meter.CreateObservableGauge("tdxdash.store.database.size", () => Known(store.FileBytes().Database), "By", "Size of the database: of its file, or what PostgreSQL says.");
        meter.CreateObservableGauge("tdxdash.store.wal.size", () => Known(store.FileBytes().Log), "By", "Size of the database's write-ahead log; none of PostgreSQL.");
        meter.CreateObservableGauge("tdxdash.store.writable", () => writer.Trouble is null ? 1 : 0, null, "Whether the store can store: 1 while nothing keeps it from it.");
        meter.CreateObservableGauge("tdxdash.nodes.others", () => Shared(nodes, nodes.Others), "{node}", "Other dashboards that use the same database.");
        meter.CreateObservableGauge("tdxdash.nodes.jobs", () => Shared(nodes, nodes.HasJobs ? 1 : 0), null, "Whether the background jobs of all nodes run on this one.");
        meter.CreateObservableGauge("tdxdash.nodes.redis", () => nodes.IsRedisConnected is { } isThere ? Shared(nodes, isThere ? 1 : 0) : [], null, "Whether Redis is connected: 0 while nodes see what others stored a second later.");
        meter.CreateObservableGauge("tdxdash.build.info", () => new Measurement<int>(1, new KeyValuePair<string, object?>("version", Version)), null, "The dashboard's version.");
        double started = time.GetUtcNow().ToUnixTimeMilliseconds() / 1_000.0;
        meter.CreateObservableGauge("tdxdash.start.timestamp", () => started, "s", "When the dashboard was started, by its own clock.");
        writer.BatchEnded += Ended;
    }

    /// <summary>The dashboard's version.</summary>
    public static string Version { get; } = typeof(DashboardMeter).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    /// <summary>A probe's hello was accepted on a connection that had none.</summary>
    public void Connected() => Interlocked.Increment(ref _probes);

    /// <summary>Such a connection is gone.</summary>
    public void Disconnected() => Interlocked.Decrement(ref _probes);

    /// <summary>Pages came or went.</summary>
    /// <param name="open">How many circuits more.</param>
    /// <param name="connected">How many of them more have their browser.</param>
    public void Circuits(int open, int connected)
    {
        Interlocked.Add(ref _circuits, open);
        Interlocked.Add(ref _connected, connected);
    }

    /// <summary>A hello was refused.</summary>
    /// <param name="isBusy">Whether it may come again by itself.</param>
    public void Refused(bool isBusy) => _refusals.Add(1, new KeyValuePair<string, object?>("reason", isBusy ? "busy" : "wrong"));

    /// <summary>A probe brought something.</summary>
    /// <param name="kind">What.</param>
    /// <param name="outcome">What became of it, in a word.</param>
    public void Delivered(string kind, string outcome) => _deliveries.Add(1, new KeyValuePair<string, object?>("kind", kind), new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A snapshot is stored and acknowledged.</summary>
    /// <param name="lag">How long after its arrival.</param>
    public void Stored(TimeSpan lag) => _lag.Record(lag.TotalSeconds);

    private void Ended(BatchReport batch)
    {
        _commits.Add(1, new KeyValuePair<string, object?>("outcome", batch.IsCommitted ? "committed" : "failed"));
        _commit.Record(batch.Took.TotalSeconds);
    }

    private static Measurement<long>[] Shared(NodeCondition nodes, long value) => nodes.IsShared ? [new Measurement<long>(value)] : [];

    private static Measurement<long>[] Known(long? bytes) => bytes is { } known ? [new Measurement<long>(known)] : [];
}
