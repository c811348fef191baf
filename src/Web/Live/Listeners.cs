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

    /// <summary>Calls all back, one after the other, also where one fails.</summary>
    /// <exception cref="AggregateException">What failed.</exception>
    public void Tell(T news)
    {
        List<Exception>? failures = null;
        foreach (Action<T> listener in _all)
        {
            try
            {
                listener(news);
            }
            // One page that cannot be told must not keep others from it.
            catch (Exception e)
            {
                (failures ??= []).Add(e);
            }
        }

        if (failures is not null)
        {
            throw new AggregateException(failures);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
