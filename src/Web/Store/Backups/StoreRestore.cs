using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Store.Care;

namespace TdxDash.Web.Store.Backups;

/// <summary>What a restore did.</summary>
/// <param name="TakenAt">When the backup was taken, in UTC; null where it does not say.</param>
/// <param name="Schema">Its schema.</param>
/// <param name="Hosts">Hosts in it.</param>
/// <param name="Snapshots">Snapshots in it.</param>
/// <param name="KeyFiles">Key files that were put in place; 0 where it carries none and those that were there stay.</param>
/// <param name="Aside">The folder that holds what was there before, or two where an earlier restore was cut off; null where nothing was.</param>
internal sealed record RestoreReport(string? TakenAt, int Schema, long Hosts, long Snapshots, int KeyFiles, string? Aside);

/// <summary>Puts a backup in the place of the database. It is copied and checked first; what was there is moved aside and never written over.</summary>
/// <param name="path">The store; no dashboard may run on it.</param>
/// <param name="schema">The schema of this version.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreRestore(StorePath path, StoreSchema schema, TimeProvider time)
{
    // For the log of the copy while it is checked, and for the dashboard's start.
    private const long SpareBytes = 16L << 20;

    private static readonly string[] DatabaseSuffixes = ["", "-wal", "-shm", "-journal"];

    private string Staging => Path.Combine(path.Folder, "restoring");

    /// <summary>Restores a backup.</summary>
    /// <param name="file">What <see cref="StoreBackup"/> wrote, or the copy that was made before a migration.</param>
    /// <exception cref="StartRefusedException">A dashboard runs, or the file cannot be used. Nothing was changed then, unless the message says otherwise.</exception>
    public async Task<RestoreReport> RunAsync(string file)
    {
        using StoreLock running = StoreLock.Take(path);
        try
        {
            Stage(file);
            var staged = new StorePath(Staging);
            int version = Check(file, staged);
            await CheckContentAsync(file, staged, version);
            RestoreReport report = Finish(file, staged, version, out IReadOnlyList<KeptFile> keys);
            return report with { KeyFiles = keys.Count, Aside = Exchange(staged, keys) };
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The backup {file} was not restored: {e.Message} Check that the file can be read, and that {path.Folder} may be written and has room.", e);
        }
        finally
        {
            if (Directory.Exists(Staging))
            {
                Directory.Delete(Staging, recursive: true);
            }
        }
    }

    private void Stage(string file)
    {
        if (!File.Exists(file))
        {
            throw new StartRefusedException($"There is no backup {file}. Name a file that 'TdxDash.Web backup FILE' wrote.");
        }

        string[] parts = [.. DatabaseSuffixes.Where(suffix => suffix.Length == 0 || suffix == "-wal").Where(suffix => File.Exists(file + suffix))];
        long needed = parts.Sum(suffix => new FileInfo(file + suffix).Length) + SpareBytes;
        long free = new DriveInfo(path.Folder).AvailableFreeSpace;
        if (free < needed)
        {
            throw new StartRefusedException($"The backup {file} needs {needed} bytes in {path.Folder}, beside the database that stays, and {free} are free. Free some space.");
        }

        // What an earlier restore left that was cut off.
        if (Directory.Exists(Staging))
        {
            Directory.Delete(Staging, recursive: true);
        }

        Directory.CreateDirectory(Staging);
        foreach (string suffix in parts)
        {
            string copy = new StorePath(Staging).File + suffix;
            PrivateFile.Create(copy);
            using FileStream from = File.OpenRead(file + suffix), to = File.OpenWrite(copy);
            from.CopyTo(to);
        }
    }

    private int Check(string file, StorePath staged)
    {
        if (!StoreSchema.HasHeader(staged.File))
        {
            throw new StartRefusedException($"The file {file} is no SQLite database, and so no backup of TdxDash.");
        }

        using SqliteConnection connection = staged.OpenPlain();
        (int application, int version) = (connection.QuerySingle<int>("PRAGMA application_id"), connection.QuerySingle<int>("PRAGMA user_version"));
        if (application != StoreSchema.ApplicationId || version == 0)
        {
            throw new StartRefusedException($"The file {file} is an SQLite database of another program, not a backup of TdxDash.");
        }

        return version <= schema.Version
            ? version
            : throw new StartRefusedException($"The backup {file} has schema {version}; this version of TdxDash knows up to {schema.Version}. Restore it with the version that wrote it, or a newer one.");
    }

    private static async Task CheckContentAsync(string file, StorePath staged, int version)
    {
        // An older schema may lack tables that the whole check reads; the start migrates it, and checks it afterwards.
        IReadOnlyList<string> findings = version < StoreSchema.Current.Version
            ? staged.CheckStructure(CancellationToken.None)
            : await AllAsync(staged);
        if (findings.Count > 0)
        {
            throw new StartRefusedException($"The backup {file} is damaged: {findings[0]}. Nothing was changed. Take another backup; to save what is readable: sqlite3 {file} .recover.");
        }
    }

    private static async Task<IReadOnlyList<string>> AllAsync(StorePath staged)
    {
        IntegrityFindings found = await new IntegrityCheck(staged).RunAsync(gently: false, CancellationToken.None);
        staged.CloseReaders();
        return [.. found.Structure, .. found.Bodies.Select(hash => $"the body of snapshot {hash} is not what was stored, or is gone"),
            .. found.Events == 0 ? [] : new[] { $"{found.Events} events cannot be read" }];
    }

    private RestoreReport Finish(string file, StorePath staged, int version, out IReadOnlyList<KeptFile> keys)
    {
        RestoreReport report;
        using (SqliteConnection connection = staged.OpenPlain())
        {
            (keys, string? taken) = KeyFolder.Unpack(connection);
            report = new RestoreReport(taken, version, connection.QuerySingle<long>("SELECT count(*) FROM hosts"), connection.QuerySingle<long>("SELECT count(*) FROM snapshots"), 0, null);
            if (connection.QuerySingle<int>("SELECT count(*) FROM sqlite_schema WHERE name = 'audit'") > 0)
            {
                Note(connection, file, taken);
            }

            // Sessions that were ended since, and links that were used, must not come back.
            foreach (string table in connection.Query<string>("SELECT name FROM sqlite_schema WHERE name IN ('sessions', 'account_links')").AsList())
            {
                connection.Execute($"DELETE FROM {table}");
            }

            connection.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            connection.Execute("PRAGMA journal_mode=DELETE");
        }

        PrivateFile.Flush(staged.File);
        return report;
    }

    private void Note(SqliteConnection connection, string file, string? taken)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        StoreTransaction.Of(path, transaction)
            .Audit(new AuditEntry(Actor.System, "store.restore", Path.GetFileName(file), taken is null ? "" : $"backup of {taken}"), time.GetUtcNow());
        transaction.Commit();
    }

    private string? Exchange(StorePath staged, IReadOnlyList<KeptFile> keys)
    {
        string aside = Path.Combine(path.Folder, $"replaced-{time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}");
        string[] present = [.. DatabaseSuffixes.Select(suffix => path.File + suffix).Where(File.Exists)];
        string? earlier = RestoreMarker.Set(path, aside);
        Directory.CreateDirectory(aside);
        foreach (string old in present)
        {
            File.Move(old, Path.Combine(aside, Path.GetFileName(old)));
        }

        bool replacesKeys = keys.Count > 0 && Directory.Exists(KeyFolder.Of(path));
        if (replacesKeys)
        {
            Directory.Move(KeyFolder.Of(path), Path.Combine(aside, KeyFolder.Name));
        }

        Directory.CreateDirectory(KeyFolder.Of(path));
        foreach (KeptFile key in keys)
        {
            PrivateFile.Write(Path.Combine(path.Folder, key.Path), key.Content);
        }

        File.Move(staged.File, path.File);
        RestoreMarker.Clear(path);
        if (present.Length > 0 || replacesKeys)
        {
            return earlier is null ? aside : $"{earlier} and {aside}";
        }

        Directory.Delete(aside);
        return earlier;
    }
}
