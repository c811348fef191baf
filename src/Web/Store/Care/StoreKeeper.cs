using Microsoft.Data.Sqlite;
using TdxDash.Web.Live;
using TdxDash.Web.Options;

namespace TdxDash.Web.Store.Care;

/// <summary>Looks after the database in the background: checks it after the start and once a day, and applies retention every hour.</summary>
internal sealed class StoreKeeper(
    StorePath path, StoreWriter writer, StoreCondition condition, DashboardOptions options, TimeProvider time, ILogger<StoreKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromHours(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _checking = new(1);

    /// <summary>Checks the database now. What is found is logged and shown; structural damage stops the writer.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        await _checking.WaitAsync(cancellation);
        try
        {
            DateTimeOffset began = time.GetUtcNow();
            condition.Check = condition.Check with { Stage = CheckStage.Running, At = began };
            IntegrityFindings found = await new IntegrityCheck(path).RunAsync(gently: true, cancellation);
            Report(found, began);
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            StoreLog.CheckFailed(log, e);
            condition.Check = condition.Check with { Stage = CheckStage.Failed, At = time.GetUtcNow(), Findings = [e.Message] };
        }
        finally
        {
            _checking.Release();
        }
    }

    /// <summary>Applies the rule.</summary>
    /// <returns>How many snapshots went.</returns>
    /// <exception cref="IOException">The store did not keep it.</exception>
    public async Task<long> RetainAsync(CancellationToken cancellation)
    {
        RetentionPlan plan = new RetentionReader(path).Plan(options.Retention, UnixTime.ToMicroseconds(time.GetUtcNow()));
        long removed = 0;
        for (long? after = plan.Snapshots == 0 ? null : 0; after is { } from;)
        {
            cancellation.ThrowIfCancellationRequested();
            (long count, after) = await new RetentionWork(plan.Before, from).RunAsync(writer);
            removed += count;
        }

        if (removed > 0)
        {
            StoreLog.Retained(log, removed, UnixTime.FromMicroseconds(plan.Before));
        }

        return removed;
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
            DateTimeOffset due = time.GetUtcNow();
            do
            {
                if (time.GetUtcNow() >= due)
                {
                    due = time.GetUtcNow() + CheckEvery;
                    await CheckAsync(stoppingToken);
                }

                await TryRetainAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // Whatever was under way begins anew after the next start.
        }
    }

    private async Task TryRetainAsync(CancellationToken cancellation)
    {
        try
        {
            await RetainAsync(cancellation);
        }
        catch (Exception e) when (e is SqliteException or IOException)
        {
            StoreLog.RetentionFailed(log, e);
        }
    }

    private void Report(IntegrityFindings found, DateTimeOffset began)
    {
        TimeSpan took = time.GetUtcNow() - began;
        IReadOnlyList<string> findings = [.. found.Structure, .. found.Bodies.Select(hash => $"The body of snapshot {hash} is not what was stored, or is gone; it heals when a probe delivers it again."),
            .. found.Events == 0 ? [] : new[] { $"{found.Events} events of TDX modules cannot be read; they are left out of every page and of what hosts are said to be at." }];
        if (found.Structure.Count > 0)
        {
            writer.Refuse($"The database {path.File} is damaged: {found.Structure[0]}. Nothing more is written to it; pages show what can be read, and probes keep "
                + "their snapshots. Stop the dashboard, move the file and its -wal and -shm files away, put a backup in its place, and start again.");
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
