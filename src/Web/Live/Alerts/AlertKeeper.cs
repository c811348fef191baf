using System.Collections.Concurrent;
using TdxDash.Web.Live.Fleet;
using TdxDash.Web.Nodes;
using TdxDash.Web.Store;
using TdxDash.Web.Store.Alerts;

namespace TdxDash.Web.Live.Alerts;

/// <summary>Holds hosts against rules: those that changed within a second of their commit, and all of them every few seconds. What is found is stored before anything else is looked at, so that nothing is
/// told twice or not at all.</summary>
/// <param name="services">Gives the fleet, which reads the store and so is not to be made before that is open.</param>
/// <param name="book">The rules and silences.</param>
/// <param name="setup">Writes what has to be there at the first start.</param>
/// <param name="reader">Reads what was stored.</param>
/// <param name="writer">The store's writer.</param>
/// <param name="view">Shows what was found.</param>
/// <param name="jobs">Whether this node stores what it finds; one that does not only shows it.</param>
/// <param name="time">The clocks.</param>
/// <param name="log">The log.</param>
internal sealed class AlertKeeper(IServiceProvider services, AlertBook book, AlertSetup setup, AlertReader reader, StoreWriter writer, AlertView view, JobTurn jobs,
    TimeProvider time, ILogger<AlertKeeper> log)
    : BackgroundService
{
    /// <summary>How often what changed is looked at.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>How often every host is looked at, for what comes about by time alone.</summary>
    public static readonly TimeSpan SweepAfter = TimeSpan.FromSeconds(5);

    private const int MostInTransaction = 500;
    private static readonly TimeSpan TidyAfter = TimeSpan.FromHours(1);

    private AlertEvaluator _evaluator = new();
    private readonly ConcurrentDictionary<string, byte> _changed = new(StringComparer.Ordinal);
    private readonly Queue<AlertFindings> _unsaved = [];
    private readonly long _startedAt = time.GetTimestamp();
    private FleetProjection? _fleet;
    private bool _isPrepared;
    private long _turn;
    private volatile bool _isSweepWanted = true;
    private long _sweptAt;
    private long _tidiedAt = time.GetTimestamp();
    private long _published;

    /// <summary>Looks once at what is due.</summary>
    public async Task RoundAsync()
    {
        if (jobs.Number is var turn && turn != _turn)
        {
            // Whoever did it before has stored what was told: it goes on from there.
            (_turn, _isPrepared) = (turn, false);
            _unsaved.Clear();
        }

        if (!await IsPreparedAsync() || !await SaveAsync())
        {
            return;
        }

        bool isSweep = _isSweepWanted || time.GetElapsedTime(_sweptAt) >= SweepAfter;
        if (isSweep)
        {
            _isSweepWanted = false;
            _sweptAt = time.GetTimestamp();
        }

        Look(isSweep);
        await SaveAsync();
        if (_evaluator.Version != _published)
        {
            _published = _evaluator.Version;
            view.Publish(_evaluator.Live);
        }

        await TidyAsync();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        book.Changed += Ask;
        using IDisposable feed = Fleet.Subscribe(hostId => _changed[hostId] = 0);
        using var timer = new PeriodicTimer(Tick, time);
        try
        {
            do
            {
                await TryRoundAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // What fires is in the store.
        }
        finally
        {
            book.Changed -= Ask;
        }
    }

    // The whole of it, whoever looks.
    private FleetProjection Fleet => _fleet ??= services.GetRequiredService<FleetProjection>();

    // A turn that ended within a round is no longer the one that the round began with.
    private bool IsMine => _turn > 0 && jobs.Number == _turn;

    private void Ask() => _isSweepWanted = true;

    private async Task TryRoundAsync()
    {
        try
        {
            await RoundAsync();
        }
        // The edge of the loop: whatever failed, the next round has its chance.
        catch (Exception e) when (e is not OperationCanceledException)
        {
            AlertLog.RoundFailed(log, e);
        }
    }

    // A store that does not write yet, as on a full disk, is asked again.
    private async Task<bool> IsPreparedAsync()
    {
        if (_isPrepared)
        {
            return true;
        }

        long turn = _turn;
        if (IsMine && await setup.RunAsync(transaction => jobs.Holds(transaction, turn)) is not null)
        {
            return false;
        }

        book.Load();
        (_evaluator, _published) = (new AlertEvaluator(), 0);
        TimeSpan uptime = time.GetElapsedTime(_startedAt);
        _evaluator.Load(reader.Open().Select(stored => Loaded(stored, uptime)), reader.Ready());
        return _isPrepared = true;
    }

    private LiveAlert Loaded(StoredAlert stored, TimeSpan uptime)
    {
        AlertRule rule = book.Rules.FirstOrDefault(known => known.Id == stored.RuleId)
            ?? new AlertRule { Id = stored.RuleId, Name = stored.RuleName, Kind = stored.Kind, IsOn = false };
        return new LiveAlert(rule, stored.HostId, AlertTrack.Fires(uptime), stored.FiredAt, stored.FiredAt, stored.IsTold);
    }

    private void Look(bool isSweep)
    {
        var moment = new AlertMoment(time.GetElapsedTime(_startedAt), time.GetUtcNow(), Unheard, book.Silences);
        var hosts = new List<FleetHost>();
        foreach (string hostId in _changed.Keys)
        {
            // Taken off before it is read, so that a change in between comes round again.
            if (_changed.TryRemove(hostId, out _) && !isSweep && Fleet.Find(hostId) is { } host)
            {
                hosts.Add(host);
            }
        }

        Enqueue(_evaluator.Look(book.Rules, isSweep ? Fleet.Current.Hosts : hosts, moment));
        if (isSweep)
        {
            Enqueue(_evaluator.EndGone(hostId => Fleet.Find(hostId) is not null, moment));
        }
    }

    // In pieces from the start: what is stored of a large one is not to be stored, and told, again when the rest could not be.
    private void Enqueue(AlertFindings findings)
    {
        if (findings.Ready.Count > 0)
        {
            _unsaved.Enqueue(new AlertFindings([], findings.Ready));
        }

        foreach (AlertChange[] piece in findings.Changes.Chunk(MostInTransaction))
        {
            _unsaved.Enqueue(new AlertFindings(piece, []));
        }
    }

    private TimeSpan? Unheard(FleetHost host) => host.Entry.HeardAt is { } heardAt ? time.GetElapsedTime(heardAt) - host.Entry.Unknown : null;

    /// <returns>Whether all is stored.</returns>
    private async Task<bool> SaveAsync()
    {
        while (IsMine && _unsaved.TryPeek(out AlertFindings? piece))
        {
            if (!await WriteAsync(transaction => AlertWriter.Save(transaction, piece)))
            {
                return false;
            }

            _unsaved.Dequeue();
        }

        // What is left is another node's to find.
        _unsaved.Clear();
        return true;
    }

    private async Task TidyAsync()
    {
        if (IsMine && time.GetElapsedTime(_tidiedAt) >= TidyAfter)
        {
            _tidiedAt = time.GetTimestamp();
            DateTimeOffset now = time.GetUtcNow();
            await WriteAsync(transaction => AlertWriter.Tidy(transaction, now));
        }
    }

    // What waited in the queue while the turn ended is not written over what the next one found.
    private async Task<bool> WriteAsync(Action<StoreTransaction> write)
    {
        long turn = _turn;
        var work = new DirectWork<bool>(transaction =>
        {
            if (!jobs.Holds(transaction, turn))
            {
                return false;
            }

            write(transaction);
            return true;
        });
        return (await work.RunAsync(writer)).Result;
    }
}
