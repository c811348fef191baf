using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Reinit;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Journal;

/// <summary>The journal's observations: appended in order, delivered in batches of one boot, settled by the dashboard's answer.</summary>
internal sealed class JournalEvents(JournalFile file)
{
    private const string MarkName = "kernel_log_mark";
    private const int MaxSettled = 10_000;

    private (string BootId, ulong? Mark) _marked = ("", null);

    /// <summary>Appends observations, and remembers up to which record the kernel log was read, both or neither.</summary>
    /// <param name="bootId">The boot they belong to.</param>
    /// <param name="seen">The observations, bounded.</param>
    /// <param name="mark">The number of the last record of the kernel log that was looked at; null where none was.</param>
    public void Append(string bootId, IReadOnlyList<ReinitObservation> seen, ulong? mark) => file.Run(connection =>
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        foreach (ReinitObservation observation in seen)
        {
            file.Statements.Execute(transaction, "INSERT INTO events (boot_id, body) VALUES ($boot, $body)", ("$boot", bootId), ("$body", ObservationBatch.Write(observation)));
        }

        if (mark is { } number && _marked != (bootId, number))
        {
            file.Statements.Execute(transaction, "INSERT INTO meta (name, value) VALUES ($name, $value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                ("$name", MarkName), ("$value", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{bootId} {number}")));
        }

        transaction.Commit();
        _marked = (bootId, mark);
        return seen.Count;
    });

    /// <summary>The number of the last record of the kernel log that was looked at in a boot; null where none was.</summary>
    public ulong? Mark(string bootId) => file.Run<ulong?>(connection =>
    {
        using SqliteCommand command = connection.Command("SELECT value FROM meta WHERE name = $name", ("$name", MarkName));
        return command.ExecuteScalar() is string value && value.Split(' ') is [var boot, var number] && boot == bootId
            && ulong.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out ulong mark) ? mark : null;
    });

    /// <summary>The waiting observations with the lowest numbers, all of one boot; null where none waits. One that cannot be read any more
    /// is settled as rejected.</summary>
    public ObservationBatch? NextPending() => file.Run(connection =>
    {
        var batch = new List<WireObservation>();
        var damaged = new List<long>();
        string boot = "";
        using (SqliteDataReader reader = file.Statements.Of(null,
            "SELECT sequence, boot_id, body FROM events WHERE settled = 0 ORDER BY sequence LIMIT $most", ("$most", ObservationBatch.MaxObservations)).ExecuteReader())
        {
            while (reader.Read())
            {
                if (batch.Count > 0 && reader.GetString(1) != boot)
                {
                    break;
                }

                boot = reader.GetString(1);
                if (ObservationBatch.Read(reader.GetFieldValue<byte[]>(2)) is { } seen)
                {
                    batch.Add(new WireObservation(reader.GetInt64(0), seen));
                }
                else
                {
                    damaged.Add(reader.GetInt64(0));
                }
            }
        }

        foreach (long sequence in damaged)
        {
            connection.Execute("UPDATE events SET settled = 2 WHERE sequence = $sequence", ("$sequence", sequence));
        }

        return batch.Count == 0 ? null : new ObservationBatch(boot, batch);
    });

    /// <summary>Notes that the dashboard holds a batch, or will never accept it, and forgets what was settled long ago. Where the power takes that back, the batch is sent once more,
    /// and answered as a duplicate.</summary>
    public void Settle(ObservationBatch batch, bool rejected) => file.RunUnflushed(connection =>
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        file.Statements.Execute(transaction, "UPDATE events SET settled = $how WHERE settled = 0 AND sequence BETWEEN $first AND $last",
            ("$how", rejected ? 2 : 1), ("$first", batch.Observations[0].Sequence), ("$last", batch.Observations[^1].Sequence));
        file.Statements.Execute(transaction, "DELETE FROM events WHERE settled <> 0 AND sequence < (SELECT MAX(sequence) FROM events) - $most", ("$most", MaxSettled));
        transaction.Commit();
        return 0;
    });

    /// <summary>How many wait.</summary>
    public long CountPending() => file.Run(connection => connection.Scalar<long>("SELECT COUNT(*) FROM events WHERE settled = 0"));
}
