using System.Collections.Immutable;

namespace TdxDash.Web.Live;

/// <summary>Who wants to be called back.</summary>
/// <typeparam name="T">With what.</typeparam>
internal sealed class Listeners<T>
{
    private ImmutableList<Action<T>> _all = [];

    /// <summary>Adds one. Disposing takes it away.</summary>
    public IDisposable Add(Action<T> listener)
    {
        ImmutableInterlocked.Update(ref _all, list => list.Add(listener));
        return new Subscription(() => ImmutableInterlocked.Update(ref _all, list => list.Remove(listener)));
    }

    /// <summary>Calls all back, one after the other.</summary>
    public void Tell(T news) => _all.ForEach(listener => listener(news));

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
