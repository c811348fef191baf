using System.Data.Common;
using TdxDash.Web.Health;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Nodes;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>Opens the store before the dashboard listens, and closes it after the last request.</summary>
internal sealed class StoreService(StorePath path, StoreEngine store, StoreWriter writer, FleetView fleet, ReinitView reinit, AccountBook accounts, StartSteps steps, TimeProvider time,
    ILogger<StoreService> log, NodeFeed? nodes = null) : IHostedService, IDisposable
{
    private StoreLock? _lock;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _lock = StoreLock.Take(path);
        string? backup = store.Prepare(time);
        steps.HasSchema = true;
        try
        {
            writer.Start();
            _ = writer.TryEnqueue(new StartedWork(UnixTime.ToMicroseconds(time.GetUtcNow())));
            StoreLog.Opened(log, store.Name, store.Schema, store.Library);
            if (backup is not null)
            {
                StoreLog.Migrated(log, backup);
            }

            nodes?.Begin();
            fleet.Load();
            reinit.Load();
            accounts.Load();
            steps.HasFleet = true;
        }
        catch (DbException e) when (store.RefusalOf(e) is { } refusal)
        {
            throw refusal;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // The last connection to close checkpoints and removes the log, and only the writer can.
        store.CloseReaders();
        await writer.DisposeAsync();
        _lock?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();
}
