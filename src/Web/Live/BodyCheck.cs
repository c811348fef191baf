using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store;

namespace TdxDash.Web.Live;

/// <summary>Reads the latest body of every host once after the start, since the rows of the fleet come from stored digests: a body that is
/// damaged is found and asked for again, and a row that this version works out otherwise is corrected. In the background, on one core for at
/// most half of the time.</summary>
internal sealed class BodyCheck(FleetView fleet, SnapshotReader bodies, Summarise summarise, TimeProvider time, ILogger<BodyCheck> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host waits for the first await of a service before it starts the next one.
        await Task.Yield();
        try
        {
            foreach (HostEntry entry in fleet.Hosts)
            {
                long started = time.GetTimestamp();
                Check(entry);
                await Task.Delay(time.GetElapsedTime(started), time, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The next start reads them all again.
        }
    }

    private void Check(HostEntry entry)
    {
        try
        {
            fleet.Correct(entry.HostId, entry.Hash, summarise(bodies.Read(entry.Hash)));
        }
        // The edge of each host: one that fails must not keep the others unread.
        catch (Exception e)
        {
            fleet.MarkDamaged(entry.HostId, entry.Hash);
            StoreLog.LatestUnreadable(log, entry.HostId, entry.Hash.ToString(), e.Message, e);
        }
    }
}
