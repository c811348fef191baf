using System.Collections.Immutable;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>What was found last, and the feed of its changes.</summary>
internal sealed class AlertView : IAlertView
{
    /// <summary>How far back resolved alerts are listed.</summary>
    public static readonly TimeSpan PastFor = TimeSpan.FromDays(7);

    /// <summary>The most resolved alerts that are listed.</summary>
    public const int MostPast = 1_000;

    private readonly AlertBook _book;
    private readonly AlertReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger<AlertView> _log;
    private ImmutableList<Subscription> _subscriptions = [];
    private volatile Published _live = new([]);

    public AlertView(AlertBook book, AlertReader reader, TimeProvider time, ILogger<AlertView> log)
    {
        (_book, _reader, _time, _log) = (book, reader, time, log);
        book.Changed += Announce;
        book.Told += Announce;
    }

    /// <inheritdoc/>
    public ImmutableArray<LiveAlert> Live => _live.Alerts;

    /// <inheritdoc/>
    public ImmutableArray<AlertRule> Rules => _book.Rules;

    /// <inheritdoc/>
    public ImmutableArray<AlertSilence> Silences => _book.Silences;

    /// <inheritdoc/>
    public ImmutableArray<AlertTarget> Targets => _book.Targets;

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredAlert>> PastAsync(CancellationToken cancellation) => Task.Run(() => _reader.Past(_time.GetUtcNow() - PastFor, MostPast), cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<long, long>> WaitingAsync(CancellationToken cancellation) => Task.Run<IReadOnlyDictionary<long, long>>(
        () => _book.Targets.Where(target => target.IsOn).ToDictionary(target => target.Id, target => _reader.Waiting(target).Sum(stream => stream.Waiting)), cancellation);

    /// <inheritdoc/>
    public IDisposable Subscribe(Action onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        var subscription = new Subscription(this, onChange);
        ImmutableInterlocked.Update(ref _subscriptions, list => list.Add(subscription));
        return subscription;
    }

    /// <summary>Takes in what is pending or fires now.</summary>
    public void Publish(IEnumerable<LiveAlert> alerts)
    {
        _live = new Published([.. alerts.OrderByDescending(alert => alert.Track.IsFiring).ThenByDescending(alert => alert.Rule.Severity).ThenByDescending(alert => alert.FiredAt ?? alert.Since)
            .ThenBy(alert => alert.Rule.Id).ThenBy(alert => alert.HostId, StringComparer.Ordinal)]);
        Announce();
    }

    private void Announce()
    {
        foreach (Subscription subscription in _subscriptions)
        {
            try
            {
                subscription.OnChange();
            }
            // The edge of each listener: a page that fails must not keep the news from the others.
            catch (Exception e)
            {
                StoreLog.FeedFailed(_log, e);
            }
        }
    }

    // An array cannot be volatile by itself.
    private sealed record Published(ImmutableArray<LiveAlert> Alerts);

    private sealed class Subscription(AlertView view, Action onChange) : IDisposable
    {
        public Action OnChange => onChange;

        public void Dispose() => ImmutableInterlocked.Update(ref view._subscriptions, list => list.Remove(this));
    }
}
