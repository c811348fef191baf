using System.Data.Common;
using System.Threading.Channels;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
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

    /// <summary>How often signs of life are read.</summary>
    public static readonly TimeSpan SignsEvery = TimeSpan.FromSeconds(2);

    // What comes within it is read together.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    private const int Page = 1_000;

    private readonly Channel<bool> _calls = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<string, long> _signs = new(StringComparer.Ordinal);
    private IReadOnlyDictionary<string, long> _news = new Dictionary<string, long>();
    private long _snapshots, _events, _others;
    private long _lookedAt, _signsAt = time.GetTimestamp();
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
        (_news, _snapshots, _events) = (state.News, state.Snapshots, state.Events);
        _lookedAt = time.GetTimestamp();
    }

    /// <summary>Has it look soon.</summary>
    public void Call() => _calls.Writer.TryWrite(true);

    /// <summary>Looks once.</summary>
    public void Look()
    {
        NodeState state = reader.State();
        clock.Set(state.Now);
        long others = Math.Max(0, state.Nodes - 1);
        // Who was alone all the time has written all there is. A node takes longer than that to start.
        bool wasAlone = others == 0 && Others == 0 && time.GetElapsedTime(_lookedAt) < 2 * Interval;
        if (others > 0 && Others == 0)
        {
            // What stands there now may be of a node that is long gone: only what moves from now on is a sign.
            _signs.Clear();
        }

        Interlocked.Exchange(ref _others, others);
        _lookedAt = time.GetTimestamp();
        TakeSnapshots(state, wasAlone);
        TakeEvents(state);
        TakeNews(state, wasAlone);
        if (others > 0 && time.GetElapsedTime(_signsAt) >= SignsEvery)
        {
            _signsAt = time.GetTimestamp();
            TakeSigns();
        }
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

            TryLook();
            stopping.WaitHandle.WaitOne(Rest);
        }
    }

    // What was not read is read by the next look: nothing is noted as read before it was taken in.
    private void TryLook()
    {
        try
        {
            Look();
            if (Trouble is not null)
            {
                Volatile.Write(ref _trouble, null);
                GoesOn(log);
            }
        }
        // The edge of the loop: whatever failed, the next look has its chance.
        catch (Exception e)
        {
            if (Trouble is null)
            {
                Failed(log, e);
            }

            Volatile.Write(ref _trouble, e.Message);
        }
    }

    private void TakeSnapshots(NodeState state, bool wasAlone)
    {
        if (wasAlone)
        {
            _snapshots = Math.Max(_snapshots, state.Snapshots);
        }

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
        catch (InvalidDataException e)
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
                StoredEvent first = batch[0];
                reinits.Apply(first.HostId, first.BootId, [.. batch.Select(row => new NewEvent(row.Revision, row.Sequence, row.Seen))], UnixTime.FromMicroseconds(first.ReceivedAt));
            }

            _events = last is { } end ? end : Math.Max(_events, state.Events);
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

    // Nobody but a node changes the history, and its own pages are told by itself. The rest can be changed by a command.
    private void TakeNews(NodeState state, bool wasAlone)
    {
        string[] areas = [.. state.News.Where(area => area.Value != _news.GetValueOrDefault(area.Key) && !(wasAlone && area.Key == SharedBooks.History)).Select(area => area.Key)];
        if (areas.Length > 0)
        {
            _books ??= services.GetRequiredService<SharedBooks>();
            _books.Refresh(areas);
        }

        _news = state.News;
    }

    // A time that moved is a sign, whatever time it is: the clock is another machine's.
    private void TakeSigns()
    {
        bool isFirst = _signs.Count == 0;
        foreach (SignOfLife sign in reader.SignsElsewhere())
        {
            bool isKnown = _signs.TryGetValue(sign.HostId, out long before);
            _signs[sign.HostId] = sign.At;
            if (isKnown ? before != sign.At : !isFirst)
            {
                fleet.HeardElsewhere(sign.HostId, sign.Dropped);
            }
        }
    }

    [LoggerMessage(EventId = 510, Level = LogLevel.Error, Message = "What other nodes wrote cannot be read; this node's pages do not show it until it can, and then all of it.")]
    private static partial void Failed(ILogger log, Exception exception);

    [LoggerMessage(EventId = 511, Level = LogLevel.Information, Message = "What other nodes wrote is read again.")]
    private static partial void GoesOn(ILogger log);
}
