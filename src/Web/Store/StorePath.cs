using Dapper;
using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store;

/// <summary>Where the database lies and how it is opened.</summary>
internal sealed class StorePath(string folder)
{
    private const int BusyTimeoutMilliseconds = 5_000;
    private const int CommandTimeoutSeconds = 10;

    /// <summary>The folder.</summary>
    public string Folder => folder;

    /// <summary>The database file.</summary>
    public string File { get; } = Path.Combine(folder, "tdxdash.db");

    /// <summary>Opens the one connection that writes: WAL, every commit flushed to the disk.</summary>
    public SqliteConnection OpenWriter()
    {
        SqliteConnection connection = Open(SqliteOpenMode.ReadWriteCreate, pooling: false);
        connection.Execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;");
        return connection;
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
