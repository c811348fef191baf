using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Store;
using TdxDash.Wire;

namespace TdxDash.Web.Live.Reinit;

/// <summary>Loaded from the store at start, then changed after every commit. The order is that of the probe's numbers: an observation
/// that was overtaken has the boot folded anew.</summary>
internal sealed class ReinitView(EventReader reader, ILogger<ReinitView> log) : IReinitView
{
    private readonly ConcurrentDictionary<string, HostReinit> _hosts = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private ImmutableList<Subscription> _subscriptions = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<HostReinit> Hosts => [.. _hosts.Values];

    /// <inheritdoc/>
    public HostReinit? Find(string hostId) => _hosts.GetValueOrDefault(hostId);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReinitEvent>> EventsAsync(string hostId, int most, CancellationToken cancellation) => Task.Run<IReadOnlyList<ReinitEvent>>(
        () => [.. reader.Newest(hostId, most).Select(stored => new ReinitEvent(stored.BootId, stored.Sequence, UnixTime.FromMicroseconds(stored.ReceivedAt), stored.Seen))], cancellation);

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<HostReinit> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        var subscription = new Subscription(this, onChange);
        ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));
        return subscription;
    }

    /// <summary>Loads the latest boot of every host.</summary>
    public void Load()
    {
        foreach (StoredEvent stored in reader.LatestBoots())
        {
            Take(stored.HostId, stored.BootId, [new WireObservation(stored.Sequence, stored.Seen)], UnixTime.FromMicroseconds(stored.ReceivedAt));
        }
    }

    /// <summary>Takes stored observations in and announces the host.</summary>
    public void Apply(string hostId, string bootId, IReadOnlyList<WireObservation> observations, DateTimeOffset receivedAt)
    {
        HostReinit? changed;
        lock (_gate)
        {
            changed = Take(hostId, bootId, observations, receivedAt);
        }

        foreach (Subscription subscription in changed is null ? [] : _subscriptions)
        {
            try
            {
                subscription.OnChange(changed!);
            }
            // The edge of each listener: a page that fails must not keep the news from the others.
            catch (Exception e)
            {
                StoreLog.FeedFailed(log, e);
            }
        }
    }

    private HostReinit? Take(string hostId, string bootId, IReadOnlyList<WireObservation> observations, DateTimeOffset receivedAt)
    {
        HostReinit? known = _hosts.GetValueOrDefault(hostId);
        bool later = known is null || observations[0].Sequence > known.Sequence;
        if (!later && known!.BootId != bootId)
        {
            // Of an earlier boot, delivered late: it is in the store.
            return null;
        }

        ReinitState state = !later ? Folded(hostId, bootId)
            : observations.Aggregate(known?.BootId == bootId ? known.State : ReinitState.Empty, (folded, next) => folded.Apply(next.Seen));
        WireObservation last = observations[^1];
        bool isLast = known is null || last.Sequence > known.Sequence;
        var now = new HostReinit(hostId, bootId, state, isLast ? last.Sequence : known!.Sequence, receivedAt, isLast ? last.Seen.At : known!.SeenAt);
        _hosts[hostId] = now;
        return now;
    }

    private ReinitState Folded(string hostId, string bootId) => ReinitState.Fold(reader.Newest(hostId, EventWork.MostPerHost)
        .Where(stored => stored.BootId == bootId).Select(stored => new NumberedObservation(stored.Sequence, stored.Seen)));

    private sealed class Subscription(ReinitView view, Action<HostReinit> onChange) : IDisposable
    {
        public Action<HostReinit> OnChange => onChange;

        public void Dispose() => ImmutableInterlocked.Update(ref view._subscriptions, list => list.Remove(this));
    }
}
