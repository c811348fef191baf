using Dapper;
using Microsoft.Data.Sqlite;

namespace TdxDash.Web.Store.Backups;

/// <summary>What a backup holds.</summary>
/// <param name="Hosts">Hosts.</param>
/// <param name="Snapshots">Snapshots.</param>
/// <param name="KeyFiles">Key files.</param>
/// <param name="Bytes">Bytes of the file.</param>
internal sealed record BackupReport(long Hosts, long Snapshots, int KeyFiles, long Bytes);

/// <summary>Copies the database while the dashboard runs.</summary>
internal static class StoreBackup
{
    /// <summary>Writes a consistent copy with the key files in it, checks it, flushes it, and only then gives it its name. Only its owner may read it.</summary>
    /// <param name="path">The store.</param>
    /// <param name="target">The copy's file; must not be there yet.</param>
    /// <param name="now">The time, which the copy carries.</param>
    /// <returns>What it holds.</returns>
    /// <exception cref="StartRefusedException">There is no database, the file is there, cannot be written, or the copy is damaged.</exception>
    public static BackupReport Write(StorePath path, string target, DateTimeOffset now)
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
        bool isOurs = false;
        try
        {
            File.Delete(unfinished);
            PrivateFile.Create(unfinished);
            isOurs = true;
            BackupReport report = Copy(path, unfinished, now);
            PrivateFile.Flush(unfinished);
            File.Move(unfinished, target);
            return report with { Bytes = new FileInfo(target).Length };
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            if (isOurs)
            {
                File.Delete(unfinished);
            }

            throw new StartRefusedException($"The backup {target} was not made: {e.Message} Check that its folder is there, may be written and has room; the database is unharmed.", e);
        }
    }

    private static BackupReport Copy(StorePath path, string file, DateTimeOffset now)
    {
        using (SqliteConnection source = path.OpenReader())
        {
            // One statement reads one state of the database, whatever is written meanwhile, and leaves free pages behind.
            source.Execute("VACUUM INTO @file", new { file });
        }

        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        copy.Open();
        int keys = KeyFolder.Pack(path, copy, now);
        string finding = copy.QueryFirst<string>("PRAGMA integrity_check(1)");
        return finding == "ok"
            ? new BackupReport(copy.QuerySingle<long>("SELECT count(*) FROM hosts"), copy.QuerySingle<long>("SELECT count(*) FROM snapshots"), keys, 0)
            : throw new IOException($"the copy is damaged ({finding.ReplaceLineEndings(" ")}), and so may be the database.");
    }
}
