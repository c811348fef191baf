using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Journal;

/// <summary>The journal's entries: appended once, delivered in order, settled by the dashboard's answer.</summary>
internal sealed class JournalEntries(JournalFile file)
{
    /// <summary>Appends a snapshot, unless the newest entry is the same state in the same boot.</summary>
    /// <param name="bootId">The boot it was taken in.</param>
    /// <param name="takenAt">The host's clock.</param>
    /// <param name="canonical">The snapshot's canonical bytes.</param>
    /// <returns>Its sequence; null when nothing has changed.</returns>
    public long? Append(string bootId, DateTimeOffset takenAt, byte[] canonical) => file.Run<long?>(connection =>
    {
        string hash = SnapshotHash.Of(canonical).ToString();
        if (IsNewest(connection, bootId, hash))
        {
            return null;
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        // An older copy of the body is written over: what was damaged on the disk heals.
        connection.Execute("INSERT INTO bodies (hash, body) VALUES ($hash, $body) ON CONFLICT (hash) DO UPDATE SET body = excluded.body",
            ("$hash", hash), ("$body", BodyCodec.Compress(canonical)));
        long sequence = connection.Scalar<long>("INSERT INTO entries (boot_id, taken_at_us, hash) VALUES ($boot, $taken, $hash) RETURNING sequence",
            ("$boot", bootId), ("$taken", Microseconds(takenAt)), ("$hash", hash));
        transaction.Commit();
        return sequence;
    });

    /// <summary>The newest sequence; 0 when nothing was ever journaled.</summary>
    public long Latest() => file.Run(connection => connection.Scalar<long>("SELECT COALESCE(MAX(sequence), 0) FROM entries"));

    /// <summary>How many entries wait.</summary>
    public long CountPending() => file.Run(connection => connection.Scalar<long>("SELECT COUNT(*) FROM entries WHERE settled_at_us IS NULL"));

    /// <summary>The waiting entry with the lowest sequence above another, or null.</summary>
    /// <param name="after">That other sequence; 0 for the lowest of all.</param>
    public JournalEntry? NextPending(long after = 0) => NextPending(after, 1, 0) is [var next] ? next : null;

    /// <summary>The waiting entries with the lowest sequences above another, in their order.</summary>
    /// <param name="after">That other sequence; 0 for the lowest of all.</param>
    /// <param name="most">The most entries.</param>
    /// <param name="mostBytes">The most bytes of their bodies; the first one comes however large it is.</param>
    public IReadOnlyList<JournalEntry> NextPending(long after, int most, int mostBytes) => file.Run(_ =>
    {
        using SqliteDataReader reader = file.Statements.Of(null,
            """
            SELECT e.sequence, e.boot_id, e.taken_at_us, e.hash, b.body FROM entries e JOIN bodies b ON b.hash = e.hash
            WHERE e.settled_at_us IS NULL AND e.sequence > $after ORDER BY e.sequence LIMIT $most
            """, ("$after", after), ("$most", most)).ExecuteReader();
        var entries = new List<JournalEntry>();
        for (int bytes = 0; reader.Read();)
        {
            var next = new JournalEntry(reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3), reader.GetFieldValue<byte[]>(4));
            bytes += next.Body.Length;
            if (entries.Count > 0 && bytes > mostBytes)
            {
                break;
            }

            entries.Add(next);
        }

        return entries;
    });

    /// <summary>Notes that the dashboard holds the entry.</summary>
    public void MarkDelivered(long sequence, DateTimeOffset now) => Settle(sequence, now, rejection: null);

    /// <summary>Notes that the entry will never be accepted, and why.</summary>
    public void MarkRejected(long sequence, string reason, DateTimeOffset now) => Settle(sequence, now, reason);

    /// <summary>Lets the newest entry wait again if it was delivered: the dashboard has lost it.</summary>
    /// <returns>Its sequence; null when it waits already, was rejected, or there is none.</returns>
    public long? ReopenLatest() => file.Run(connection =>
    {
        using SqliteCommand command = connection.Command(
            """
            UPDATE entries SET settled_at_us = NULL
            WHERE sequence = (SELECT MAX(sequence) FROM entries) AND settled_at_us IS NOT NULL AND rejection IS NULL RETURNING sequence
            """);
        return command.ExecuteScalar() as long?;
    });

    /// <summary>Why an entry was rejected; null when it was not.</summary>
    public string? Rejection(long sequence) => file.Run(connection =>
    {
        using SqliteCommand command = connection.Command("SELECT rejection FROM entries WHERE sequence = $sequence", ("$sequence", sequence));
        return command.ExecuteScalar() as string;
    });

    /// <summary>Deletes settled entries beyond the retention, with bodies that no entry needs. The newest entry stays in any case.</summary>
    /// <returns>How many entries were deleted.</returns>
    public int Retain(JournalRetention retention, DateTimeOffset now) => file.Run(connection =>
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        int deleted = connection.Execute(
            """
            DELETE FROM entries WHERE settled_at_us IS NOT NULL AND sequence < (SELECT MAX(sequence) FROM entries) AND (
                settled_at_us < $before OR
                sequence <= (SELECT sequence FROM entries WHERE settled_at_us IS NOT NULL ORDER BY sequence DESC LIMIT 1 OFFSET $count))
            """,
            ("$before", Microseconds(now - retention.Age)), ("$count", retention.Count));
        if (deleted > 0)
        {
            connection.Execute("DELETE FROM bodies WHERE NOT EXISTS (SELECT 1 FROM entries WHERE entries.hash = bodies.hash)");
        }

        transaction.Commit();
        return deleted;
    });

    private static bool IsNewest(SqliteConnection connection, string bootId, string hash) => connection.Scalar<long>(
        "SELECT COUNT(*) FROM entries WHERE sequence = (SELECT MAX(sequence) FROM entries) AND boot_id = $boot AND hash = $hash",
        ("$boot", bootId), ("$hash", hash)) > 0;

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    // What the power takes back of it is sent once more, and answered as before.
    private void Settle(long sequence, DateTimeOffset now, string? rejection) => file.RunUnflushed(connection => connection.Execute(
        "UPDATE entries SET settled_at_us = $now, rejection = $rejection WHERE sequence = $sequence",
        ("$now", Microseconds(now)), ("$rejection", rejection), ("$sequence", sequence)));
}
