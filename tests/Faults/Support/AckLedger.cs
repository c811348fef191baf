using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace TdxDash.Faults.Support;

/// <summary>A snapshot's place in the order of all.</summary>
internal readonly record struct SnapshotKey(string HostId, string BootId, long Sequence);

/// <summary>What the dashboard acknowledged as stored, as the probes saw it.</summary>
internal sealed class AckLedger
{
    private readonly ConcurrentDictionary<SnapshotKey, string> _acknowledged = new();

    public int Count => _acknowledged.Count;

    public IReadOnlyDictionary<SnapshotKey, string> Acknowledged => _acknowledged;

    public void Note(SnapshotKey key, string hash)
    {
        string known = _acknowledged.GetOrAdd(key, hash);
        Assert.True(known == hash, $"{key} was acknowledged with two contents");
    }

    /// <summary>How much a real probe's journal ever dropped unsent.</summary>
    /// <param name="state">The state folder of a probe that does not run.</param>
    public static long DroppedOf(string state)
    {
        using SqliteConnection journal = Open(state);
        using SqliteCommand query = journal.CreateCommand();
        query.CommandText = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'dropped'";
        return query.ExecuteScalar() as long? ?? 0;
    }

    /// <summary>Takes in what a real probe's journal holds as settled without a rejection. Settled entries of long ago are not in it any more.</summary>
    /// <param name="state">The state folder of a probe that does not run.</param>
    /// <returns>How many entries still wait.</returns>
    public long NoteJournal(string state)
    {
        using SqliteConnection journal = Open(state);
        using SqliteCommand query = journal.CreateCommand();
        query.CommandText =
            """
            SELECT (SELECT value FROM meta WHERE name = 'host_id'), boot_id, sequence, hash, settled_at_us IS NOT NULL AND rejection IS NULL, settled_at_us IS NULL
            FROM entries ORDER BY sequence
            """;
        using SqliteDataReader rows = query.ExecuteReader();
        long waiting = 0;
        while (rows.Read())
        {
            waiting += rows.GetInt64(5);
            if (rows.GetBoolean(4))
            {
                Note(new SnapshotKey(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)), rows.GetString(3));
            }
        }

        return waiting;
    }

    // Opened as the probe opens it: after a kill the log beside it has to be taken in first.
    private static SqliteConnection Open(string state)
    {
        var journal = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(state, "journal.db"), Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        journal.Open();
        return journal;
    }
}
