using Microsoft.Data.Sqlite;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.Faults.Support;

/// <summary>What the comparison found.</summary>
/// <param name="Rows">Snapshots that the store holds.</param>
/// <param name="Events">Events that it holds.</param>
/// <param name="Violations">Each broken promise in a sentence; bounded in number.</param>
internal sealed record InvariantReport(int Rows, int Events, IReadOnlyList<string> Violations);

/// <summary>Compares what probes saw acknowledged with what the store holds. It reads the database by itself and uses nothing of the dashboard.</summary>
internal static class InvariantChecker
{
    private const int MaxViolations = 20;

    /// <summary>Fails with every broken promise: the file is sound, each acknowledged snapshot and event is there once and with its content, none is
    /// there twice, no revision of its kind is, and every body is what its hash says.</summary>
    /// <param name="folder">The dashboard's data folder; the dashboard may run.</param>
    /// <param name="ledger">What was acknowledged.</param>
    /// <param name="expectWhole">Whether every host's sequences have to reach from 1 to their highest without a hole.</param>
    public static async Task<InvariantReport> HoldsAsync(string folder, AckLedger ledger, bool expectWhole = true)
    {
        InvariantReport report = await Task.Run(() => Check(folder, ledger, expectWhole), TestContext.Current.CancellationToken);
        Assert.True(report.Violations.Count == 0, string.Join('\n', report.Violations));
        return report;
    }

    /// <summary>The same without failing.</summary>
    public static InvariantReport Check(string folder, AckLedger ledger, bool expectWhole)
    {
        // Before the store is looked at: what is acknowledged later may be stored later.
        KeyValuePair<SnapshotKey, string>[] acknowledged = [.. ledger.Acknowledged], events = [.. ledger.Events];
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        database.Open();
        using SqliteTransaction moment = database.BeginTransaction(deferred: true);
        var violations = new List<string>();
        violations.AddRange(Integrity(database));
        // Without an index: what an index hides is damage too.
        Dictionary<SnapshotKey, string> stored = Rows(database, "SELECT h.host_id, s.boot_id, s.sequence, s.hash, s.revision FROM snapshots s NOT INDEXED JOIN hosts h ON h.id = s.host", "snapshot", violations);
        Dictionary<SnapshotKey, string> seen = Rows(database, "SELECT h.host_id, e.boot_id, e.sequence, CAST(e.body AS TEXT), e.revision FROM events e NOT INDEXED JOIN hosts h ON h.id = e.host", "event", violations);
        Compare(acknowledged, stored, "snapshot", expectWhole, violations);
        Compare(events, seen, "event", expectWhole, violations);
        violations.AddRange(Bodies(database, [.. stored.Values.Distinct()]));
        return new InvariantReport(stored.Count, seen.Count, [.. violations.Take(MaxViolations)]);
    }

    /// <summary>Compares what was acknowledged with what is stored.</summary>
    /// <param name="acknowledged">What was acknowledged.</param>
    /// <param name="stored">What is stored, each with its content.</param>
    /// <param name="what">What it is, for sentences.</param>
    /// <param name="expectWhole">Whether every host's sequences have to reach from 1 to their highest without a hole.</param>
    /// <param name="violations">Gets each broken promise in a sentence.</param>
    public static void Compare(KeyValuePair<SnapshotKey, string>[] acknowledged, Dictionary<SnapshotKey, string> stored, string what, bool expectWhole, List<string> violations)
    {
        violations.AddRange(acknowledged.Where(ack => !stored.TryGetValue(ack.Key, out string? content) || content != ack.Value)
            .Select(ack => $"{what} {ack.Key} was acknowledged and is {(stored.ContainsKey(ack.Key) ? "another content" : "lost")}"));
        if (expectWhole)
        {
            violations.AddRange(stored.Keys.GroupBy(key => key.HostId).Where(host => host.Max(key => key.Sequence) != host.Count())
                .Select(host => $"host {host.Key} has {host.Count()} {what}s and its highest is {host.Max(key => key.Sequence)}"));
        }
    }

    private static IEnumerable<string> Integrity(SqliteConnection database)
    {
        using SqliteCommand check = database.CreateCommand();
        check.CommandText = "PRAGMA integrity_check(5)";
        using SqliteDataReader lines = check.ExecuteReader();
        while (lines.Read())
        {
            if (lines.GetString(0) is not "ok" and var line)
            {
                yield return $"integrity_check: {line}";
            }
        }
    }

    private static Dictionary<SnapshotKey, string> Rows(SqliteConnection database, string sql, string what, List<string> violations)
    {
        using SqliteCommand query = database.CreateCommand();
        query.CommandText = sql;
        using SqliteDataReader rows = query.ExecuteReader();
        var stored = new Dictionary<SnapshotKey, string>();
        var revisions = new HashSet<long>();
        while (rows.Read())
        {
            var key = new SnapshotKey(rows.GetString(0), rows.GetString(1), rows.GetInt64(2));
            if (!stored.TryAdd(key, rows.GetString(3)))
            {
                violations.Add($"{what} {key} is stored twice");
            }

            if (!revisions.Add(rows.GetInt64(4)))
            {
                violations.Add($"revision {rows.GetInt64(4)} of a {what} was given twice");
            }
        }

        return stored;
    }

    private static List<string> Bodies(SqliteConnection database, HashSet<string> wanted)
    {
        using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT hash, body FROM bodies";
        using SqliteDataReader rows = query.ExecuteReader();
        var violations = new List<string>();
        while (rows.Read())
        {
            string hash = rows.GetString(0);
            if (wanted.Remove(hash) && (BodyCodec.TryExpand(rows.GetFieldValue<byte[]>(1), out byte[] canonical) is not null || SnapshotHash.Of(canonical).ToString() != hash))
            {
                violations.Add($"body {hash} is not what was stored");
            }
        }

        violations.AddRange(wanted.Select(hash => $"body {hash} is not there"));
        return violations;
    }
}
