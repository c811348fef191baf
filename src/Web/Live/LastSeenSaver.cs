using TdxDash.Web.Store;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Live;

/// <summary>Saves signs of life, the hosts' and the dashboard's own, every few seconds and at the stop: a heartbeat is worth no flush of its own.</summary>
internal sealed class LastSeenSaver(FleetView fleet, StoreEngine store, StoreWriter writer, TimeProvider time, SignHorizon? horizon = null) : BackgroundService
{
    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAsync();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(store.SignsEvery, time);
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

    private async Task SaveAsync()
    {
        long began = time.GetTimestamp();
        SignsOfLife signs = fleet.TakeUnsaved();
        var work = new SignsWork(signs, UnixTime.ToMicroseconds(time.GetUtcNow()));
        if (writer.TryEnqueue(work) is not null || !await work.Done)
        {
            fleet.PutBack(signs);
            return;
        }

        horizon?.Saved(began);
    }
}
