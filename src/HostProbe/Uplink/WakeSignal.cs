using System.Threading.Channels;

namespace TdxDash.HostProbe.Uplink;

/// <summary>Wakes one waiting loop. Signals that come while none waits are kept as one.</summary>
public sealed class WakeSignal
{
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Wakes the loop, at once or as soon as it waits.</summary>
    public void Set() => _signals.Writer.TryWrite(true);

    /// <summary>Waits for a signal, for a time, or for cancellation, and throws for none of them.</summary>
    internal async Task WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        if (atMost <= TimeSpan.Zero)
        {
            return;
        }

        using var due = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellation);
        Task signal = _signals.Reader.ReadAsync(either.Token).AsTask();
        await signal.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
