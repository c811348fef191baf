using System.Collections.Immutable;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.History;

/// <summary>The feed of changes to histories.</summary>
internal sealed class HistoryFeed(ILogger<HistoryFeed> log) : IHistoryFeed
{
    private ImmutableList<Subscription> _subscriptions = [];

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<IReadOnlyCollection<string>> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        var subscription = new Subscription(this, onChange);
        ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));
        return subscription;
    }

    /// <summary>Tells everyone.</summary>
    /// <param name="hostIds">The hosts whose history shows more now; empty for the whole fleet.</param>
    public void Announce(IReadOnlyCollection<string> hostIds)
    {
        foreach (Subscription subscription in _subscriptions)
        {
            try
            {
                subscription.OnChange(hostIds);
            }
            // The edge of each listener: a page that fails must not keep the news from the others.
            catch (Exception e)
            {
                StoreLog.FeedFailed(log, e);
            }
        }
    }

    private sealed class Subscription(HistoryFeed feed, Action<IReadOnlyCollection<string>> onChange) : IDisposable
    {
        public Action<IReadOnlyCollection<string>> OnChange => onChange;

        public void Dispose() => ImmutableInterlocked.Update(ref feed._subscriptions, list => list.Remove(this));
    }
}
