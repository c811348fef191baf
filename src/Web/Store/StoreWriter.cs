using System.Data.Common;
using System.Diagnostics;
using System.Threading.Channels;
using TdxDash.Web.Options;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>How a transaction of the writer ended.</summary>
/// <param name="Took">How long it took, with its flush to the disk.</param>
/// <param name="IsCommitted">Whether it was committed; else nothing of it was kept.</param>
internal readonly record struct BatchReport(TimeSpan Took, bool IsCommitted);

/// <summary>The one writer of the database. What is queued while a commit runs goes into the next one (group commit).</summary>
internal sealed class StoreWriter : IAsyncDisposable
{
    /// <summary>The most works in one transaction: above it a longer wait buys no more throughput.</summary>
    public const int MaxBatch = 128;

    // Beyond the longest delay of a probe, whose next delivery tells sooner.
    private static readonly TimeSpan TroubleHolds = TimeSpan.FromSeconds(20);

    // What a service manager gives a dashboard to stop is 30 s, of which pages and probes take 10 at most.
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly Channel<IStoreWork> _queue;
    private readonly StoreEngine _store;
    private readonly long _maxBytes;
    private readonly ILogger<StoreWriter> _log;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DbConnection? _connection;
    private PreparedStatements? _statements;
    private TextPool? _texts;
    private long _queuedBytes, _failedAt;
    private volatile string? _trouble = "The store is not open yet.";
    private volatile string? _refusal;
    private volatile bool _isStopping;
    private bool _started;
    private int _spares;

    public StoreWriter(StoreEngine store, DashboardOptions options, ILogger<StoreWriter> log)
    {
        _store = store;
        _log = log;
        _maxBytes = options.Store.QueueBytes;
        _queue = Channel.CreateBounded<IStoreWork>(new BoundedChannelOptions(options.Store.QueueLength) { SingleReader = true });
    }

    /// <summary><see cref="Trouble"/> came or went. Raised on the writer's thread: it must not be held up.</summary>
    public event Action? TroubleChanged;

    /// <summary>A transaction ended. Raised on the writer's thread: it must not be held up.</summary>
    public event Action<BatchReport>? BatchEnded;

    /// <summary>Works that wait.</summary>
    public int QueuedWorks => _queue.Reader.Count;

    /// <summary>Memory that they hold, and those of the transaction that is under way, in bytes.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>Why the last commit failed or nothing is written any more; null while all is well. After a failure it is again with the next delivery that is stored, or with any commit 20 seconds later.</summary>
    public string? Trouble => _refusal ?? _trouble;

    /// <summary>Opens the connection and starts writing.</summary>
    public void Start()
    {
        _connection = _store.OpenWriter();
        _trouble = null;
        _started = true;
        new Thread(Run) { IsBackground = true, Name = "store writer" }.Start();
    }

    /// <summary>Writes nothing any more, for ever: the database is damaged.</summary>
    /// <param name="reason">Why, and what to do.</param>
    public void Refuse(string reason)
    {
        _refusal = reason;
        TroubleChanged?.Invoke();
    }

    /// <summary>Queues work.</summary>
    /// <returns>Null, or why it was not taken and may be sent again.</returns>
    public string? TryEnqueue(IStoreWork work)
    {
        if (_refusal is { } refusal)
        {
            return refusal;
        }

        if (Interlocked.Add(ref _queuedBytes, work.Bytes) > _maxBytes || !_queue.Writer.TryWrite(work))
        {
            Interlocked.Add(ref _queuedBytes, -work.Bytes);
            return _queue.Reader.Completion.IsCompleted || _trouble is not null
                ? "The dashboard is stopping or its store is in trouble; send it again later."
                : "The dashboard has more snapshots waiting than it may hold; send it again later.";
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => new(StopAsync(StopPatience));

    /// <summary>Has the store give memory back after the next transaction; signs of life bring one every few seconds.</summary>
    public void Spare() => Volatile.Write(ref _spares, 1);

    /// <summary>Takes no more work, writes what was queued, and closes the database.</summary>
    /// <param name="patience">How long a database may take that does not answer. What it did not commit then was not acknowledged either.</param>
    public async Task StopAsync(TimeSpan patience)
    {
        _isStopping = true;
        _queue.Writer.TryComplete();
        if (!_started)
        {
            return;
        }

        try
        {
            await _stopped.Task.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            StoreLog.StopGivenUp(_log, _store.Name, QueuedWorks);
            _stopped.TrySetResult();
        }
    }

    private void Run()
    {
        var batch = new List<IStoreWork>(MaxBatch);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out IStoreWork? work))
            {
                batch.Add(work);
            }

            bool isDone = Write(batch);
            Interlocked.Add(ref _queuedBytes, -batch.Sum(work => (long)work.Bytes));
            batch.Clear();
            if (_isStopping && !isDone)
            {
                GiveUp();
            }

            GiveBack();
        }

        _trouble = "The store is closed.";
        _connection?.Dispose();
        _stopped.TrySetResult();
    }

    // Each further try of a database in trouble may take as long as the one that just failed.
    private void GiveUp()
    {
        while (_queue.Reader.TryRead(out IStoreWork? work))
        {
            Interlocked.Add(ref _queuedBytes, -work.Bytes);
            work.Failed($"{_trouble} Nothing was lost: send it again later.");
        }
    }

    private void GiveBack()
    {
        if (_connection is null || Interlocked.Exchange(ref _spares, 0) == 0)
        {
            return;
        }

        try
        {
            _store.Spare(_connection);
        }
        // A connection that is broken is found so by the next transaction.
        catch (DbException e)
        {
            StoreLog.SpareFailed(_log, _store.ReasonOf(e));
        }
    }

    /// <returns>Whether the database could be written to.</returns>
    private bool Write(List<IStoreWork> batch)
    {
        long began = Stopwatch.GetTimestamp();
        try
        {
            _connection ??= _store.OpenWriter();
            using DbTransaction transaction = _store.Begin(_connection);
            var open = new StoreTransaction(_store, _connection, transaction, _statements ??= new PreparedStatements(_connection), _texts ??= new TextPool());
            _store.Apply(open, batch);
            transaction.Commit();
        }
        // The edge of the writer's loop: whatever failed, nothing was acknowledged, and the next batch gets its chance.
        catch (Exception e)
        {
            BatchEnded?.Invoke(new BatchReport(Stopwatch.GetElapsedTime(began), IsCommitted: false));
            Forget();
            if (_store.IsOfOneWork(e))
            {
                return Part(batch, e);
            }

            Fail(batch, e);
            return false;
        }

        BatchEnded?.Invoke(new BatchReport(Stopwatch.GetElapsedTime(began), IsCommitted: true));

        // Where no delivery fits any more a sign of life still may, and says nothing about the next delivery.
        if (batch.Exists(work => work.Bytes > 0) || Stopwatch.GetElapsedTime(_failedAt) > TroubleHolds)
        {
            Tell(null);
        }

        foreach (IStoreWork work in batch)
        {
            Announce(work);
        }

        return true;
    }

    private void Announce(IStoreWork work)
    {
        try
        {
            work.Committed();
        }
        // What listens to the feed must not stop the writer; the row itself is committed and acknowledged.
        catch (Exception e)
        {
            StoreLog.FeedFailed(_log, e);
        }
    }

    private void Tell(string? trouble)
    {
        if (_trouble == trouble)
        {
            return;
        }

        _trouble = trouble;
        TroubleChanged?.Invoke();
    }

    // What cannot be stored of one work must not keep the others from it, nor stand there as trouble of the store.
    private bool Part(List<IStoreWork> batch, Exception e)
    {
        if (batch is [var alone])
        {
            string reason = _store.ReasonOf(e);
            StoreLog.CommitFailed(_log, 1, reason, e);
            alone.Failed(reason);
            return true;
        }

        bool isDone = true;
        foreach (IStoreWork work in batch)
        {
            isDone = Write([work]);
        }

        return isDone;
    }

    // After a failed commit or flush the connection's view of the database is not to be trusted.
    private void Forget()
    {
        _connection?.Dispose();
        (_connection, _statements, _texts) = (null, null, null);
    }

    private void Fail(List<IStoreWork> batch, Exception e)
    {
        string reason = _store.ReasonOf(e);
        StoreLog.CommitFailed(_log, batch.Count, reason, e);
        _failedAt = Stopwatch.GetTimestamp();
        Tell(reason);
        foreach (IStoreWork work in batch)
        {
            work.Failed($"{reason} Nothing was lost: send it again later.");
        }
    }
}
