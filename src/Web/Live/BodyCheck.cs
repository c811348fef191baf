using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.Planning;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live;

/// <summary>Reads the latest body of every host once after the start, since the rows of the fleet come from stored digests: a body that is
/// damaged is found and asked for again, a row that this version works out otherwise is corrected, and the planner learns the machine. In the background, on one core for a
/// fifth of the time: the first visitors come first.</summary>
internal sealed class BodyCheck(FleetView fleet, SnapshotReader bodies, MakeDigest makeDigest, FleetPlanner planner, TimeProvider time, IHostApplicationLifetime life, ILogger<BodyCheck> log) : BackgroundService
{
    private const int RestPerWork = 4;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartedAsync(stoppingToken);
            foreach (HostEntry entry in fleet.Hosts)
            {
                long started = time.GetTimestamp();
                Check(entry);
                await Task.Delay(time.GetElapsedTime(started) * RestPerWork, time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The next start reads them all again.
        }
    }

    private async Task StartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = life.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping);
    }

    private void Check(HostEntry entry)
    {
        try
        {
            Snapshot body = bodies.Read(entry.Hash);
            fleet.Correct(entry.HostId, entry.Hash, makeDigest(body).Summary);
            planner.Learn(entry.Hash, body);
        }
        // The edge of each host: one that fails must not keep the others unread.
        catch (Exception e)
        {
            fleet.MarkDamaged(entry.HostId, entry.Hash);
            StoreLog.LatestUnreadable(log, entry.HostId, entry.Hash.ToString(), e.Message, e);
        }
    }
}
