using System.Data.Common;
using Dapper;
using TdxDash.Web.Live;
using TdxDash.Web.Nodes;
using TdxDash.Web.Options;

namespace TdxDash.Web.Store.Care;

/// <summary>Looks after the database in the background: checks it after the start and once a day, and applies retention every hour.</summary>
internal sealed class StoreKeeper(
    StoreEngine store, StoreWriter writer, StoreCondition condition, JobTurn jobs, DashboardOptions options, TimeProvider time, ILogger<StoreKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromDays(1);

    // Ticks of the timer are not exact.
    private static readonly TimeSpan CheckAfter = CheckEvery - (Round / 2);

    private readonly SemaphoreSlim _checking = new(1);
    private readonly ClockTrust _clock = new(time);
    private long? _checkedAt;
    private string? _held;

    /// <summary>Why nothing is removed by age at present; null while the rule is applied.</summary>
    public string? Held => Volatile.Read(ref _held);

    /// <summary>Whether the daily check is due, by the monotonic clock.</summary>
    internal bool IsCheckDue => _checkedAt is not { } at || time.GetElapsedTime(at) >= CheckAfter;

    /// <summary>Checks the database now. What is found is logged and shown; structural damage stops the writer.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await _checking.WaitAsync(cancellation);
        (long? checkedAt, CheckReport report) = (_checkedAt, condition.Check);
        try
        {
            long began = time.GetTimestamp();
            _checkedAt = began;
            condition.Check = condition.Check with { Stage = CheckStage.Running, At = time.GetUtcNow() };
            IntegrityFindings found = await new IntegrityCheck(store).RunAsync(gently: true, cancellation);
            Report(found, began);
        }
        catch (OperationCanceledException)
        {
            // It is as due as before.
            (_checkedAt, condition.Check) = (checkedAt, report);
            throw;
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            StoreLog.CheckFailed(log, e);
            condition.Check = condition.Check with { Stage = CheckStage.Failed, At = time.GetUtcNow(), Findings = [e.Message] };
        }
        finally
        {
            _checking.Release();
        }
    }

    /// <summary>Applies the rule, without its age while the clock is not believed: what is removed does not come back, and size does not ask the clock.</summary>
    /// <returns>How many snapshots and observations went.</returns>
    /// <exception cref="IOException">The store did not keep it.</exception>
    public async Task<(long Snapshots, long Events)> RetainAsync(CancellationToken cancellation)
    {
        RetentionRule rule = Hold(_clock.Look()) ? options.Retention with { Age = null } : options.Retention;
        RetentionPlan plan = new RetentionReader(store).Plan(rule, UnixTime.ToMicroseconds(time.GetUtcNow()));
        long snapshots = plan.Snapshots == 0 ? 0 : await RunPiecesAsync(from => new RetentionWork(plan.Before, from).RunAsync(writer), cancellation);
        long events = plan.Events == 0 ? 0 : await RunPiecesAsync(from => new EventRetentionWork(plan.Before, from).RunAsync(writer), cancellation);
        if (snapshots + events > 0)
        {
            StoreLog.Retained(log, snapshots, events, UnixTime.FromMicroseconds(plan.Before));
        }

        return (snapshots, events);
    }

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anybody is heard of by a clock that may be wrong.
        Begin();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _checking.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The start itself is not held up.
        await Task.Yield();
        try
        {
            using var timer = new PeriodicTimer(Round, time);
            do
            {
                while (!await jobs.RunAsync(CareAsync, stoppingToken))
                {
                    // Begins anew with the next turn.
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Whatever was under way begins anew after the next start.
        }
    }

    /// <summary>Compares the clock with the time when the store was last in use.</summary>
    internal void Begin()
    {
        using DbConnection connection = store.OpenReader();
        long? last = connection.QuerySingle<long?>("SELECT max(last_seen_us) FROM hosts");
        _clock.Begin(last is { } at ? UnixTime.FromMicroseconds(at) : null);
    }

    private static async Task<long> RunPiecesAsync(Func<long, Task<(long Removed, long? Next)>> run, CancellationToken cancellation)
    {
        long removed = 0;
        for (long? after = 0; after is { } from;)
        {
            cancellation.ThrowIfCancellationRequested();
            (long count, after) = await run(from);
            removed += count;
        }

        return removed;
    }

    private async Task CareAsync(CancellationToken cancellation)
    {
        if (IsCheckDue)
        {
            await CheckAsync(cancellation);
        }

        await TryRetainAsync(cancellation);
    }

    private bool Hold(string? doubt)
    {
        if (options.Retention.Age is null || doubt == _held)
        {
            return _held is not null;
        }

        if (doubt is not null)
        {
            StoreLog.RetentionHeld(log, doubt);
        }
        else
        {
            StoreLog.RetentionGoesOn(log);
        }

        Volatile.Write(ref _held, doubt);
        return doubt is not null;
    }

    private async Task TryRetainAsync(CancellationToken cancellation)
    {
        try
        {
            await RetainAsync(cancellation);
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            StoreLog.RetentionFailed(log, e);
        }
    }

    private void Report(IntegrityFindings found, long began)
    {
        TimeSpan took = time.GetElapsedTime(began);
        IReadOnlyList<string> findings = [.. found.Structure, .. found.Bodies.Select(hash => $"The body of snapshot {hash} is not what was stored, or is gone; it heals when a probe delivers it again."),
            .. found.Events == 0 ? [] : new[] { $"{found.Events} events of TDX modules cannot be read; they are left out of every page and of what hosts are said to be at." }];
        if (found.Structure.Count > 0)
        {
            writer.Refuse($"The database {store.Name} is damaged: {found.Structure[0]}. Nothing more is written to it; pages show what can be read, and probes keep "
                + "their snapshots. Stop the dashboard, put a backup in its place with 'TdxDash.Web restore FILE', which keeps what is there, and start again.");
        }

        if (findings.Count > 0)
        {
            StoreLog.Damaged(log, findings.Count, findings[0]);
        }
        else
        {
            StoreLog.Sound(log, found.Checked, took.TotalSeconds);
        }

        condition.Check = new CheckReport(findings.Count > 0 ? CheckStage.Damaged : CheckStage.Sound, time.GetUtcNow(), took, found.Checked, findings);
    }
}
