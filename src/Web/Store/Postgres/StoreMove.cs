using System.Data.Common;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TdxDash.Web.Store.Backups;
using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Store.Postgres;

/// <summary>Copies an SQLite store into an empty PostgreSQL database in one transaction, compares every row of both, and only then commits. The SQLite file is only read.</summary>
/// <param name="from">The SQLite store; no dashboard may run on it.</param>
/// <param name="to">The PostgreSQL store.</param>
/// <param name="output">Where progress goes.</param>
internal sealed class StoreMove(StorePath from, PostgresStore to, TextWriter output)
{
    /// <summary>The command's name.</summary>
    public const string Name = "move-store";

    // Each after those that it refers to.
    internal static readonly IReadOnlyList<string> Tables =
    [
        "hosts", "host_tags", "bodies", "snapshots", "texts", "silences", "pauses", "dashboard", "annotations", "events", "audit", "accounts", "sessions", "account_links", "api_tokens",
        "probe_realm", "enrolment_tokens", "probes", "alert_rules", "alert_silences", "alerts", "alert_events", "alert_targets", "alert_cursors",
    ];

    private const string ColumnsSql = """
        SELECT column_name::text AS Name, data_type::text AS Type, is_identity = 'YES' AS IsNumbered FROM information_schema.columns
        WHERE table_schema = current_schema() AND table_name = @table ORDER BY ordinal_position
        """;

    private const string KeySql = """
        SELECT a.attname::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = to_regclass(quote_ident(current_schema()) || '.' || @table) AND i.indisprimary ORDER BY array_position(i.indkey::smallint[], a.attnum)
        """;

    private long _changed;
    private bool _isCommitted;
    private int _keys;

    /// <summary>Moves the store.</summary>
    /// <exception cref="StartRefusedException">It was not moved, and the PostgreSQL database is as it was; the message says why and what to do.</exception>
    public async Task RunAsync()
    {
        using StoreLock only = StoreLock.Take(from);
        try
        {
            RequireSource();
            to.Prepare(TimeProvider.System);
            long rows = await CopyAsync();
            IntegrityFindings found = await new IntegrityCheck(to).RunAsync(gently: false, CancellationToken.None);
            long damaged = found.Bodies.Count + found.Events;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{from.File} is in the {to.Name}: {rows:#,0} rows of {Tables.Count} tables, each table compared by its count and the SHA-256 of its rows; {found.Checked:#,0} snapshots compared with their hashes, {damaged} damaged."));
            if (damaged > 0)
            {
                await output.WriteLineAsync($"What is damaged was so before: keep {from.File}, and look at what the page Store's check names.");
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Of the key files in {KeyFolder.Of(from)}, {_keys} are in the database too. Start the dashboard with TdxDash:Store:Engine=postgres. {from.File} is as it was: move it away once you no longer need it."));
            if (_changed > 0)
            {
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{_changed} texts held the character U+0000, which PostgreSQL cannot; U+FFFD stands in its place."));
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new StartRefusedException(_isCommitted
                ? $"The store was moved and each table compared; then the {to.Name} could not be looked at: {to.ReasonOf(e)} Start the dashboard on it, and have the page Store check it."
                : $"The store was not moved, and nothing of it is in PostgreSQL, unless the connection was lost while it was committed: then its tables have rows. {to.ReasonOf(e)}", e);
        }
        catch (SqliteException e)
        {
            throw new StartRefusedException($"The store was not moved, and nothing of it is in PostgreSQL. The database {from.File} cannot be read: {e.Message} 'TdxDash.Web support-bundle FILE' checks all of it.", e);
        }
    }

    private void RequireSource()
    {
        from.PrepareBeside(makes: false);
    }

    private async Task<long> CopyAsync()
    {
        using SqliteConnection source = from.OpenReader();
        using SqliteTransaction moment = source.BeginTransaction(deferred: true);
        await using var target = (NpgsqlConnection)to.OpenAlone();
        await using var transaction = (NpgsqlTransaction)to.Begin(target);
        RequireEmpty(target);
        await target.ExecuteAsync("DELETE FROM probe_realm", transaction: transaction);
        long rows = 0;
        foreach (string table in Tables)
        {
            rows += await CopyAsync(source, target, table);
        }

        // They go along, so that no node that starts before the one with the files makes keys that cannot read what is protected.
        _keys = DataKeys.TakeOver(target, from.Folder, NullLoggerFactory.Instance);
        await transaction.CommitAsync();
        _isCommitted = true;
        await target.ExecuteAsync($"ANALYZE {string.Join(", ", Tables)}", commandTimeout: 0);
        return rows;
    }

    private void RequireEmpty(NpgsqlConnection target)
    {
        foreach (string table in Tables.Where(table => table != "probe_realm"))
        {
            if (target.QuerySingle<bool>($"SELECT EXISTS (SELECT 1 FROM {table})"))
            {
                throw new StartRefusedException($"The {to.Name} is in use already: its table {table} has rows. Nothing was changed. Make an empty database, and name it in TdxDash:Store:ConnectionStringFile.");
            }
        }
    }

    private async Task<long> CopyAsync(SqliteConnection source, NpgsqlConnection target, string table)
    {
        Column[] all = [.. target.Query<Column>(ColumnsSql, new { table })];
        Column[] columns = [.. all.Where(column => from.HasColumn(source, table, column.Name))];
        string order = string.Join(", ", target.Query<string>(KeySql, new { table }));
        string read = $"SELECT {string.Join(", ", columns.Select(column => column.Name))} FROM {table} ORDER BY {order}";
        (long Count, string Hash) copied = await WriteAsync(source, target, table, columns, read);
        (long Count, string Hash) stored = await ReadAsync(target, read);
        if (copied != stored)
        {
            throw new StartRefusedException(string.Create(CultureInfo.InvariantCulture,
                $"The store was not moved: of table {table}, {copied.Count} rows with hash {copied.Hash} were read and {stored.Count} with hash {stored.Hash} stored. Nothing of it is in PostgreSQL. This is a fault: report it."));
        }

        foreach (Column column in all.Where(column => column.IsNumbered && columns.Contains(column)))
        {
            Number(source, target, table, column.Name);
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {table}: {copied.Count:#,0} rows, {copied.Hash[..16]}"));
        return copied.Count;
    }

    private async Task<(long Count, string Hash)> WriteAsync(SqliteConnection source, NpgsqlConnection target, string table, Column[] columns, string read)
    {
        using var digest = new RowDigest();
        using DbDataReader reader = await source.ExecuteReaderAsync(read);
        await using NpgsqlBinaryImporter writer = await target.BeginBinaryImportAsync($"COPY {table} ({string.Join(", ", columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)");
        writer.Timeout = Timeout.InfiniteTimeSpan;
        while (await reader.ReadAsync())
        {
            await writer.StartRowAsync();
            digest.Row();
            for (int i = 0; i < columns.Length; i++)
            {
                object value = Storable(reader.GetValue(i));
                digest.Add(value);
                if (value is DBNull)
                {
                    await writer.WriteNullAsync();
                }
                else
                {
                    await writer.WriteAsync(value, columns[i].Type);
                }
            }
        }

        await writer.CompleteAsync();
        return digest.Result();
    }

    private static async Task<(long Count, string Hash)> ReadAsync(NpgsqlConnection target, string read)
    {
        using var digest = new RowDigest();
        using DbDataReader reader = await target.ExecuteReaderAsync(read, commandTimeout: 0);
        while (await reader.ReadAsync())
        {
            digest.Row();
            for (int i = 0; i < reader.FieldCount; i++)
            {
                digest.Add(reader.GetValue(i));
            }
        }

        return digest.Result();
    }

    // Numbers go on where they were, also above those of rows that are gone.
    private static void Number(SqliteConnection source, NpgsqlConnection target, string table, string column)
    {
        long last = source.QuerySingle<long>($"SELECT max(coalesce((SELECT max({column}) FROM {table}), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = @table), 0))", new { table });
        if (last > 0)
        {
            target.Execute("SELECT setval(pg_get_serial_sequence(@table, @column), @last)", new { table, column, last });
        }
    }

    private object Storable(object value)
    {
        if (value is not string text || !text.Contains('\0', StringComparison.Ordinal))
        {
            return value;
        }

        _changed++;
        return text.Replace('\0', (char)Rune.ReplacementChar.Value);
    }

    private sealed record Column(string Name, string Type, bool IsNumbered);
}
