namespace TdxDash.HostProbe.Service;

/// <summary>The system's clock, whose timers ring on one thread of its own, one after the other; what awaits them goes on there. For each timer of the system's several threads of the pool are woken, which takes
/// longer than a look at small files does, once a second and for ever. A callback that takes long delays the others.</summary>
internal sealed class WatchClock : TimeProvider, IDisposable
{
    private readonly object _gate = new();
    private readonly List<Bell> _bells = [];
    private bool _isDisposed;

    /// <summary>Starts the thread.</summary>
    public WatchClock() => new Thread(Run) { IsBackground = true, Name = "Watch" }.Start();

    /// <inheritdoc/>
    /// <remarks>A timer that is disposed of while its callback runs does not wait for it.</remarks>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var bell = new Bell(this, callback, state);
        bell.Change(dueTime, period);
        return bell;
    }

    /// <summary>Lets no more timers ring. One that is about to may still do so: whoever is called by the clock may dispose of it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (Next() is { } bell)
        {
            bell.Ring();
        }
    }

    private Bell? Next()
    {
        lock (_gate)
        {
            while (!_isDisposed)
            {
                long now = Environment.TickCount64;
                if (_bells.MinBy(bell => bell.At) is not { } next)
                {
                    Monitor.Wait(_gate);
                }
                else if (next.At > now)
                {
                    Monitor.Wait(_gate, (int)Math.Min(next.At - now, int.MaxValue));
                }
                else
                {
                    next.MoveOn(now);
                    return next;
                }
            }

            return null;
        }
    }

    private sealed class Bell(WatchClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long _period;
        private bool _isGone;

        /// <summary>When it rings, on the clock of <see cref="Environment.TickCount64"/>.</summary>
        public long At { get; private set; }

        public void Ring() => callback(state);

        /// <summary>To the next time, or to none; times that have passed are left out.</summary>
        public void MoveOn(long now)
        {
            if (_period > 0)
            {
                At = Math.Max(At + _period, now);
            }
            else
            {
                clock._bells.Remove(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._bells.Remove(this);
                if (_isGone)
                {
                    return false;
                }

                if (dueTime >= TimeSpan.Zero)
                {
                    At = Environment.TickCount64 + Milliseconds(dueTime);
                    _period = Milliseconds(period);
                    clock._bells.Add(this);
                    Monitor.Pulse(clock._gate);
                }
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _isGone = true;
                clock._bells.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        // Up, so that nothing rings early; -1 ms is for ever.
        private static long Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
    }
}
