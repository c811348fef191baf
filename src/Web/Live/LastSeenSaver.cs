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
        try
        {
            await SaveAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // A database that hangs holds up no stop.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(store.SignsEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await SaveAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // The stop saves what is left.
        }
    }

    private async Task SaveAsync(CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        SignsOfLife signs = fleet.TakeUnsaved();
        var work = new SignsWork(signs, UnixTime.ToMicroseconds(time.GetUtcNow()));
        bool isSaved = false;
        try
        {
            isSaved = writer.TryEnqueue(work) is null && await work.Done.WaitAsync(cancellation);
        }
        finally
        {
            if (!isSaved)
            {
                fleet.PutBack(signs);
            }
        }

        if (isSaved)
        {
            horizon?.Saved(began);
        }
    }
}
