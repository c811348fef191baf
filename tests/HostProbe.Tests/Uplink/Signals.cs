using System.Threading.Channels;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>Events that a test awaits one by one, each within a limit.</summary>
internal sealed class Signals<T>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly Channel<T> _events = Channel.CreateUnbounded<T>();

    public int Waiting => _events.Reader.Count;

    public void Add(T value) => _events.Writer.TryWrite(value);

    /// <summary>Forgets what is waiting.</summary>
    public void Drain()
    {
        while (_events.Reader.TryRead(out _))
        {
        }
    }

    public Task<T> NextAsync() =>
        _events.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken);

    public async Task<T> NextAsync(Func<T, bool> wanted)
    {
        while (true)
        {
            T value = await NextAsync();
            if (wanted(value))
            {
                return value;
            }
        }
    }
}
