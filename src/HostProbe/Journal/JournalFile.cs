using Microsoft.Data.Sqlite;

namespace TdxDash.HostProbe.Journal;

/// <summary>The probe's own SQLite file: opened by one process at a time, every commit on the disk before it returns unless it says otherwise.</summary>
internal sealed class JournalFile : IDisposable
{
    /// <summary>The file's name in the state folder.</summary>
    public const string FileName = "journal.db";

    private const int BusySeconds = 2;

    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    private JournalFile(SqliteConnection connection, string path)
    {
        _connection = connection;
        Path = path;
        Statements = new KeptStatements(connection);
        HostId = connection.Scalar<string>("SELECT value FROM meta WHERE name = 'host_id'");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is run again and again; only within <see cref="Run"/> and <see cref="RunUnflushed"/>.</summary>
    public KeptStatements Statements { get; }

    /// <summary>The host's identity, made with the journal: a GUID in its 36-character form.</summary>
    public string HostId { get; }

    /// <summary>Opens the journal, or makes it where there is no file. A file that is there is never replaced.</summary>
    /// <param name="folder">The state folder; made when absent.</param>
    /// <exception cref="JournalException">It is in use, damaged, of a newer schema, or not accessible.</exception>
    public static JournalFile Open(string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        if (SqliteLibrary.Refusal(SQLitePCL.raw.sqlite3_libversion_number()) is string refusal)
        {
            throw new JournalException(refusal);
        }

        string path = System.IO.Path.Combine(System.IO.Path.GetFullPath(folder), FileName);
        MakeFolder(folder, path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Pooling = false,
            ForeignKeys = true,
            DefaultTimeout = BusySeconds,
        }.ToString());
        try
        {
            connection.Open();
            Prepare(connection, path);
            return new JournalFile(connection, path);
        }
        catch (SqliteException e)
        {
            connection.Dispose();
            throw JournalException.From(path, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Runs statements; callers on several threads take turns.</summary>
    /// <exception cref="JournalException">SQLite refused.</exception>
    public T Run<T>(Func<SqliteConnection, T> work)
    {
        lock (_gate)
        {
            try
            {
                return work(_connection);
            }
            catch (SqliteException e)
            {
                throw JournalException.From(Path, e);
            }
        }
    }

    /// <summary>Runs statements that are flushed with the next ones that have to be, and not before: where the power fails meanwhile they are undone as if they had never been run,
    /// which must do no harm.</summary>
    /// <exception cref="JournalException">SQLite refused.</exception>
    public T RunUnflushed<T>(Func<SqliteConnection, T> work) => Run(connection =>
    {
        connection.Execute("PRAGMA synchronous = NORMAL");
        try
        {
            return work(connection);
        }
        finally
        {
            connection.Execute("PRAGMA synchronous = FULL");
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _connection.Dispose();
        }
    }

    private static void MakeFolder(string folder, string path)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"The folder of journal {path} cannot be made ({e.Message}). Make it for this user, or name another state folder.", inner: e);
        }
    }

    private static void Prepare(SqliteConnection connection, string path)
    {
        // Exclusive: SQLite itself keeps a second probe out, and the kernel lets go of the lock when this one is killed.
        connection.Execute($"PRAGMA busy_timeout = {BusySeconds * 1000}");
        connection.Execute("PRAGMA locking_mode = EXCLUSIVE");
        int version = JournalSchema.Check(connection, path);
        string mode = connection.Scalar<string>("PRAGMA journal_mode = WAL");
        if (mode != "wal")
        {
            throw new JournalException($"Journal {path} stays in journal mode {mode} where WAL is needed. Put the state folder on a local file system.");
        }

        connection.Execute("PRAGMA synchronous = FULL");
        string finding = connection.Scalar<string>("PRAGMA quick_check(1)");
        if (finding != "ok")
        {
            throw JournalException.Damage(path, finding);
        }

        try
        {
            JournalSchema.Backup(connection, path, version);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"Journal {path} has schema {version}, and cannot be copied before it is brought to {JournalSchema.Current}: {e.Message} See that the state folder is writable and has room.", inner: e);
        }

        JournalSchema.Upgrade(connection, version);
    }
}
