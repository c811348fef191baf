using System.Globalization;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store;

/// <summary>Brings the database to this version's schema, or refuses the start with the remedy.</summary>
/// <param name="scripts">The migrations in order; the schema's version is their count.</param>
internal sealed class StoreSchema(IReadOnlyList<SqlScript> scripts)
{
    /// <summary>Marks a file as a TdxDash database in its header: "TDXD".</summary>
    public const int ApplicationId = 0x54445844;

    private const string ScriptFolder = ".Store.Migrations.";
    private static readonly byte[] Magic = "SQLite format 3\0"u8.ToArray();

    /// <summary>The schema of this version.</summary>
    public static StoreSchema Current { get; } = new(Embedded());

    /// <summary>The schema's version.</summary>
    public int Version => scripts.Count;

    /// <summary>Checks an existing database and migrates it after a backup, or makes a new one.</summary>
    /// <returns>The backup that was made, or null.</returns>
    /// <exception cref="StartRefusedException">The file is damaged, foreign, newer than this version, or cannot be migrated.</exception>
    public string? Prepare(StorePath path, TimeProvider time)
    {
        try
        {
            bool isNew = !File.Exists(path.File) || new FileInfo(path.File).Length == 0;
            int found = isNew ? 0 : Inspect(path);
            if (found == Version)
            {
                return null;
            }

            string? backup = isNew ? null : Backup(path, found, time);
            Migrate(path, backup);
            return backup;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The database {path.File} cannot be opened: {e.Message} Check that the folder is writable, and that its disk has room and no errors.", e);
        }
    }

    /// <summary>Whether a file begins as an SQLite database does.</summary>
    public static bool HasHeader(string file)
    {
        using FileStream stream = File.OpenRead(file);
        byte[] header = new byte[Magic.Length];
        return stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length && header.AsSpan().SequenceEqual(Magic);
    }

    private int Inspect(StorePath path)
    {
        if (!HasHeader(path.File))
        {
            throw Damaged(path, "its header is not that of an SQLite database");
        }

        try
        {
            using SqliteConnection connection = path.OpenPlain();
            int version = CheckVersion(path, connection.QuerySingle<int>("PRAGMA application_id"), connection.QuerySingle<int>("PRAGMA user_version"));
            // The whole file is checked in the background, but nothing is migrated unchecked.
            string check = version == Version ? "ok" : connection.QueryFirst<string>("PRAGMA quick_check(1)");
            return check == "ok" ? version : throw Damaged(path, check.ReplaceLineEndings(" "));
        }
        catch (SqliteException e) when (e.SqliteErrorCode is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            throw Damaged(path, e.Message);
        }
    }

    private int CheckVersion(StorePath path, int applicationId, int found)
    {
        if (found > Version)
        {
            throw new StartRefusedException($"The database {path.File} has schema {found}; this version of TdxDash knows up to {Version}. "
                + $"Start the newer version that wrote it, or put back a backup that this version can read with 'TdxDash.Web restore FILE' ({Path.GetFileName(path.File)}.schema-{Version}-*.bak beside it).");
        }

        if (applicationId != ApplicationId && found != 0)
        {
            throw new StartRefusedException($"The file {path.File} is an SQLite database of another program. Move it away or set TdxDash:DataFolder to another folder.");
        }

        return found;
    }

    private static string Backup(StorePath path, int found, TimeProvider time)
    {
        string stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        string backup = $"{path.File}.schema-{found}-{stamp}.bak";
        string unfinished = backup + ".unfinished";
        File.Delete(unfinished);
        using (SqliteConnection source = path.OpenPlain())
        using (var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = unfinished, Pooling = false }.ToString()))
        {
            target.Open();
            source.BackupDatabase(target);
        }

        File.Move(unfinished, backup, overwrite: true);
        return backup;
    }

    private void Migrate(StorePath path, string? backup)
    {
        string connection = new SqliteConnectionStringBuilder { DataSource = path.File, Pooling = false }.ToString();
        // The version is set inside each script's own transaction, so that a kill between two scripts leaves a whole, older schema.
        IEnumerable<SqlScript> versioned = scripts.Select((script, i) => new SqlScript(script.Name,
            $"{script.Contents}\n;PRAGMA application_id={ApplicationId};\nPRAGMA user_version={i + 1};"));
        DatabaseUpgradeResult result = DeployChanges.To.SqliteDatabase(connection).WithScripts(versioned).JournalToSqliteTable("schema_versions")
            .WithVariablesDisabled().WithTransactionPerScript().LogTo(new NoOpUpgradeLog()).Build().PerformUpgrade();
        if (!result.Successful)
        {
            string remedy = backup is null ? "Check the disk and start again." : $"Nothing of that step was kept; the file as it was before is {backup}.";
            throw new StartRefusedException($"The database {path.File} could not be brought to schema {Version}: {result.ErrorScript?.Name} failed: {result.Error.Message} {remedy}", result.Error);
        }
    }

    /// <summary>Why a damaged database is not used, and what to do.</summary>
    internal static StartRefusedException Damaged(StorePath path, string finding) => new(
        $"The database {path.File} is damaged: {finding}. To go on, put a backup in its place with 'TdxDash.Web restore FILE', which keeps what is there, or move it and its -wal and -shm files away and start empty: "
        + "probes deliver again what their journals still hold unacknowledged. To save what is readable: sqlite3 FILE .recover.");

    private static SqlScript[] Embedded()
    {
        System.Reflection.Assembly assembly = typeof(StoreSchema).Assembly;
        return [.. assembly.GetManifestResourceNames().Where(name => name.Contains(ScriptFolder, StringComparison.Ordinal) && !name.Contains($"{ScriptFolder}Postgres.", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return new SqlScript(name[(name.IndexOf(ScriptFolder, StringComparison.Ordinal) + ScriptFolder.Length)..], reader.ReadToEnd());
        })];
    }
}
