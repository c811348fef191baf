using System.Data.Common;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using DbUp.Helpers;
using Npgsql;

namespace TdxDash.Web.Store.Postgres;

/// <summary>Brings a PostgreSQL database to this version's schema, or refuses the start with the remedy.</summary>
/// <param name="scripts">The migrations in order; the schema's version is their count.</param>
internal sealed class PostgresSchema(IReadOnlyList<SqlScript> scripts)
{
    /// <summary>The least version of the server; older ones are not tested.</summary>
    public const int LeastServer = 15;

    private const string ScriptFolder = ".Store.Migrations.Postgres.";

    // One of several dashboards that start at once migrates, and the others find it done.
    private const string MigrationLock = $"SELECT pg_advisory_lock({PostgresStore.LockClass}, 3)";

    // As long as a script may take, and some more.
    private static readonly TimeSpan MostMigration = TimeSpan.FromHours(1), MostWait = MostMigration + TimeSpan.FromMinutes(5);

    private const string HasMarkSql = "SELECT to_regclass(quote_ident(current_schema()) || '.tdxdash') IS NOT NULL";

    private const string ForeignSql = "SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm')";

    /// <summary>The schema of this version.</summary>
    public static PostgresSchema Current { get; } = new(Embedded());

    /// <summary>The schema's version.</summary>
    public int Version => scripts.Count;

    /// <summary>The version of a database's schema; 0 where there is none.</summary>
    public static int VersionOf(DbConnection connection) =>
        connection.QuerySingle<bool>(HasMarkSql) ? (int)connection.QuerySingleOrDefault<long>("SELECT version FROM tdxdash") : 0;

    /// <summary>Checks a database and migrates it, or makes the tables in one that is empty.</summary>
    /// <exception cref="StartRefusedException">It cannot be reached, is of another program, too old, newer than this version, or cannot be migrated.</exception>
    public void Prepare(PostgresStore store) => Run(store, connection =>
    {
        connection.Execute($"{PostgresStore.KeepaliveSql} SET lock_timeout = {MostWait.TotalMilliseconds:F0}");
        connection.Execute(MigrationLock, commandTimeout: 0);
        if (Inspect(store, connection) is var found && found < Version)
        {
            Migrate(store, found);
        }
    });

    /// <summary>The same for a command, which does not migrate what the dashboard uses.</summary>
    /// <param name="store">The store.</param>
    /// <param name="makes">Whether tables are made in a database that is empty.</param>
    /// <exception cref="StartRefusedException">As with <see cref="Prepare"/>, or the schema is an older one.</exception>
    public void PrepareBeside(PostgresStore store, bool makes) => Run(store, connection =>
    {
        int found = Inspect(store, connection);
        if (found == 0 && !makes)
        {
            throw new StartRefusedException($"The {store.Name} is empty. Start the dashboard once, or name another one in TdxDash:Store:ConnectionStringFile.");
        }

        if (found == 0)
        {
            Prepare(store);
        }
        else if (found < Version)
        {
            throw new StartRefusedException($"The {store.Name} has schema {found}, and this version of TdxDash {Version}. Start the dashboard of this version once, and run the command again.");
        }
    });

    /// <summary>Refuses servers that are too old.</summary>
    /// <param name="store">The store.</param>
    /// <param name="server">The server's version.</param>
    internal static void RequireServer(PostgresStore store, Version server)
    {
        if (server.Major < LeastServer)
        {
            throw new StartRefusedException($"The {store.Name} is on PostgreSQL {server}; TdxDash needs {LeastServer} or newer. Upgrade the server, or name another one in TdxDash:Store:ConnectionStringFile.");
        }
    }

    private static void Run(PostgresStore store, Action<NpgsqlConnection> act)
    {
        try
        {
            using NpgsqlConnection connection = store.OpenPlain();
            act(connection);
        }
        catch (Exception e) when (e is DbException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new StartRefusedException(store.ReasonOf(e), e);
        }
    }

    private int Inspect(PostgresStore store, NpgsqlConnection connection)
    {
        RequireServer(store, connection.PostgreSqlVersion);
        string encoding = connection.QuerySingle<string>("SHOW server_encoding");
        if (encoding != "UTF8")
        {
            throw new StartRefusedException($"The {store.Name} has encoding {encoding}; TdxDash needs UTF8. Make one with: createdb --template=template0 --encoding=UTF8 --owner=USER DATABASE");
        }

        if (connection.QuerySingle<string?>("SELECT current_schema()") is null)
        {
            throw new StartRefusedException($"The {store.Name} has no schema that the dashboard's user may use: its search_path names none. Set it: ALTER ROLE ... IN DATABASE ... SET search_path = public");
        }

        int found = VersionOf(connection);
        if (found > Version)
        {
            throw new StartRefusedException($"The {store.Name} has schema {found}; this version of TdxDash knows up to {Version}. Start the newer version that wrote it, or put back a backup that was made before.");
        }

        return found > 0 || connection.QuerySingle<long>(ForeignSql) == 0
            ? found
            : throw new StartRefusedException($"The {store.Name} has tables of another program in schema {connection.QuerySingle<string>("SELECT current_schema()")}. Make an empty database for TdxDash, and name it in TdxDash:Store:ConnectionStringFile.");
    }

    private void Migrate(PostgresStore store, int found)
    {
        // The version is set inside each script's own transaction, so that a kill between two scripts leaves a whole, older schema.
        IEnumerable<SqlScript> versioned = scripts.Skip(found).Select((script, i) => new SqlScript(script.Name,
            $"{script.Contents}\nINSERT INTO tdxdash (id, version) VALUES (1, {found + i + 1}) ON CONFLICT (id) DO UPDATE SET version = excluded.version;"));
        DatabaseUpgradeResult result = DeployChanges.To.PostgresqlDatabase(store.PlainAddress).WithScripts(versioned).JournalTo(new NullJournal())
            .WithVariablesDisabled().WithTransactionPerScript().WithExecutionTimeout(MostMigration).LogTo(new NoOpUpgradeLog()).Build().PerformUpgrade();
        if (!result.Successful)
        {
            throw new StartRefusedException($"The {store.Name} could not be brought to schema {Version}: {result.ErrorScript?.Name} failed, and nothing of it was kept: {store.ReasonOf(result.Error)}", result.Error);
        }
    }

    private static SqlScript[] Embedded()
    {
        System.Reflection.Assembly assembly = typeof(PostgresSchema).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.Contains(ScriptFolder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return new SqlScript(name[(name.IndexOf(ScriptFolder, StringComparison.Ordinal) + ScriptFolder.Length)..], reader.ReadToEnd());
        })];
    }
}
