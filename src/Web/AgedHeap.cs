namespace TdxDash.Web;

/// <summary>Has the runtime look through what has grown old on its heap, beside all else that goes on. By itself it does so when the heap has grown by a quarter or so: what heartbeats leave
/// behind has grown old by then, some 100 MiB with 10,000 hosts after four minutes.</summary>
/// <param name="time">The clock.</param>
/// <param name="used">Bytes in use of the oldest generation, with what nobody holds any more.</param>
/// <param name="collect">Has them looked through.</param>
internal sealed class AgedHeap(TimeProvider time, Func<long> used, Action collect) : IDisposable
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(30);

    /// <summary>Growth that is worth looking it through, which takes some tenths of a second of one core with 10,000 hosts; in bytes.</summary>
    public const long Worth = 8 << 20;

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _least;
    private bool _isDisposed;

    /// <summary>That of this process.</summary>
    public static AgedHeap OfProcess(TimeProvider time) =>
        new(time, Used, static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false));

    /// <summary>Looks from now on: what is in use now is what is needed. Called again it begins anew.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _least = used();
            _timer ??= _isDisposed ? null : time.CreateTimer(_ => Look(), null, Period, Period);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void Look()
    {
        lock (_gate)
        {
            long now = used();
            if (now - _least >= Worth)
            {
                collect();
                // It ends later, and the next look sees how much it left: less than now, or what has come to be needed.
                _least = now;
                return;
            }

            _least = Math.Min(_least, now);
        }
    }

    private static long Used()
    {
        GCGenerationInfo oldest = GC.GetGCMemoryInfo(GCKind.Any).GenerationInfo[GC.MaxGeneration];
        return oldest.SizeAfterBytes - oldest.FragmentationAfterBytes;
    }
}
