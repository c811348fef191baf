using System.Globalization;
using TdxDash.EndToEnd.Processes;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Faults.Support;

/// <summary>The real probe's service with its journal on disk, in this process, on a made-up host: a day passes for it in the time that its snapshots take.</summary>
internal sealed class DayProbe : ISnapshotSource, IAsyncDisposable
{
    private readonly string _name;
    private readonly WakeSignal _wake = new();
    private readonly DayClock _clock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _taken;
    private int _left;

    /// <summary>Starts with one snapshot.</summary>
    public DayProbe(Uri dashboard, string state, string name)
    {
        _name = name;
        Enrolment.OfHost(dashboard, state);
        // Nothing comes of the interval itself; it is the longest that there is.
        var options = new ProbeServiceOptions { Dashboard = dashboard, StateFolder = state, Interval = TimeSpan.FromDays(7), Wake = _wake };
        _running = Task.Run(() => ProbeService.RunAsync(this, options, _clock, TextWriter.Null, _stop.Token));
    }

    public Origin Origin => Origin.Demo;

    public string BootId => SmallSnapshot.BootId;

    /// <summary>Snapshots that were taken so far.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes snapshots one after the other, each another and each so much later by the host's clock that all are a day's.</summary>
    public void TakeADay(int count)
    {
        _clock.Step = TimeSpan.FromDays(1) / count;
        Volatile.Write(ref _left, count);
        _wake.Set();
    }

    public Snapshot Take()
    {
        _clock.Advance();
        if (Interlocked.Decrement(ref _left) > 0)
        {
            _wake.Set();
        }

        return SmallSnapshot.Make(string.Create(CultureInfo.InvariantCulture, $"6.16.{Interlocked.Increment(ref _taken)}"), _name);
    }

    /// <summary>Stops the service as one would on a host.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>Shows yesterday at first and is set on with each snapshot; intervals and delays pass as ever.</summary>
    private sealed class DayClock : TimeProvider
    {
        private long _behind = TimeSpan.TicksPerDay;

        public TimeSpan Step { get; set; }

        public void Advance() => Interlocked.Add(ref _behind, -Step.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - TimeSpan.FromTicks(Interlocked.Read(ref _behind));
    }
}
