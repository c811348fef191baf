using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store.Care;

/// <summary>One change of the store from the command line, beside a dashboard that runs: whoever may write its database may do anything to it already.</summary>
internal static class CommandTransaction
{
    /// <summary>Makes the change, all of it or nothing.</summary>
    /// <param name="path">The store.</param>
    /// <param name="change">The statements.</param>
    /// <param name="makes">Whether a folder that no dashboard has used yet gets its database.</param>
    /// <returns>What the change gives.</returns>
    /// <exception cref="StartRefusedException">There is no database, it is of another version, a restore into it was cut off, or it cannot be written.</exception>
    public static T Run<T>(StorePath path, Func<StoreTransaction, T> change, bool makes = false)
    {
        RestoreMarker.Refuse(path);
        try
        {
            Prepare(path, makes);
            using SqliteConnection connection = path.OpenWriter();
            // The dashboard beside it is the one that moves the log into the database.
            connection.Execute("PRAGMA wal_autocheckpoint=0");
            using SqliteTransaction sqlite = connection.BeginTransaction(deferred: false);
            T result = change(new StoreTransaction(connection, sqlite, new PreparedStatements(connection), new TextPool()));
            sqlite.Commit();
            return result;
        }
        catch (SqliteException e)
        {
            throw new StartRefusedException($"Nothing could be stored in {path.File}: {e.Message} Run the command as the user of the dashboard, and name its folder with --TdxDash:DataFolder FOLDER.", e);
        }
    }

    // One of another version is the dashboard's own to bring up to date.
    private static void Prepare(StorePath path, bool makes)
    {
        if (!File.Exists(path.File))
        {
            if (!makes)
            {
                throw new StartRefusedException($"There is no database {path.File}. Start the dashboard once, or name its folder with --TdxDash:DataFolder FOLDER.");
            }

            using StoreLock only = StoreLock.Take(path);
            StoreSchema.Current.Prepare(path, TimeProvider.System);
            return;
        }

        using SqliteConnection connection = path.OpenReader();
        int found = connection.QuerySingle<int>("PRAGMA user_version");
        if (found != StoreSchema.Current.Version)
        {
            throw new StartRefusedException($"The database {path.File} has schema {found}, and this version of TdxDash {StoreSchema.Current.Version}. Start the dashboard of this version once, and run the command again.");
        }
    }
}
