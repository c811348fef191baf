using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TdxDash.HostProbe.Journal;

/// <summary>How much may wait for a dashboard that is away.</summary>
/// <param name="Bytes">The most bytes of the journal that are in use.</param>
/// <param name="Age">How long an unchanged entry may wait, by the host's clock. What changed waits for as long as it fits: a clock that jumps must not lose it.</param>
/// <param name="Observations">The most observations that wait.</param>
internal sealed record JournalBounds(long Bytes, TimeSpan Age, int Observations)
{
    /// <summary>64 MiB, a week, and ten thousand observations.</summary>
    public static readonly JournalBounds Default = new(64L << 20, TimeSpan.FromDays(7), 10_000);
}

/// <summary>Keeps the journal within its bounds. First goes what was settled, then waiting entries that say what the entry before them said,
/// the oldest first, and only then older changes. The newest entry never goes, and what was dropped unsent is counted for ever.</summary>
internal sealed class JournalThinning(JournalFile file)
{
    private const string DroppedName = "dropped";

    // As a share of the bound: dropping a few entries at every snapshot would rewrite the file all the time.
    private const double Target = 0.9;

    private const string SettledSql = """
        DELETE FROM entries WHERE sequence IN (SELECT sequence FROM entries WHERE settled_at_us IS NOT NULL
            AND sequence < (SELECT MAX(sequence) FROM entries) ORDER BY sequence LIMIT $most) RETURNING hash
        """;

    // The newest one stays, and so does the first of a run of equal ones.
    private const string UnchangedSql = """
        DELETE FROM entries WHERE sequence IN (SELECT e.sequence FROM entries e WHERE e.settled_at_us IS NULL AND e.taken_at_us < $before
            AND e.sequence < (SELECT MAX(sequence) FROM entries)
            AND e.hash = (SELECT p.hash FROM entries p WHERE p.sequence < e.sequence ORDER BY p.sequence DESC LIMIT 1) ORDER BY e.sequence LIMIT $most) RETURNING hash
        """;

    private const string OldestSql = """
        DELETE FROM entries WHERE sequence IN (SELECT sequence FROM entries WHERE settled_at_us IS NULL
            AND sequence < (SELECT MAX(sequence) FROM entries) ORDER BY sequence LIMIT $most) RETURNING hash
        """;

    /// <summary>Applies the bounds.</summary>
    /// <returns>How many entries and observations were dropped unsent by this call.</returns>
    public long Apply(JournalBounds bounds, DateTimeOffset now) => file.Run(connection =>
    {
        if (Used(connection) <= bounds.Bytes && !IsOverdue(connection, bounds, now) && Waiting(connection) <= bounds.Observations)
        {
            return 0;
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        long dropped = Drop(connection, UnchangedSql, int.MaxValue, Microseconds(now - bounds.Age)) + DropObservations(connection, bounds.Observations);
        if (Used(connection) > bounds.Bytes)
        {
            dropped += Shrink(connection, (long)(bounds.Bytes * Target));
        }

        Count(connection, dropped);
        transaction.Commit();
        return dropped;
    });

    /// <summary>Makes room inside a journal that cannot grow: the log beside it is taken in, and what was settled and what changed nothing goes.</summary>
    /// <returns>How many entries were dropped unsent by this call.</returns>
    /// <exception cref="JournalException">There is no room even for that.</exception>
    public long MakeRoom() => file.Run(connection =>
    {
        using (SqliteCommand checkpoint = connection.Command("PRAGMA wal_checkpoint(TRUNCATE)"))
        {
            checkpoint.ExecuteNonQuery();
        }

        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        Drop(connection, SettledSql, int.MaxValue, long.MaxValue);
        connection.Execute("DELETE FROM events WHERE settled <> 0 AND sequence < (SELECT MAX(sequence) FROM events)");
        long dropped = Drop(connection, UnchangedSql, int.MaxValue, long.MaxValue);
        Count(connection, dropped);
        transaction.Commit();
        return dropped;
    });

    /// <summary>Counts what was dropped before the journal took it.</summary>
    public void CountLost(long lost) => file.Run(connection =>
    {
        Count(connection, lost);
        return lost;
    });

    /// <summary>How many entries and observations were ever dropped unsent.</summary>
    public long Dropped() => file.Run(ReadDropped);

    private static long Shrink(SqliteConnection connection, long target)
    {
        while (Used(connection) > target && Drop(connection, SettledSql, 1, long.MaxValue) > 0)
        {
        }

        // Together, since each of them shares its body with the one before it and frees little.
        long dropped = Used(connection) > target ? Drop(connection, UnchangedSql, int.MaxValue, long.MaxValue) : 0;
        while (Used(connection) > target && Drop(connection, OldestSql, 1, long.MaxValue) is long gone and > 0)
        {
            dropped += gone;
        }

        return dropped;
    }

    private static long Drop(SqliteConnection connection, string sql, int most, long before)
    {
        var hashes = new List<string>();
        using (SqliteCommand command = connection.Command(sql, ("$most", most), ("$before", before)))
        using (SqliteDataReader reader = command.ExecuteReader())
        {
            while (reader.Read())
            {
                hashes.Add(reader.GetString(0));
            }
        }

        foreach (string hash in hashes.Distinct())
        {
            connection.Execute("DELETE FROM bodies WHERE hash = $hash AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.hash = bodies.hash)", ("$hash", hash));
        }

        return hashes.Count;
    }

    private static int DropObservations(SqliteConnection connection, int most) => connection.Execute(
        "DELETE FROM events WHERE settled = 0 AND sequence <= (SELECT sequence FROM events WHERE settled = 0 ORDER BY sequence DESC LIMIT 1 OFFSET $most)", ("$most", most));

    private static bool IsOverdue(SqliteConnection connection, JournalBounds bounds, DateTimeOffset now) => connection.Scalar<long>(
        "SELECT COUNT(*) FROM (SELECT 1 FROM entries WHERE settled_at_us IS NULL AND taken_at_us < $before LIMIT 1)", ("$before", Microseconds(now - bounds.Age))) > 0;

    private static long Waiting(SqliteConnection connection) => connection.Scalar<long>("SELECT COUNT(*) FROM events WHERE settled = 0");

    private static long Used(SqliteConnection connection) =>
        (connection.Scalar<long>("PRAGMA page_count") - connection.Scalar<long>("PRAGMA freelist_count")) * connection.Scalar<long>("PRAGMA page_size");

    private static void Count(SqliteConnection connection, long dropped)
    {
        if (dropped > 0)
        {
            connection.Execute("INSERT INTO meta (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                ("$name", DroppedName), ("$value", (ReadDropped(connection) + dropped).ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static long ReadDropped(SqliteConnection connection)
    {
        using SqliteCommand command = connection.Command("SELECT value FROM meta WHERE name = $name", ("$name", DroppedName));
        return command.ExecuteScalar() is string text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long dropped) ? dropped : 0;
    }

    private static long Microseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
