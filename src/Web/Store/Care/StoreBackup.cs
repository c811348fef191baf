using Dapper;
using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store.Care;

/// <summary>Copies the database while the dashboard runs.</summary>
internal static class StoreBackup
{
    /// <summary>Writes a consistent copy, checks it, flushes it, and only then gives it its name.</summary>
    /// <param name="path">The store.</param>
    /// <param name="target">The copy's file; must not be there yet.</param>
    /// <returns>Hosts and snapshots in the copy, and its bytes.</returns>
    /// <exception cref="StartRefusedException">There is no database, the file is there, cannot be written, or the copy is damaged.</exception>
    public static (long Hosts, long Snapshots, long Bytes) Write(StorePath path, string target)
    {
        if (!File.Exists(path.File))
        {
            throw new StartRefusedException($"There is no database {path.File}. Name the dashboard's folder with --TdxDash:DataFolder FOLDER.");
        }

        if (File.Exists(target))
        {
            throw new StartRefusedException($"The file {target} is there already and is not written over. Name another, or move it away.");
        }

        string unfinished = target + ".unfinished";
        try
        {
            File.Delete(unfinished);
            (long, long) counts = Copy(path, unfinished);
            using (FileStream copy = new(unfinished, FileMode.Open, FileAccess.ReadWrite))
            {
                copy.Flush(flushToDisk: true);
            }

            File.Move(unfinished, target);
            return (counts.Item1, counts.Item2, new FileInfo(target).Length);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            File.Delete(unfinished);
            throw new StartRefusedException($"The backup {target} was not made: {e.Message} Check that its folder is there, may be written and has room; the database is unharmed.", e);
        }
    }

    private static (long Hosts, long Snapshots) Copy(StorePath path, string file)
    {
        using (SqliteConnection source = path.OpenReader())
        {
            // One statement reads one state of the database, whatever is written meanwhile, and leaves free pages behind.
            source.Execute("VACUUM INTO @file", new { file });
        }

        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        copy.Open();
        string finding = copy.QueryFirst<string>("PRAGMA integrity_check(1)");
        return finding == "ok"
            ? (copy.QuerySingle<long>("SELECT count(*) FROM hosts"), copy.QuerySingle<long>("SELECT count(*) FROM snapshots"))
            : throw new IOException($"the copy is damaged ({finding.ReplaceLineEndings(" ")}), and so may be the database.");
    }
}
