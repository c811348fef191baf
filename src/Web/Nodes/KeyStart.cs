using System.Data.Common;
using Dapper;
using Microsoft.AspNetCore.DataProtection;
using Npgsql;
using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>Sees to it that nodes that start at the same time begin with the same keys: one after the other adds those of the key files in its data folder, where there are
/// any, to those that are there, and the first makes one where there is none.</summary>
/// <param name="store">The database.</param>
/// <param name="provider">Makes a key where there is none.</param>
/// <param name="loggers">Makes logs.</param>
internal sealed class KeyStart(PostgresStore store, IDataProtectionProvider provider, ILoggerFactory loggers) : IHostedService
{
    private const string TurnSql = $"SELECT pg_advisory_lock({PostgresStore.LockClass}, 5)";

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">The database does not answer; the message says why and what to do.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Begin();
        }
        catch (DbException e) when (store.RefusalOf(e) is { } refusal)
        {
            throw refusal;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Begin()
    {
        using NpgsqlConnection connection = store.OpenPlain();
        connection.Execute(TurnSql);
        DataKeys.TakeOver(connection, store.Folder, loggers);
        // Reads the keys, and makes one where none holds.
        provider.CreateProtector("TdxDash.Start").Protect([]);
    }
}
