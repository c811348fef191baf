using Microsoft.AspNetCore.Components.Server.Circuits;

namespace TdxDash.Web;

/// <summary>Gives the memory of pages back to the system when many of them have gone. The runtime collects when memory is asked for: after the last page it may keep hundreds of MiB
/// for as long as little happens.</summary>
/// <param name="time">The clock.</param>
internal sealed class CircuitMemory(TimeProvider time) : CircuitHandler, IDisposable
{
    /// <summary>After so many pages it is worth a pause of some hundred milliseconds.</summary>
    public const int Worth = 25;

    /// <summary>So long after that, since they go together.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(20);

    /// <summary>Pages that go further apart are those of a usual day.</summary>
    public static readonly TimeSpan Apart = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _gone;
    private long _wentAt;

    /// <summary>How often memory was given back.</summary>
    public int Collections { get; private set; }

    /// <inheritdoc/>
    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        Closed();
        return Task.CompletedTask;
    }

    /// <summary>Notes that a page has gone.</summary>
    internal void Closed()
    {
        lock (_gate)
        {
            _gone = time.GetElapsedTime(_wentAt) < Apart ? _gone + 1 : 1;
            _wentAt = time.GetTimestamp();
            if (_gone == Worth)
            {
                _timer ??= time.CreateTimer(_ => Collect(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(After, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Collect()
    {
        lock (_gate)
        {
            _gone = 0;
            Collections++;
        }

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
