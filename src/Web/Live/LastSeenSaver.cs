using TdxDash.Web.Store;

namespace TdxDash.Web.Live;

/// <summary>Saves signs of life every few seconds and at the stop: a heartbeat is worth no flush of its own.</summary>
internal sealed class LastSeenSaver(FleetView fleet, StoreWriter writer, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAsync();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SaveAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The stop saves what is left.
        }
    }

    // What a full queue or a failed commit loses is a time that the next heartbeat brings again.
    private async Task SaveAsync()
    {
        IReadOnlyList<(string HostId, long At)> seen = fleet.TakeUnsaved();
        var work = new LastSeenWork(seen);
        if (seen.Count > 0 && writer.TryEnqueue(work) is null)
        {
            await work.Done;
        }
    }
}
