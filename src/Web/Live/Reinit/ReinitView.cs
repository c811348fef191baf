using System.Collections.Concurrent;
using System.Collections.Immutable;
using TdxDash.Tdx.Reinit;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live.Reinit;

/// <summary>Loaded from the store at start, then changed after every commit. The order is that of the probe's numbers: an observation
/// that was overtaken has the boot folded anew.</summary>
internal sealed class ReinitView(EventReader reader, ILogger<ReinitView> log) : IReinitView
{
    private static readonly TimeSpan SetBack = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, HostReinit> _hosts = new(StringComparer.Ordinal);
    // Few of many: the fleet page asks at each of its renders.
    private readonly ConcurrentDictionary<string, byte> _updating = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private ImmutableList<Subscription> _subscriptions = [];

    /// <inheritdoc/>
    public IReadOnlyCollection<HostReinit> Hosts => [.. _hosts.Values];

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Updating => [.. _updating.Keys];

    /// <inheritdoc/>
    public HostReinit? Find(string hostId) => _hosts.GetValueOrDefault(hostId);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReinitEvent>> EventsAsync(string hostId, int most, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<ReinitEvent>>(() => [.. reader.Newest(hostId, most).Select(EventOf)], cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReinitEvent>> RecentAsync(int most, CancellationToken cancellation) =>
        Task.Run<IReadOnlyList<ReinitEvent>>(() => [.. reader.Recent(most).Select(EventOf)], cancellation);

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<HostReinit> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        return Add(new Subscription(this, onChange, null));
    }

    /// <inheritdoc/>
    public IDisposable Follow(Action<IReadOnlyList<ReinitNews>> onNews)
    {
        ArgumentNullException.ThrowIfNull(onNews);
        return Add(new Subscription(this, null, onNews));
    }

    /// <summary>Loads the latest boot of every host.</summary>
    public void Load()
    {
        foreach (StoredEvent stored in reader.LatestBoots())
        {
            Take(stored.HostId, stored.BootId, [new NewEvent(stored.Revision, stored.Sequence, stored.Seen)], UnixTime.FromMicroseconds(stored.ReceivedAt));
        }
    }

    /// <summary>Takes stored observations in and announces them and the host.</summary>
    public void Apply(string hostId, string bootId, IReadOnlyList<NewEvent> observations, DateTimeOffset receivedAt)
    {
        IReadOnlyList<ReinitState> states;
        HostReinit? changed;
        lock (_gate)
        {
            (changed, states) = Take(hostId, bootId, observations, receivedAt);
        }

        ReinitNews[] news = [.. observations.Select((seen, i) => new ReinitNews(new ReinitEvent(seen.Revision, hostId, bootId, seen.Sequence, receivedAt, seen.Seen), states[i]))];
        foreach (Subscription subscription in _subscriptions)
        {
            try
            {
                subscription.Tell(changed, news);
            }
            // The edge of each listener: a page that fails must not keep the news from the others.
            catch (Exception e)
            {
                StoreLog.FeedFailed(log, e);
            }
        }
    }

    /// <summary>A stored observation, as an event log shows it.</summary>
    public static ReinitEvent EventOf(StoredEvent stored) =>
        new(stored.Revision, stored.HostId, stored.BootId, stored.Sequence, UnixTime.FromMicroseconds(stored.ReceivedAt), stored.Seen);

    /// <returns>The host as it is now, null where it is in a later boot already; and the state with each of the observations.</returns>
    private (HostReinit? Now, IReadOnlyList<ReinitState> States) Take(string hostId, string bootId, IReadOnlyList<NewEvent> observations, DateTimeOffset receivedAt)
    {
        HostReinit? known = _hosts.GetValueOrDefault(hostId);
        bool later = known is null || observations[0].Sequence > known.Sequence;
        var states = new ReinitState[observations.Count];
        ReinitState state = later && known?.BootId == bootId ? known.State : ReinitState.Empty;
        if (later)
        {
            for (int i = 0; i < states.Length; i++)
            {
                states[i] = state = state.Apply(observations[i].Seen);
            }
        }
        else
        {
            Array.Fill(states, state = Folded(hostId, bootId));
        }

        if (!later && known!.BootId != bootId)
        {
            // Of an earlier boot, delivered late: it is in the store.
            return (null, states);
        }

        NewEvent last = observations[^1];
        bool isLast = known is null || last.Sequence > known.Sequence;
        var now = new HostReinit(hostId, bootId, state, isLast ? last.Sequence : known!.Sequence, receivedAt, isLast ? last.Seen.At : known!.SeenAt)
        {
            Behind = Behind(known?.BootId == bootId ? known : null, later, observations, receivedAt),
        };
        _hosts[hostId] = now;
        if (now.IsUpdating)
        {
            _updating[hostId] = 0;
        }
        else
        {
            _updating.TryRemove(hostId, out _);
        }

        return (now, states);
    }

    // The least delay so far. It begins anew when the host's clock was set back: what was measured before says nothing any more.
    private static TimeSpan Behind(HostReinit? known, bool isInOrder, IReadOnlyList<NewEvent> observations, DateTimeOffset receivedAt)
    {
        (TimeSpan least, DateTimeOffset seenAt) = known is null ? (TimeSpan.MaxValue, DateTimeOffset.MinValue) : (known.Behind, known.SeenAt);
        foreach (ReinitObservation seen in observations.Select(observation => observation.Seen))
        {
            // Lines of the kernel's log are read later than they were written.
            if (isInOrder && seen.KernelLine is null && seenAt - seen.At > SetBack)
            {
                least = TimeSpan.MaxValue;
            }

            TimeSpan delay = receivedAt - seen.At;
            (least, seenAt) = (delay < least ? delay : least, seen.At);
        }

        return least;
    }

    private ReinitState Folded(string hostId, string bootId) => ReinitState.Fold(reader.Newest(hostId, EventWork.MostPerHost)
        .Where(stored => stored.BootId == bootId).Select(stored => new NumberedObservation(stored.Sequence, stored.Seen)));

    private Subscription Add(Subscription subscription)
    {
        ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));
        return subscription;
    }

    private sealed class Subscription(ReinitView view, Action<HostReinit>? onChange, Action<IReadOnlyList<ReinitNews>>? onNews) : IDisposable
    {
        public void Tell(HostReinit? changed, IReadOnlyList<ReinitNews> news)
        {
            if (changed is not null)
            {
                onChange?.Invoke(changed);
            }

            onNews?.Invoke(news);
        }

        public void Dispose() => ImmutableInterlocked.Update(ref view._subscriptions, list => list.Remove(this));
    }
}
