using System.Data.Common;
using System.Threading.Channels;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>Takes in what other nodes wrote, and puts it through the same feeds as what this one writes: at once where somebody says that there is something, and else by a look every second.
/// Where it has come to it knows by the store's own numbers, so that no message has to be believed, and none has to arrive.</summary>
/// <param name="services">Gives what reads the store and so is not to be made before that is open.</param>
/// <param name="reader">Reads what nodes tell each other.</param>
/// <param name="snapshots">Reads snapshots.</param>
/// <param name="events">Reads observations.</param>
/// <param name="fleet">The fleet.</param>
/// <param name="reinits">Initialisations and updates.</param>
/// <param name="clock">The time that all nodes share.</param>
/// <param name="time">This machine's.</param>
/// <param name="log">The log.</param>
internal sealed partial class NodeFeed(IServiceProvider services, NodeReader reader, SnapshotReader snapshots, EventReader events, FleetView fleet, ReinitView reinits, NodeClock clock, TimeProvider time,
    ILogger<NodeFeed> log) : BackgroundService
{
    /// <summary>How often is looked without a word.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // What comes within it is read together.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    // Less than a look's, so that each of those has its turn.
    private static readonly TimeSpan BooksEvery = Interval - TimeSpan.FromMilliseconds(100);

    private const int Page = 1_000;

    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, (long Version, long ReadAt)> _news = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _failed = new(StringComparer.Ordinal);
    private long _snapshots, _events, _others;
    private SharedBooks? _books;
    private string? _trouble;

    /// <summary>How many other nodes there are, at the last look.</summary>
    public long Others => Interlocked.Read(ref _others);

    /// <summary>Why what other nodes wrote cannot be read; null while it can.</summary>
    public string? Trouble => Volatile.Read(ref _trouble);

    /// <summary>Notes where to begin; before anything is loaded from the store.</summary>
    public void Begin()
    {
        NodeState state = reader.State();
        clock.Set(state.Now);
        (_snapshots, _events) = (state.Snapshots, state.Events);
        foreach ((string area, long version) in state.News)
        {
            _news[area] = (version, 0);
        }
    }

    /// <summary>Has it look soon.</summary>
    public void Call() => _calls.Writer.TryWrite(true);

    /// <summary>Looks once. What fails of it keeps nothing else from being read, and is tried by the next look.</summary>
    public void Look()
    {
        NodeState? state = null;
        Try("the store's numbers", () => state = reader.State());
        if (state is { } found)
        {
            clock.Set(found.Now);
            Interlocked.Exchange(ref _others, found.Nodes);
            // Who may do what before all that may be much.
            TakeNews(found);
            Try("snapshots", () => TakeSnapshots(found));
            Try("observations", () => TakeEvents(found));
        }

        string? trouble = _failed.Count == 0 ? null : string.Join("; ", _failed.Select(failure => $"{failure.Key}: {failure.Value}"));
        if (trouble is null && Trouble is not null)
        {
            GoesOn(log);
        }

        Volatile.Write(ref _trouble, trouble);
    }

    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    // A thread of its own: a server that does not answer must not take those that answer requests.
    private void Run(CancellationToken stopping)
    {
        Task<bool> call = _calls.Reader.WaitToReadAsync(stopping).AsTask();
        while (!stopping.IsCancellationRequested)
        {
            Task.WaitAny([call], Interval);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            if (call.IsCompleted)
            {
                _calls.Reader.TryRead(out _);
                call = _calls.Reader.WaitToReadAsync(stopping).AsTask();
            }

            Look();
            stopping.WaitHandle.WaitOne(Rest);
        }
    }

    // The edge of each step: nothing is noted as read before it was taken in.
    private bool Try(string what, Action step)
    {
        try
        {
            step();
            _failed.Remove(what);
            return true;
        }
        catch (Exception e)
        {
            if (!_failed.ContainsKey(what))
            {
                Failed(log, what, e);
            }

            _failed[what] = e.Message;
            return false;
        }
    }

    // Those of this node too: they are known, unless a commit went through that it knows nothing of.
    private void TakeSnapshots(NodeState state)
    {
        while (_snapshots < state.Snapshots)
        {
            IReadOnlyList<LatestRow> rows = snapshots.WrittenAfter(_snapshots, Page);
            foreach (LatestRow row in rows)
            {
                Take(row);
            }

            // Numbers have gaps, and what was removed meanwhile needs no reading.
            _snapshots = rows.Count < Page ? Math.Max(state.Snapshots, rows.Count > 0 ? rows[^1].Revision : 0) : rows[^1].Revision;
        }
    }

    private void Take(LatestRow row)
    {
        try
        {
            fleet.Take(row);
        }
        // The edge of each host: one that cannot be shown must not keep the others from it.
        catch (Exception e) when (e is not DbException)
        {
            StoreLog.LatestUnreadable(log, row.HostId, row.Hash, e.Message, e);
        }
    }

    // Those of this node too: listeners get all in the order of their numbers.
    private void TakeEvents(NodeState state)
    {
        while (_events < state.Events)
        {
            IReadOnlyList<StoredEvent> rows = events.WrittenAfter(_events, Page, out long? last);
            foreach (IReadOnlyList<StoredEvent> batch in Batches(rows))
            {
                Take(batch);
            }

            _events = last is { } end ? end : Math.Max(_events, state.Events);
        }
    }

    private void Take(IReadOnlyList<StoredEvent> batch)
    {
        StoredEvent first = batch[0];
        try
        {
            reinits.Apply(first.HostId, first.BootId, [.. batch.Select(row => new NewEvent(row.Revision, row.Sequence, row.Seen))], UnixTime.FromMicroseconds(first.ReceivedAt));
        }
        // The edge of each batch, as of each host.
        catch (Exception e) when (e is not DbException)
        {
            StoreLog.FeedFailed(log, e);
        }
    }

    // As they were delivered: neighbours of one host and boot that came together.
    private static IEnumerable<IReadOnlyList<StoredEvent>> Batches(IReadOnlyList<StoredEvent> rows)
    {
        for (int from = 0, to; from < rows.Count; from = to)
        {
            StoredEvent first = rows[from];
            for (to = from + 1; to < rows.Count && (rows[to].HostId, rows[to].BootId, rows[to].ReceivedAt) == (first.HostId, first.BootId, first.ReceivedAt); to++)
            {
                // One more of the same batch.
            }

            yield return [.. rows.Skip(from).Take(to - from)];
        }
    }

    // Each by itself, and none more often than once a second: reading one again takes as long as it is large.
    private void TakeNews(NodeState state)
    {
        foreach (string area in SharedBooks.Areas)
        {
            long version = state.News.GetValueOrDefault(area);
            (long known, long readAt) = _news.GetValueOrDefault(area);
            if (version != known && (readAt == 0 || time.GetElapsedTime(readAt) >= BooksEvery))
            {
                long now = time.GetTimestamp();
                bool isRead = Try(area, () => (_books ??= services.GetRequiredService<SharedBooks>()).Refresh(area));
                _news[area] = (isRead ? version : known, now);
            }
        }
    }

    [LoggerMessage(EventId = 510, Level = LogLevel.Error, Message = "What other nodes wrote cannot be read ({What}); this node's pages do not show it until it can, and then all of it.")]
    private static partial void Failed(ILogger log, string what, Exception exception);

    [LoggerMessage(EventId = 511, Level = LogLevel.Information, Message = "What other nodes wrote is read again.")]
    private static partial void GoesOn(ILogger log);
}
