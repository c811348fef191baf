using Dapper;
using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store;

/// <summary>Where the database lies and how it is opened.</summary>
internal sealed class StorePath(string folder)
{
    private const int BusyTimeoutMilliseconds = 5_000;
    private const int CommandTimeoutSeconds = 10;

    // Snapshots of a fleet go to random places of the indexes: pages that are dirty stay at hand until the commit, and are taken over from the log together.
    private const int WriterCacheKiB = 32 << 10;
    private const int CheckpointPages = 4_000;

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>The database file.</summary>
    public string File { get; } = Path.Combine(folder, "tdxdash.db");

    /// <summary>Opens the one connection that writes: WAL, every commit flushed to the disk.</summary>
    /// <exception cref="StartRefusedException">SQLite does not do WAL there.</exception>
    public SqliteConnection OpenWriter()
    {
        SqliteConnection connection = Open(SqliteOpenMode.ReadWriteCreate, pooling: false);
        try
        {
            RequireWal(connection);
            connection.Execute($"PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-{WriterCacheKiB}; PRAGMA wal_autocheckpoint={CheckpointPages};");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Puts a connection into WAL mode. SQLite answers with the mode that it stays in, instead of an error, where it cannot.</summary>
    /// <exception cref="StartRefusedException">It cannot.</exception>
    internal void RequireWal(SqliteConnection connection)
    {
        string mode = connection.QuerySingle<string>("PRAGMA journal_mode=WAL");
        if (mode != "wal")
        {
            throw new StartRefusedException($"The database {File} stays in journal mode {mode} where WAL is needed. Put the data folder on a local file system: set TdxDash:DataFolder.");
        }
    }

    /// <summary>Opens a connection that cannot write.</summary>
    public SqliteConnection OpenReader() => Open(SqliteOpenMode.ReadOnly, pooling: true);

    /// <summary>Opens a connection as it comes, without touching the file's modes.</summary>
    public SqliteConnection OpenPlain() => Open(SqliteOpenMode.ReadWrite, pooling: false);

    /// <summary>Closes idle readers.</summary>
    public void CloseReaders()
    {
        using SqliteConnection reader = Make(SqliteOpenMode.ReadOnly, pooling: true);
        SqliteConnection.ClearPool(reader);
    }

    private SqliteConnection Open(SqliteOpenMode mode, bool pooling)
    {
        SqliteConnection connection = Make(mode, pooling);
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout={BusyTimeoutMilliseconds}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private SqliteConnection Make(SqliteOpenMode mode, bool pooling) => new(new SqliteConnectionStringBuilder
    {
        DataSource = File,
        Mode = mode,
        Pooling = pooling,
        DefaultTimeout = CommandTimeoutSeconds,
    }.ToString());
}
