using Microsoft.Data.Sqlite;
using TdxDash.Web.Health;
using TdxDash.Web.Live;
using TdxDash.Web.Live.Reinit;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>Opens the store before the dashboard listens, and closes it after the last request.</summary>
internal sealed class StoreService(StorePath path, StoreWriter writer, FleetView fleet, ReinitView reinit, AccountBook accounts, StartSteps steps, TimeProvider time,
    ILogger<StoreService> log) : IHostedService, IDisposable
{
    private StoreLock? _lock;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        string library = SqliteLibrary.LoadedVersion();
        SqliteLibrary.Require(library);
        _lock = StoreLock.Take(path);
        RestoreMarker.Refuse(path);
        string? backup = StoreSchema.Current.Prepare(path, time);
        steps.HasSchema = true;
        try
        {
            writer.Start();
            _ = writer.TryEnqueue(new StartedWork(UnixTime.ToMicroseconds(time.GetUtcNow())));
            StoreLog.Opened(log, path.File, StoreSchema.Current.Version, library);
            if (backup is not null)
            {
                StoreLog.Migrated(log, backup);
            }

            fleet.Load();
            reinit.Load();
            accounts.Load();
            steps.HasFleet = true;
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            throw StoreSchema.Damaged(path, e.Message);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // The last connection to close checkpoints and removes the log, and only the writer can.
        path.CloseReaders();
        await writer.DisposeAsync();
        _lock?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _lock?.Dispose();
}
