using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>Clocks that are set while the programs run: order is by sequence, nothing is lost, no age is negative, nobody is called silent who is not.</summary>
public sealed partial class ClockTests
{
    private static readonly TimeSpan TenYears = TimeSpan.FromDays(3652);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan[] Jumps = [TenYears, TimeSpan.Zero, -TenYears, TimeSpan.Zero, TimeSpan.FromHours(-1), TimeSpan.Zero];

    [Fact]
    public async Task Probe_ClockJumps_OrderIsBySequence()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe");
        var machine = new MachineTree(folder.Sub("root"), "jumping-host", gibibytes: 4);
        using var control = new FaultControl(folder.Sub("control"));
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state, control.Prefix);
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await probe.LineAsync(Delivered(1));
        for (int i = 0; i < Jumps.Length; i++)
        {
            control.ClockOffset = Jumps[i];
            machine.Resize(gibibytes: 5 + i);
            await probe.LineAsync(Delivered(i + 2));
            Assert.Equal(((5L + i) << 30).ToString(CultureInfo.InvariantCulture), (await pages.FieldAsync("memory_bytes"))["jumping-host"]);
            await AssertNoNegativeAgeAsync(pages, (await dashboard.StoredAsync())[0].HostId);
        }

        IReadOnlyList<StoredSnapshot> stored = await dashboard.StoredAsync();
        Assert.True(stored[1].TakenAt - stored[0].TakenAt > (TenYears - TimeSpan.FromDays(1)).TotalMicroseconds, "the probe's clock did not jump");
        Assert.Equal(0, await probe.StopAsync());
        var ledger = new AckLedger();
        Assert.Equal(0, ledger.NoteJournal(state));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(Jumps.Length + 1, report.Rows);
        Figures.Note($"{Jumps.Length} jumps of +10 years, -10 years, -1 hour and back: {report.Rows} snapshots in order, 0 lost, no negative age");
    }

    [Fact]
    public async Task Dashboard_ClockJumps_NothingExpiresAndNobodyIsCalledSilent()
    {
        const int hosts = 20;
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        using var control = new FaultControl(folder.Sub("control"));
        await using Dashboard dashboard = await Dashboard.StartAsync(data, control.Prefix);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, hosts).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromMilliseconds(100) }));
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await crowd.WithinAsync("snapshots are acknowledged", Patience, () => ledger.Count >= 4 * hosts);
        foreach (TimeSpan jump in Jumps)
        {
            control.ClockOffset = jump;
            int before = ledger.Count;
            await crowd.WithinAsync("snapshots are acknowledged after the jump", Patience, () => ledger.Count >= before + (4 * hosts));
            Assert.All((await pages.FieldAsync("silent")).Values, silent => Assert.Equal("False", silent));
            await AssertNoNegativeAgeAsync(pages, SimulatedProbe.IdOf(1));
        }

        Assert.Equal(hosts, crowd.Hellos);
        Assert.Equal(0, crowd.PutOff);
        await crowd.DrainAsync(Patience);
        Assert.Equal(0, await dashboard.StopAsync());
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.Equal(0, Silences(data));
        AssertLatestInForce(data);
        Figures.Note($"{Jumps.Length} jumps of +10 years, -10 years, -1 hour and back while {hosts} probes send: {report.Rows} snapshots, 0 lost, 0 connections lost, 0 hosts called silent, no negative age");
    }

    private static async Task AssertNoNegativeAgeAsync(Pages pages, string hostId)
    {
        foreach (string path in new[] { "/", $"/hosts/{hostId}", "/history" })
        {
            Assert.DoesNotMatch(NegativeAge(), Tag().Replace(await pages.GetAsync(path), " "));
        }
    }

    private static long Silences(string data)
    {
        using SqliteConnection database = Open(data);
        using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT count(*) FROM silences";
        return (long)query.ExecuteScalar()!;
    }

    private static void AssertLatestInForce(string data)
    {
        using SqliteConnection database = Open(data);
        using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT count(*) FROM (SELECT host FROM snapshots GROUP BY host HAVING sum(until_us = 9223372036854775807) <> 1 OR max(CASE WHEN until_us = 9223372036854775807 THEN sequence END) <> max(sequence))";
        Assert.Equal(0L, query.ExecuteScalar());
    }

    private static SqliteConnection Open(string data)
    {
        var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        database.Open();
        return database;
    }

    private static Regex Delivered(int number) => new($"[Ss]napshot {number} is delivered");

    [GeneratedRegex(@"(?<![\w.-])[-−]\d+ (s|min|h|d)\b")]
    private static partial Regex NegativeAge();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();
}
