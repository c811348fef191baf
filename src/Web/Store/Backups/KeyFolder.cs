using Dapper;
using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store.Backups;

/// <summary>A file of the data folder that a backup carries beside the database.</summary>
/// <param name="Path">Relative to the data folder, with slashes.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record KeptFile(string Path, byte[] Content);

/// <summary>The key files of a data folder, which a backup carries in a table of its own: a backup stays one file, and a database.</summary>
internal static class KeyFolder
{
    /// <summary>The folder's name.</summary>
    public const string Name = "keys";

    // A key file has about 1 KB and lives for 90 days; whatever is beyond these bounds is no key.
    private const int MostFiles = 1_000, MostBytes = 64 << 10;

    private const string Tables = """
        DROP TABLE IF EXISTS backup_files;
        DROP TABLE IF EXISTS backup_info;
        CREATE TABLE backup_files (path TEXT NOT NULL PRIMARY KEY, content BLOB NOT NULL) STRICT;
        CREATE TABLE backup_info (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
        """;

    private const string TakenAt = "taken_at";

    /// <summary>The folder of a store.</summary>
    public static string Of(StorePath path) => System.IO.Path.Combine(path.Folder, Name);

    /// <summary>Puts the key files, and when the backup was taken, into a copy of the database.</summary>
    /// <returns>How many files.</returns>
    /// <exception cref="IOException">One cannot be read.</exception>
    public static int Pack(StorePath path, SqliteConnection copy, DateTimeOffset now)
    {
        KeptFile[] files = Read(Of(path));
        using SqliteTransaction transaction = copy.BeginTransaction();
        copy.Execute(Tables, transaction: transaction);
        copy.Execute("INSERT INTO backup_files (path, content) VALUES (@Path, @Content)", files, transaction);
        copy.Execute("INSERT INTO backup_info (name, value) VALUES (@name, @value)", new { name = TakenAt, value = now.UtcDateTime.ToString("u") }, transaction);
        transaction.Commit();
        return files.Length;
    }

    /// <summary>Takes the key files out of a copy, which is a plain database afterwards.</summary>
    /// <returns>The files, and when the backup was taken; no files and null where it carries none, as one that was made before a migration.</returns>
    /// <exception cref="IOException">A file's name is none of a key.</exception>
    public static (IReadOnlyList<KeptFile> Files, string? TakenAt) Unpack(SqliteConnection copy)
    {
        if (copy.QuerySingle<int>("SELECT count(*) FROM sqlite_schema WHERE name IN ('backup_files', 'backup_info')") < 2)
        {
            return ([], null);
        }

        KeptFile[] files = [.. copy.Query<KeptFile>("SELECT path AS Path, content AS Content FROM backup_files ORDER BY path LIMIT @MostFiles", new { MostFiles })];
        string? taken = copy.QuerySingleOrDefault<string>("SELECT value FROM backup_info WHERE name = @TakenAt", new { TakenAt });
        // Nothing of the keys stays in pages that are free.
        copy.Execute("PRAGMA secure_delete=ON; DROP TABLE backup_files; DROP TABLE backup_info;");
        return Array.Find(files, file => !IsKey(file)) is { } odd
            ? throw new IOException($"it carries the file '{Security.ShownText.Limit(odd.Path, 100)}', which is no key file")
            : (files, taken);
    }

    private static KeptFile[] Read(string folder) => !Directory.Exists(folder) ? [] :
    [
        .. new DirectoryInfo(folder).EnumerateFiles("*.xml").Where(file => file.Length <= MostBytes).OrderBy(file => file.Name, StringComparer.Ordinal).Take(MostFiles)
            .Select(file => new KeptFile($"{Name}/{file.Name}", File.ReadAllBytes(file.FullName))),
    ];

    // A backup comes from outside: its files go nowhere but into the key folder.
    private static bool IsKey(KeptFile file) => file.Content.Length <= MostBytes && file.Path.Split('/') is [Name, var name]
        && name.EndsWith(".xml", StringComparison.Ordinal) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name[0] != '.';
}
