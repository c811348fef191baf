using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using TdxDash.Web.Options;
using TdxDash.Web.Store.Care;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Store.Postgres;

/// <summary>A store in a PostgreSQL database.</summary>
/// <param name="folder">The dashboard's data folder, for its key files.</param>
/// <param name="options">How to reach the database.</param>
/// <param name="isDashboard">Whether a dashboard itself writes, which others see.</param>
internal sealed class PostgresStore(string folder, PostgresOptions options, bool isDashboard) : StoreEngine
{
    // Locks that sessions of a database agree on by number: "TDXD", and which.
    private const string TurnLock = $"{LockClass}, 1", DashboardLock = $"{LockClass}, 2";

    // Whoever stopped in the middle, as a machine that was put to sleep, gives the turn back, and one that is gone without a word its locks. Commits wait for the disk, and for a standby where the server is set so.
    private const string WriterSql = $"""
        {KeepaliveSql}
        SET idle_in_transaction_session_timeout = '30s';
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');
        """;

    // Dashboards hold it together, and who fills a database holds it alone. The session of a dashboard that was killed this moment takes one to go.
    private const string TogetherSql = $"SET lock_timeout = '5s'; SELECT pg_advisory_lock_shared({DashboardLock}); SET lock_timeout = '20s';";
    private const string AloneSql = $"SET lock_timeout = '5s'; SELECT pg_advisory_lock({DashboardLock}); SET lock_timeout = '20s';";

    // Of what several nodes heard the latest holds, by the one clock that they share: a node that stood still comes with old signs, and one whose own clock was set heals what it saved before.
    private const string SeenSql = """
        UPDATE hosts SET last_seen_us = s.at, seen_by = @node, heard_us = c.now - s.ago, dropped = coalesce(s.dropped, hosts.dropped)
        FROM unnest(@hosts, @times, @agos, @drops) AS s (host_id, at, ago, dropped), (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now) c
        WHERE hosts.host_id = s.host_id AND (hosts.heard_us IS NULL OR hosts.heard_us <= c.now - s.ago)
        """;

    private const string UsedSql = """
        SELECT (SELECT coalesce(sum(@row + coalesce(length(digest), 0)), 0) FROM snapshots) + (SELECT coalesce(sum(length(body)), 0) FROM bodies)
            + (SELECT coalesce(sum(@eventRow + length(body)), 0) FROM events)
        """;

    private const string TotalSql = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'";

    private static readonly string[] ToldSettings =
        ["synchronous_commit", "fsync", "full_page_writes", "data_checksums", "wal_level", "max_connections", "shared_buffers", "server_encoding", "lc_collate"];

    /// <summary>The first number of all locks that dashboards agree on: "TDXD".</summary>
    internal const string LockClass = "1413764164";

    /// <summary>The number of the lock that every dashboard holds as long as it writes.</summary>
    internal const string DashboardLockNumber = "2";

    /// <summary>Has the server notice within some ten seconds that the machine at the other end is gone.</summary>
    internal const string KeepaliveSql = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;";

    private readonly NpgsqlConnectionStringBuilder _address = Complete(new NpgsqlConnectionStringBuilder(options.Connection));
    private readonly Lock _gate = new();
    private NpgsqlDataSource? _readers;
    private int _writerSession;

    /// <summary>The name of this process among dashboards that use the same database; another one after each start.</summary>
    public string Node { get; } = Guid.NewGuid().ToString("N");

    /// <inheritdoc/>
    public override string Folder => folder;

    /// <inheritdoc/>
    public override bool IsShared => true;

    // Others take a host for silent that they hear nothing of for 15 s: a heartbeat that comes each 5 s, is saved within 2 s and read within 2 s is 9 s old at most.
    /// <inheritdoc/>
    public override TimeSpan SignsEvery => TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override string Name => $"PostgreSQL database {_address.Database} at {_address.Host}:{_address.Port}";

    /// <inheritdoc/>
    public override string Library
    {
        get
        {
            using DbConnection connection = OpenReader();
            return $"PostgreSQL {connection.ServerVersion}";
        }
    }

    /// <inheritdoc/>
    public override int Schema => PostgresSchema.Current.Version;

    /// <inheritdoc/>
    public override bool IsThere
    {
        get
        {
            using DbConnection connection = OpenReader();
            return PostgresSchema.VersionOf(connection) > 0;
        }
    }

    /// <inheritdoc/>
    public override string BodyNumber => "id";

    /// <inheritdoc/>
    public override string LastAlertEvent => "coalesce(pg_sequence_last_value(pg_get_serial_sequence('alert_events', 'id')::regclass), 0)";

    /// <summary>The command that copies the database to a file, and the one that puts it back.</summary>
    /// <param name="file">The file's name.</param>
    public (string Dump, string Restore) Commands(string file)
    {
        string at = $"--host={_address.Host} --port={_address.Port} --username={_address.Username ?? "tdxdash"} --dbname={_address.Database}";
        return ($"pg_dump --format=custom --file={file} {at}", $"pg_restore --clean --if-exists --single-transaction {at} {file}");
    }

    /// <inheritdoc/>
    public override string? Prepare(TimeProvider time)
    {
        PostgresSchema.Current.Prepare(this);
        return null;
    }

    /// <inheritdoc/>
    public override void PrepareBeside(bool makes) => PostgresSchema.Current.PrepareBeside(this, makes);

    /// <summary>Opens a connection that is not pooled and may do anything.</summary>
    public NpgsqlConnection OpenPlain() => Open(new NpgsqlConnectionStringBuilder(_address.ConnectionString) { Pooling = false });

    /// <summary>The connection string for the tool that migrates.</summary>
    public string PlainAddress => new NpgsqlConnectionStringBuilder(_address.ConnectionString) { Pooling = false }.ConnectionString;

    /// <inheritdoc/>
    public override DbConnection OpenWriter()
    {
        NpgsqlConnection connection = OpenWriter(isDashboard ? TogetherSql : "", $"The {Name} is being filled by the command {StoreMove.Name}. Wait for its end, and start again.");
        try
        {
            WriterSession = connection.QuerySingle<int>("SELECT pg_backend_pid()");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The server's number of the session that this process writes by, or wrote by last; 0 before the first.</summary>
    public int WriterSession
    {
        get => Volatile.Read(ref _writerSession);
        private set => Volatile.Write(ref _writerSession, value);
    }

    /// <summary>Opens a connection that writes and that no dashboard does beside.</summary>
    /// <exception cref="StartRefusedException">A dashboard uses the database.</exception>
    public DbConnection OpenAlone() => OpenWriter(AloneSql, $"A dashboard uses the {Name}. Stop all that do, or name another database in TdxDash:Store:ConnectionStringFile.");

    /// <inheritdoc/>
    public override DbConnection OpenBeside() => OpenWriter("", "");

    /// <inheritdoc/>
    public override DbConnection OpenReader()
    {
        NpgsqlDataSource readers;
        lock (_gate)
        {
            readers = _readers ??= NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_address.ConnectionString) { Options = $"{_address.Options} -c default_transaction_read_only=on".Trim() });
        }

        return readers.OpenConnection();
    }

    /// <inheritdoc/>
    public override void CloseReaders()
    {
        NpgsqlDataSource? readers;
        lock (_gate)
        {
            (readers, _readers) = (_readers, null);
        }

        readers?.Dispose();
    }

    /// <inheritdoc/>
    public override DbTransaction Begin(DbConnection connection)
    {
        DbTransaction transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        // Held until after the commit: who reads up to a number misses none below it, and a work sees all that was committed before it.
        connection.Execute($"SELECT pg_advisory_xact_lock({TurnLock})", transaction: transaction);
        return transaction;
    }

    /// <summary>Waits until what any node writes at this moment is committed or given up.</summary>
    /// <param name="connection">Where to wait, as long as its <c>lock_timeout</c>.</param>
    /// <param name="timeoutSeconds">After which a server that does not answer is given up.</param>
    /// <exception cref="DbException">It is not within that time.</exception>
    public static void AwaitTurn(DbConnection connection, int timeoutSeconds) =>
        connection.Execute($"SELECT pg_advisory_xact_lock({TurnLock})", commandTimeout: timeoutSeconds);

    /// <inheritdoc/>
    public override void Apply(StoreTransaction transaction, IReadOnlyList<IStoreWork> works) => PostgresSnapshots.Apply(transaction, works);

    /// <inheritdoc/>
    public override void SaveSeen(StoreTransaction transaction, IReadOnlyList<SignOfLife> seen, long now)
    {
        if (seen.Count > 0)
        {
            transaction.Execute(SeenSql, ("@hosts", seen.Select(sign => sign.HostId).ToArray()), ("@times", seen.Select(sign => sign.At).ToArray()),
                ("@agos", seen.Select(sign => Math.Max(0, now - sign.At)).ToArray()), ("@drops", seen.Select(sign => sign.Dropped).ToArray()), ("@node", Node));
        }
    }

    /// <inheritdoc/>
    public override string ReasonOf(Exception failure) => PostgresFailure.ReasonOf(failure, Name);

    /// <inheritdoc/>
    public override bool IsOfOneWork(Exception failure) => PostgresFailure.IsOfOneWork(failure);

    /// <inheritdoc/>
    public override StartRefusedException? RefusalOf(DbException failure) => new(ReasonOf(failure), failure);

    /// <inheritdoc/>
    public override StoreSize Size(DbConnection connection, bool exactly)
    {
        long total = connection.QuerySingle<long>(TotalSql);
        // Files do not shrink when rows go: what is in use is counted as it is counted for what goes.
        return new StoreSize(exactly ? (long)connection.QuerySingle<decimal>(UsedSql, new { row = RetentionReader.RowBytes, eventRow = RetentionReader.EventRowBytes }) : total, total);
    }

    /// <inheritdoc/>
    public override (long? Database, long? Log) FileBytes()
    {
        try
        {
            using DbConnection connection = OpenReader();
            return (connection.QuerySingle<long>("SELECT pg_database_size(current_database())"), null);
        }
        catch (DbException)
        {
            return (null, null); // the metric of the store's trouble tells it
        }
    }

    /// <inheritdoc/>
    public override List<string> CheckStructure(CancellationToken cancellation) => [];

    /// <inheritdoc/>
    public override IReadOnlyList<(string Name, object Value)> Facts(DbConnection connection) =>
    [
        ("schema", PostgresSchema.VersionOf(connection)),
        ("server", connection.ServerVersion),
        ("bytes", Size(connection, exactly: false).Total),
        .. ToldSettings.Select(name => (name, (object)(connection.QuerySingle<string?>("SELECT current_setting(@name, true)", new { name }) ?? ""))),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables(DbConnection connection) =>
        connection.Query<string>("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename").AsList();

    /// <inheritdoc/>
    public override bool HasColumn(DbConnection connection, string table, string column) => connection.QuerySingle<bool>(
        "SELECT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = @table AND column_name = @column)", new { table, column });

    /// <inheritdoc/>
    public override string Describe(DbConnection connection) => string.Concat(connection.Query<string>("""
        SELECT table_name || '.' || column_name || ' ' || data_type || CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END FROM information_schema.columns
        WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
        """).Concat(connection.Query<string>("SELECT indexdef::text FROM pg_indexes WHERE schemaname = current_schema() ORDER BY indexname")).Select(line => line + "\n"));

    // What the connection string says goes before.
    private static NpgsqlConnectionStringBuilder Complete(NpgsqlConnectionStringBuilder address)
    {
        address.ApplicationName ??= "tdxdash";
        if (!address.ContainsKey("Max Auto Prepare"))
        {
            (address.MaxAutoPrepare, address.AutoPrepareMinUsages) = (200, 2);
        }

        if (!address.ContainsKey("Maximum Pool Size"))
        {
            address.MaxPoolSize = 30;
        }

        return address;
    }

    private NpgsqlConnection OpenWriter(string lockSql, string refusal)
    {
        NpgsqlConnection connection = OpenPlain();
        try
        {
            connection.Execute(WriterSql + lockSql);
            return connection;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            connection.Dispose();
            throw new StartRefusedException(refusal, e);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static NpgsqlConnection Open(NpgsqlConnectionStringBuilder address)
    {
        var connection = new NpgsqlConnection(address.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
