using Microsoft.AspNetCore.Components.Server.Circuits;

namespace TdxDash.Web;

/// <summary>Gives memory back to the system after many pages have gone or many probes have come. The runtime collects when memory is asked for: after the last page it may keep
/// hundreds of MiB for as long as little happens, and after a fleet has connected what that left behind, a third of its memory, for hours.</summary>
/// <param name="time">The clock.</param>
/// <param name="native">Has memory given back that is not the runtime's.</param>
/// <param name="aged">Keeps the heap from growing again.</param>
internal sealed class SpareMemory(TimeProvider time, Action native, AgedHeap aged) : IDisposable
{
    /// <summary>After so many pages it is worth a pause of some hundred milliseconds.</summary>
    public const int WorthPages = 25;

    /// <summary>After so many probes it is.</summary>
    public const int WorthProbes = 500;

    /// <summary>So long after that, since they go and come together: as often again while as many more do.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(20);

    /// <summary>What happens further apart is a usual day.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    // The pause grows with the heap: with 10,000 hosts no heartbeat waited for longer than 0.7 s. Beyond this the runtime is left to its own.
    private const long MostBytes = 512 << 20;

    private readonly Lock _gate = new();
    private readonly Burst _pages = new(WorthPages), _probes = new(WorthProbes);
    private ITimer? _timer;

    /// <summary>How often memory was given back.</summary>
    public int Collections { get; private set; }

    /// <summary>Notes that a page has gone.</summary>
    public void PageClosed() => Note(_pages);

    /// <summary>Notes that a probe has connected.</summary>
    public void ProbeConnected() => Note(_probes);

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Note(Burst burst)
    {
        lock (_gate)
        {
            if (burst.Add(time))
            {
                _timer ??= time.CreateTimer(_ => Collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(After, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void Collect()
    {
        lock (_gate)
        {
            bool goesOn = _pages.GoesOn() | _probes.GoesOn();
            if (goesOn)
            {
                _timer!.Change(After, Timeout.InfiniteTimeSpan);
                return;
            }

            Collections++;
        }

        native();
        if (GC.GetTotalMemory(forceFullCollection: false) <= MostBytes)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        aged.Begin();
    }

    /// <summary>Counts what happens together.</summary>
    private sealed class Burst(int worth)
    {
        private int _count;
        private long _at;

        /// <returns>Whether it has just become worth a collection.</returns>
        public bool Add(TimeProvider time)
        {
            _count = time.GetElapsedTime(_at) < Apart ? _count + 1 : 1;
            _at = time.GetTimestamp();
            return _count == worth;
        }

        /// <returns>Whether as much has happened again since it was worth one.</returns>
        public bool GoesOn()
        {
            if (_count < worth)
            {
                return false; // it may become worth one yet
            }

            bool goesOn = _count >= 2 * worth;
            _count = goesOn ? worth : 0;
            return goesOn;
        }
    }
}

/// <summary>Tells <see cref="SpareMemory"/> of pages that have gone.</summary>
internal sealed class GonePages(SpareMemory memory) : CircuitHandler
{
    /// <inheritdoc/>
    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        memory.PageClosed();
        return Task.CompletedTask;
    }
}
