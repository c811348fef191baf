using TdxDash.HostProbe.Journal;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>A running service with short delays, whose snapshots are taken when the test says so.</summary>
internal sealed class TestProbe : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _log = new();
    private readonly string _folder;

    private TestProbe(TestDashboard dashboard, string folder, TestSource source, UplinkTiming? timing, bool isEnrolled)
    {
        _folder = folder;
        if (isEnrolled)
        {
            TestIdentity.Give(folder);
        }

        Source = source;
        Service = ProbeService.RunAsync(source,
            new ProbeServiceOptions { Dashboard = dashboard.Address, StateFolder = folder, Interval = Never, Wake = Wake },
            timing ?? Quick, TimeProvider.System, _log, _stop.Token);
    }

    public static UplinkTiming Quick => new() { Heartbeat = Never, Silence = TimeSpan.FromSeconds(30), FirstRetry = TimeSpan.FromMilliseconds(5), RetryCap = TimeSpan.FromMilliseconds(40), Look = TimeSpan.FromMilliseconds(5) };

    public TestSource Source { get; }

    public Task Service { get; }

    public string Log => _log.ToString();

    private WakeSignal Wake { get; } = new();

    /// <summary>Starts the service and waits for its first snapshot.</summary>
    public static async Task<TestProbe> StartAsync(TestDashboard dashboard, string folder, TestSource? source = null, UplinkTiming? timing = null, bool isEnrolled = true)
    {
        var probe = new TestProbe(dashboard, folder, source ?? new TestSource(), timing, isEnrolled);
        await probe.Source.TakenAsync();
        return probe;
    }

    /// <summary>Changes the machine, wakes the probe and waits until it has looked.</summary>
    public async Task TakeAsync(string? release)
    {
        Source.Release = release;
        Wake.Set();
        Assert.Equal(release ?? "failed", await Source.TakenAsync());
    }

    public void Cancel() => _stop.Cancel();

    /// <summary>Stops the service and reads what its journal holds.</summary>
    public async Task<T> StopAndReadAsync<T>(Func<JournalEntries, T> read)
    {
        await DisposeAsync();
        using JournalFile file = JournalFile.Open(_folder);
        return read(new JournalEntries(file));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Service.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }
}
