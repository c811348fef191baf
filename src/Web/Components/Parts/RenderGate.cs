namespace TdxDash.Web.Components.Parts;

/// <summary>Turns any number of requests from any thread into at most one run per interval: the first at once, those that
/// come during the interval together at its end. A failed run ends nothing; the failure goes to the one who runs.</summary>
public sealed class RenderGate : IDisposable
{
    /// <summary>Four renders a second.</summary>
    public static readonly TimeSpan PageInterval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Action _run;
    private readonly ITimer _timer;
    private long? _lastRun;
    private bool _pending;
    private bool _disposed;

    /// <summary>Makes a gate.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="interval">The least time between two runs.</param>
    /// <param name="run">What to run; it must return soon and handle its own failures.</param>
    public RenderGate(TimeProvider time, TimeSpan interval, Action run)
    {
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(run);
        _time = time;
        _interval = interval;
        _run = run;
        _timer = time.CreateTimer(_ => RunPending(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Asks for a run; safe on any thread, and without effect after disposal.</summary>
    public void Request()
    {
        lock (_lock)
        {
            if (_disposed || _pending)
            {
                return;
            }

            TimeSpan since = _lastRun is long last ? _time.GetElapsedTime(last) : _interval;
            if (since < _interval)
            {
                _pending = true;
                _timer.Change(_interval - since, Timeout.InfiniteTimeSpan);
                return;
            }

            _lastRun = _time.GetTimestamp();
        }

        _run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _pending = false;
        }

        _timer.Dispose();
    }

    private void RunPending()
    {
        lock (_lock)
        {
            if (_disposed || !_pending)
            {
                return;
            }

            _pending = false;
            _lastRun = _time.GetTimestamp();
        }

        _run();
    }
}
