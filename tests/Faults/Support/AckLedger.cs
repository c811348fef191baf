using System.Collections.Concurrent;
using System.Text;
using Microsoft.Data.Sqlite;
using TdxDash.Wire;

namespace TdxDash.Faults.Support;

/// <summary>A snapshot's or an event's place in the order of all of its kind.</summary>
internal readonly record struct SnapshotKey(string HostId, string BootId, long Sequence);

/// <summary>What the dashboard acknowledged as stored, as the probes saw it.</summary>
internal sealed class AckLedger
{
    private readonly ConcurrentDictionary<SnapshotKey, string> _acknowledged = new();

    private readonly ConcurrentDictionary<SnapshotKey, string> _events = new();

    /// <summary>Snapshots that were acknowledged.</summary>
    public int Count => _acknowledged.Count;

    /// <summary>Events that were acknowledged.</summary>
    public int EventCount => _events.Count;

    /// <summary>The bodies of the events that were acknowledged.</summary>
    public IReadOnlyDictionary<SnapshotKey, string> Events => _events;

    public IReadOnlyDictionary<SnapshotKey, string> Acknowledged => _acknowledged;

    public void Note(SnapshotKey key, string hash)
    {
        string known = _acknowledged.GetOrAdd(key, hash);
        Assert.True(known == hash, $"{key} was acknowledged with two contents");
    }

    public void NoteEvents(string hostId, ObservationBatch batch)
    {
        foreach (WireObservation observation in batch.Observations)
        {
            NoteEvent(new SnapshotKey(hostId, batch.BootId, observation.Sequence), Encoding.UTF8.GetString(ObservationBatch.Write(observation.Seen)));
        }
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

    /// <summary>The contents that a real probe's journal holds, by number.</summary>
    /// <param name="state">The state folder of a probe that does not run.</param>
    public static IReadOnlyDictionary<long, string> JournalOf(string state)
    {
        using SqliteConnection journal = Open(state);
        using SqliteCommand query = journal.CreateCommand();
        query.CommandText = "SELECT sequence, hash FROM entries";
        using SqliteDataReader rows = query.ExecuteReader();
        var hashes = new Dictionary<long, string>();
        while (rows.Read())
        {
            hashes.Add(rows.GetInt64(0), rows.GetString(1));
        }

        return hashes;
    }

    /// <summary>Takes in what a real probe's journal holds as settled without a rejection. Settled entries of long ago, and of before it was full, are not in it any more.</summary>
    /// <param name="state">The state folder of a probe that does not run.</param>
    /// <param name="events">Whether its events count too; not where the dashboard's database was put back to an older one, which asks for snapshots alone.</param>
    /// <returns>How many entries still wait.</returns>
    public long NoteJournal(string state, bool events = true)
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

        if (events)
        {
            NoteEvents(journal);
        }

        return waiting;
    }

    /// <summary>Takes in the snapshots that a dashboard holds, where the probe said of all of them that they are delivered.</summary>
    /// <param name="data">The dashboard's data folder; it may run.</param>
    public void NoteStored(string data)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        database.Open();
        using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT h.host_id, s.boot_id, s.sequence, s.hash FROM snapshots s JOIN hosts h ON h.id = s.host";
        using SqliteDataReader rows = query.ExecuteReader();
        while (rows.Read())
        {
            Note(new SnapshotKey(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)), rows.GetString(3));
        }
    }

    private void NoteEvents(SqliteConnection journal)
    {
        using SqliteCommand query = journal.CreateCommand();
        query.CommandText = "SELECT (SELECT value FROM meta WHERE name = 'host_id'), boot_id, sequence, body FROM events WHERE settled = 1 ORDER BY sequence";
        using SqliteDataReader rows = query.ExecuteReader();
        while (rows.Read())
        {
            NoteEvent(new SnapshotKey(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)), Encoding.UTF8.GetString(rows.GetFieldValue<byte[]>(3)));
        }
    }

    private void NoteEvent(SnapshotKey key, string body)
    {
        string known = _events.GetOrAdd(key, body);
        Assert.True(known == body, $"event {key} was acknowledged with two contents");
    }

    // Opened as the probe opens it: after a kill the log beside it has to be taken in first.
    private static SqliteConnection Open(string state)
    {
        var journal = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(state, "journal.db"), Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        journal.Open();
        return journal;
    }
}
