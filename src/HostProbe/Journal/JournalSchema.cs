using Microsoft.Data.Sqlite;

namespace TdxDash.HostProbe.Journal;

/// <summary>The journal's tables, versioned by SQLite's <c>user_version</c>.</summary>
internal static class JournalSchema
{
    // Step n leads from schema n to n + 1. AUTOINCREMENT: a sequence is never used twice, even after retention deleted its row.
    private static readonly string[] Steps =
    [
        """
        CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE bodies (
            hash TEXT PRIMARY KEY,
            body BLOB NOT NULL
        );
        CREATE TABLE entries (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            boot_id TEXT NOT NULL,
            taken_at_us INTEGER NOT NULL,
            hash TEXT NOT NULL REFERENCES bodies (hash),
            settled_at_us INTEGER,
            rejection TEXT,
            CHECK (rejection IS NULL OR settled_at_us IS NOT NULL)
        );
        CREATE INDEX entries_pending ON entries (sequence) WHERE settled_at_us IS NULL;
        CREATE INDEX entries_hash ON entries (hash);
        """,
        """
        CREATE TABLE events (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            boot_id TEXT NOT NULL,
            body BLOB NOT NULL,
            settled INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX events_pending ON events (sequence) WHERE settled = 0;
        """,
    ];

    /// <summary>The schema that this version writes.</summary>
    public static int Current => Steps.Length;

    /// <summary>Refuses a file that is not a journal, or one from a newer version; changes nothing.</summary>
    /// <returns>The file's schema; 0 for a new file.</returns>
    public static int Check(SqliteConnection connection, string path)
    {
        long version = connection.Scalar<long>("PRAGMA user_version");
        if (version > Current)
        {
            throw new JournalException($"Journal {path} has schema {version}; this tdxprobe reads up to {Current}. Update tdxprobe to at least the version that wrote it.");
        }

        if (version < 0 || (version == 0 && connection.Scalar<long>("SELECT COUNT(*) FROM sqlite_schema") > 0))
        {
            throw new JournalException($"{path} is an SQLite database but no journal of tdxprobe. Move it away, or name another state folder.");
        }

        return (int)version;
    }

    /// <summary>Copies the file to one beside it, in the place of an earlier copy, where an upgrade is due.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public static void Backup(SqliteConnection connection, string path, int version)
    {
        if (version is 0 || version == Current)
        {
            return;
        }

        string backup = $"{path}.schema-{version}.bak", unfinished = backup + ".unfinished";
        File.Delete(unfinished);
        connection.Execute("VACUUM INTO $file", ("$file", unfinished));
        using (var written = new FileStream(unfinished, FileMode.Open, FileAccess.ReadWrite))
        {
            // SQLite does not flush what it vacuums into.
            written.Flush(flushToDisk: true);
        }

        File.Move(unfinished, backup, overwrite: true);
    }

    /// <summary>Brings the tables up to date and makes the host id where there is none.</summary>
    public static void Upgrade(SqliteConnection connection, int version)
    {
        // Started even when there is nothing to do: an immediate transaction takes the lock that keeps other probes out.
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        for (int step = version; step < Current; step++)
        {
            connection.Execute(Steps[step]);
        }

        connection.Execute($"PRAGMA user_version = {Current}");
        connection.Execute("INSERT INTO meta (name, value) VALUES ('host_id', $id) ON CONFLICT DO NOTHING", ("$id", Guid.NewGuid().ToString("D")));
        transaction.Commit();
    }
}
