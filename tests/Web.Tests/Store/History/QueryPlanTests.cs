using Dapper;
using Microsoft.Data.Sqlite;
using TdxDash.Web.Live.History;
using TdxDash.Web.Store;
using TdxDash.Web.Store.History;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Store.History;

/// <summary>No question about history walks over all snapshots or observations, but for those that ask about all of them.</summary>
public sealed class QueryPlanTests
{
    private static readonly EntriesQuery Entries = new(null, 0, 9, 0, "", null, 50);

    public static TheoryData<string, string, string> Plans => new()
    {
        { "in force", HistoryReader.InForceSql, "SEARCH s USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us<?)" },
        { "find", HistoryReader.FindSql, "SEARCH s USING INTEGER PRIMARY KEY (rowid=?)" },
        { "of a hash", HistoryReader.OfHashSql, "SEARCH s USING INDEX snapshots_by_hash (hash=?)" },
        { "removed", HistoryReader.WasRemovedSql, "SEARCH snapshots USING INTEGER PRIMARY KEY (rowid=?)" },
        { "span", HistoryReader.SpanSql, "SEARCH s USING COVERING INDEX snapshots_by_host_and_sequence (host=?)" },
        { "span at a time", HistoryReader.SpanAtSql, "SEARCH s USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us<?)" },
        { "span's boot", HistoryReader.SpanSql, "SEARCH s USING COVERING INDEX sqlite_autoindex_snapshots_1 (host=? AND boot_id=?)" },
        { "states", HistoryReader.StatesSql, "SEARCH s USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us>? AND received_at_us<?)" },
        { "state at", HistoryReader.StateAtSql, "SEARCH s USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us<?)" },
        { "marks", HistoryReader.MarksSql, "SEARCH snapshots USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us>? AND received_at_us<?)" },
        { "silences", HistoryReader.SilencesSql, "SEARCH silences USING PRIMARY KEY (host=? AND from_us<?)" },
        { "pauses", HistoryReader.PausesSql, "SEARCH pauses USING INTEGER PRIMARY KEY (rowid<?)" },
        { "as of", FleetPastReader.AsOfSql, "SEARCH l USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us<?)" },
        { "as of, silence", FleetPastReader.AsOfSql, "SEARCH q USING PRIMARY KEY (host=? AND from_us=?) LEFT-JOIN" },
        { "as of, last silence", FleetPastReader.AsOfSql, "SEARCH m USING PRIMARY KEY (host=? AND from_us<?)" },
        { "host as of", FleetPastReader.AsOfHostSql, "SEARCH h USING INDEX sqlite_autoindex_hosts_1 (host_id=?)" },
        { "modules at", FleetPastReader.ModulesAtSql, "SEARCH l USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us<?)" },
        { "modules", FleetPastReader.ModulesSql, "SEARCH snapshots USING INDEX snapshots_of_modules (received_at_us>? AND received_at_us<?)" },
        { "activity", FleetPastReader.ActivitySql, "SEARCH s USING COVERING INDEX snapshots_by_receipt (received_at_us>? AND received_at_us<?)" },
        { "activity by name", FleetPastReader.NamedActivitySql, "SEARCH s USING INDEX snapshots_by_receipt (received_at_us>? AND received_at_us<?)" },
        { "silences of the fleet", FleetPastReader.SilencesSql, "SEARCH q USING PRIMARY KEY (host=? AND from_us<?)" },
        { "entries of the fleet", Entries.Sql, "SEARCH s USING INDEX snapshots_by_receipt (received_at_us>? AND received_at_us<?)" },
        { "entries of the fleet, next page", (Entries with { AtMost = (5, 5) }).Sql, "SEARCH s USING INDEX snapshots_by_receipt (received_at_us>? AND received_at_us<?)" },
        { "entries of a host", (Entries with { HostId = "a" }).Sql, "SEARCH s USING INDEX snapshots_by_host_and_receipt (host=? AND received_at_us>? AND received_at_us<?)" },
        { "to compare", ComparisonReader.Sql, "SEARCH s USING INDEX snapshots_to_compare (compared<?)" },
        { "to compare, base", ComparisonReader.Sql, "SEARCH p USING INDEX snapshots_by_host_and_sequence (host=? AND sequence<?)" },
        { "latest boots", EventReader.LatestBootSql, "SEARCH e USING INDEX sqlite_autoindex_events_1 (host=? AND boot_id=?)" },
        { "latest boots, which", EventReader.LatestBootSql, "SEARCH l USING INDEX events_by_host_and_sequence (host=?)" },
        { "newest observations", EventReader.NewestSql, "SEARCH e USING INDEX events_by_host_and_sequence (host=?)" },
        { "annotations", Annotations.OfHostSql, "SEARCH a USING INDEX annotations_by_host_and_time (host=? AND from_us>? AND from_us<?)" },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public async Task Plan_OfAQuestion_SeeksByItsIndex(string question, string sql, string expected)
    {
        await using var store = new HistoryStore();
        using SqliteConnection connection = store.Path.OpenReader();

        string[] plan = Explain(connection, sql);

        Assert.True(plan.Contains(expected, StringComparer.Ordinal), $"The plan of '{question}' is\n{string.Join('\n', plan)}");
        // The hosts are the only table that may be walked over, and only for questions about all of them.
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN", StringComparison.Ordinal) && step is not ("SCAN h" or "SCAN pieces" or "SCAN CONSTANT ROW" or "SCAN f USING INDEX snapshots_by_receipt"));
    }

    [Theory]
    [InlineData(EventReader.LatestBootSql)]
    [InlineData(EventReader.NewestSql)]
    [InlineData(EventReader.RecentSql)]
    public async Task Plan_OfObservations_NeedsNoSorting(string sql)
    {
        await using var store = new HistoryStore();
        using SqliteConnection connection = store.Path.OpenReader();

        string[] plan = Explain(connection, sql);

        Assert.False(plan.Any(step => step.Contains("TEMP B-TREE", StringComparison.Ordinal)), $"The plan is\n{string.Join('\n', plan)}");
    }

    [Theory]
    [InlineData("entries of the fleet", null)]
    [InlineData("entries of a host", "a")]
    public async Task Plan_OfAPageOfEntries_NeedsNoSorting(string question, string? hostId)
    {
        await using var store = new HistoryStore();
        using SqliteConnection connection = store.Path.OpenReader();

        string[] plan = Explain(connection, (Entries with { HostId = hostId }).Sql);

        Assert.False(plan.Any(step => step.Contains("TEMP B-TREE", StringComparison.Ordinal)), $"The plan of '{question}' is\n{string.Join('\n', plan)}");
    }

    private static string[] Explain(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + sql;
        foreach (string name in System.Text.RegularExpressions.Regex.Matches(sql, "@[A-Za-z]+").Select(match => match.Value).Distinct())
        {
            command.Parameters.AddWithValue(name, 1L);
        }

        using SqliteDataReader reader = command.ExecuteReader();
        var steps = new List<string>();
        while (reader.Read())
        {
            steps.Add(reader.GetString(3));
        }

        return [.. steps];
    }
}
