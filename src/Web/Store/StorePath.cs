using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store;

/// <summary>A store in an SQLite file: where it lies and how it is opened.</summary>
internal sealed class StorePath(string folder) : StoreEngine
{
    private const int BusyTimeoutMilliseconds = 5_000;
    private const int CommandTimeoutSeconds = 10;
    private const int MaxFindings = 20;

    // Snapshots of a fleet go to random places of the indexes: pages that are dirty stay at hand until the commit, and are taken over from the log together.
    private const int WriterCacheKiB = 32 << 10;
    private const int CheckpointPages = 4_000;

    // Not the later of both: what was saved while the dashboard's clock was ahead must go.
    private const string SeenSql = "UPDATE hosts SET last_seen_us = @at WHERE host_id = @host";

    /// <inheritdoc/>
    public override string Folder => folder;

    /// <summary>The database file.</summary>
    public string File { get; } = Path.Combine(folder, "tdxdash.db");

    /// <inheritdoc/>
    public override string Name => File;

    /// <inheritdoc/>
    public override string Library => $"SQLite {SqliteLibrary.LoadedVersion()}";

    /// <inheritdoc/>
    public override int Schema => StoreSchema.Current.Version;

    /// <inheritdoc/>
    public override bool IsThere => System.IO.File.Exists(File);

    /// <inheritdoc/>
    public override string BodyNumber => "rowid";

    /// <inheritdoc/>
    public override string LastAlertEvent => "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'alert_events'), 0)";

    /// <inheritdoc/>
    public override string? Prepare(TimeProvider time)
    {
        SqliteLibrary.Require(SqliteLibrary.LoadedVersion());
        RestoreMarker.Refuse(this);
        return StoreSchema.Current.Prepare(this, time);
    }

    /// <inheritdoc/>
    public override void PrepareBeside(bool makes)
    {
        RestoreMarker.Refuse(this);
        if (!IsThere)
        {
            if (!makes)
            {
                throw new StartRefusedException($"There is no database {File}. Start the dashboard once, or name its folder with --TdxDash:DataFolder FOLDER.");
            }

            using StoreLock only = StoreLock.Take(this);
            StoreSchema.Current.Prepare(this, TimeProvider.System);
            return;
        }

        using SqliteConnection connection = OpenReader();
        int found = connection.QuerySingle<int>("PRAGMA user_version");
        if (found != Schema)
        {
            throw new StartRefusedException($"The database {File} has schema {found}, and this version of TdxDash {Schema}. Start the dashboard of this version once, and run the command again.");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="StartRefusedException">SQLite does not do WAL there.</exception>
    public override SqliteConnection OpenWriter()
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

    /// <inheritdoc/>
    public override void Spare(DbConnection writer)
    {
        // The cache of pages fills while a fleet's first snapshots come, and is of no use to the signs of life after them.
        writer.Execute("PRAGMA shrink_memory");
        base.Spare(writer);
    }

    /// <inheritdoc/>
    public override SqliteConnection OpenBeside()
    {
        SqliteConnection connection = OpenWriter();
        // The dashboard beside it is the one that moves the log into the database.
        connection.Execute("PRAGMA wal_autocheckpoint=0");
        return connection;
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

    /// <inheritdoc/>
    public override SqliteConnection OpenReader() => Open(SqliteOpenMode.ReadOnly, pooling: true);

    /// <summary>Opens a connection as it comes, without touching the file's modes.</summary>
    public SqliteConnection OpenPlain() => Open(SqliteOpenMode.ReadWrite, pooling: false);

    /// <inheritdoc/>
    public override void CloseReaders()
    {
        using SqliteConnection reader = Make(SqliteOpenMode.ReadOnly, pooling: true);
        SqliteConnection.ClearPool(reader);
    }

    /// <inheritdoc/>
    public override DbTransaction Begin(DbConnection connection) => ((SqliteConnection)connection).BeginTransaction(deferred: false);

    /// <inheritdoc/>
    public override void SaveSeen(StoreTransaction transaction, IReadOnlyList<SignOfLife> seen, long now)
    {
        foreach (SignOfLife sign in seen)
        {
            transaction.Execute(SeenSql, ("@at", sign.At), ("@host", sign.HostId));
        }
    }

    /// <inheritdoc/>
    public override string ReasonOf(Exception failure) => failure is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL }
        ? $"The disk of the dashboard's data folder {Folder} is full; free some space."
        : $"The dashboard could not write its database {File}: {failure.Message}";

    /// <inheritdoc/>
    public override bool IsOfOneWork(Exception failure) => false;

    /// <inheritdoc/>
    public override StartRefusedException? RefusalOf(DbException failure) => IsDamage(failure) ? StoreSchema.Damaged(this, failure.Message) : null;

    /// <inheritdoc/>
    public override StoreSize Size(DbConnection connection, bool exactly)
    {
        long page = connection.QuerySingle<long>("PRAGMA page_size");
        long total = connection.QuerySingle<long>("PRAGMA page_count") * page;
        return new StoreSize(total - (connection.QuerySingle<long>("PRAGMA freelist_count") * page), total);
    }

    /// <inheritdoc/>
    public override (long? Database, long? Log) FileBytes() => (SizeOf(File), SizeOf(File + "-wal"));

    /// <inheritdoc/>
    public override List<string> CheckStructure(CancellationToken cancellation)
    {
        using SqliteConnection connection = OpenReader();
        using CancellationTokenRegistration stop = cancellation.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
        try
        {
            List<string> lines = [.. connection.Query<string>($"PRAGMA integrity_check({MaxFindings})").Select(line => line.ReplaceLineEndings(" "))];
            return lines is ["ok"] ? [] : lines;
        }
        catch (SqliteException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (SqliteException e) when (IsDamage(e))
        {
            return [e.Message];
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, object Value)> Facts(DbConnection connection) =>
    [
        ("schema", connection.QuerySingle<long>("PRAGMA user_version")),
        ("pageSize", connection.QuerySingle<long>("PRAGMA page_size")),
        ("pages", connection.QuerySingle<long>("PRAGMA page_count")),
        ("freePages", connection.QuerySingle<long>("PRAGMA freelist_count")),
        ("journalMode", connection.QuerySingle<string>("PRAGMA journal_mode")),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables(DbConnection connection) =>
        connection.Query<string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name").AsList();

    /// <inheritdoc/>
    public override bool HasColumn(DbConnection connection, string table, string column) =>
        connection.QuerySingle<int>("SELECT count(*) FROM pragma_table_info(@table) WHERE name = @column", new { table, column }) > 0;

    /// <inheritdoc/>
    public override string Describe(DbConnection connection) =>
        string.Concat(connection.Query<string>("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name").Select(sql => sql + ";\n"));

    private static bool IsDamage(DbException failure) => failure is SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB };

    private static long SizeOf(string file) => new FileInfo(file) is { Exists: true } found ? found.Length : 0;

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
