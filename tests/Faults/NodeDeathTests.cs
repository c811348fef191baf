using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Npgsql;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.Testing;

namespace TdxDash.Faults;

/// <summary>Two nodes on one PostgreSQL, told by Redis, behind the documented nginx: kill -9 of either under load loses nothing that was acknowledged, its probes and pages move on, and so do the background jobs.</summary>
public sealed partial class NodeDeathTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Database = "node_death";
    private static readonly int Senders = Scale.Of(40, 200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Node_KilledUnderLoad_LosesNothingAndItsProbesPagesAndJobsMoveOn()
    {
        using var folder = new TemporaryFolder();
        using var redis = new RedisServer();
        string[] settings = await SettingsAsync(folder, redis);
        await using Dashboard a = await Dashboard.StartAsync(folder.Sub("a"), settings), b = await Dashboard.StartAsync(folder.Sub("b"), settings);
        using var proxy = new NginxProxy(a.Address, b.Address);
        SignedIn.Know(proxy.Address, a);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Senders).Select(i => new SimulatedProbe(i, proxy.Address, ledger) { Pace = TimeSpan.FromMilliseconds(200), EventsEvery = 2, ShowsSequence = true }));
        IPage page = await chromium.OpenAsync(proxy.Address);
        await crowd.WithinAsync("probes deliver", Patience, () => ledger.Count >= 10 * Senders);
        var figures = new List<string>();

        // First the node that the page lives in, then the other one: whichever has the jobs, they move at least once.
        Dashboard first = proxy.NodeOfPage() == a.Address.Authority ? a : b, second = first == a ? b : a;
        foreach ((Dashboard victim, Dashboard survivor) in new[] { (first, second), (second, first) })
        {
            int before = ledger.Count, hellos = crowd.Hellos;
            var clock = Stopwatch.StartNew();
            await victim.KillAsync();
            await crowd.WithinAsync("probes of the one that died deliver to the other", Patience, () => crowd.Hellos >= hellos + (Senders / 4) && ledger.Count >= before + (4 * Senders));
            TimeSpan probes = clock.Elapsed;
            await PageIsLiveAsync(page, crowd);
            figures.Add(string.Create(CultureInfo.InvariantCulture, $"its probes delivered to the other {probes.TotalSeconds:F1} s after the kill, an open page was live {clock.Elapsed.TotalSeconds:F1} s after it"));
            await survivor.LineAsync(Jobs());
            await victim.RestartAsync();
        }

        await crowd.DrainAsync(Patience);
        await HoldsAsync(ledger);
        await SameAsync(a.Address, b.Address, proxy.Address);
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"two kills while {Senders} probes send: {ledger.Count} snapshots and {ledger.EventCount} events acknowledged, 0 lost, 0 twice; {string.Join("; ", figures)}; {crowd.Duplicates} snapshots were committed and not answered before, and answered as duplicates after it"));
    }

    // A store that knows the demo machines of these tests, brought to PostgreSQL by the command that users have.
    private static async Task<string[]> SettingsAsync(TemporaryFolder folder, RedisServer redis)
    {
        await using (var server = new NpgsqlConnection(PostgresServer.Shared.Address("postgres")))
        {
            await server.OpenAsync(TestContext.Current.CancellationToken);
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", server);
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        string connection = Path.Combine(folder.Sub("settings"), "postgres"), signal = Path.Combine(folder.Sub("settings"), "redis");
        Directory.CreateDirectory(folder.Sub("settings"));
        await File.WriteAllTextAsync(connection, PostgresServer.Shared.Address(Database), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(signal, redis.Address, TestContext.Current.CancellationToken);
        await Enrolment.PrepareAsync(folder.Sub("a"));
        await using RunningProcess move = RunningProcess.Start([.. Product.Dashboard(), "move-store", $"--TdxDash:DataFolder={folder.Sub("a")}", "--TdxDash:Store:Engine=postgres", $"--TdxDash:Store:ConnectionStringFile={connection}"]);
        int code = await move.EndAsync();
        Assert.True(code == 0, move.Output);
        return ["env", "TdxDash__Store__Engine=postgres", $"TdxDash__Store__ConnectionStringFile={connection}", $"TdxDash__Redis__ConnectionStringFile={signal}", "TdxDash__Proxies=127.0.0.1"];
    }

    private static async Task PageIsLiveAsync(IPage page, ProbeCrowd crowd)
    {
        await page.Locator("#components-reconnect-modal").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Hidden, Timeout = (float)Patience.TotalMilliseconds });
        await Lag.OfAsync(page, crowd.Probes[0], Patience);
    }

    private static async Task HoldsAsync(AckLedger ledger)
    {
        var violations = new List<string>();
        await using var database = new NpgsqlConnection(PostgresServer.Shared.Address(Database));
        await database.OpenAsync(TestContext.Current.CancellationToken);
        Dictionary<SnapshotKey, string> snapshots = await RowsAsync(database, "SELECT h.host_id, s.boot_id, s.sequence, s.hash FROM snapshots s JOIN hosts h ON h.id = s.host");
        Dictionary<SnapshotKey, string> events = await RowsAsync(database, "SELECT h.host_id, e.boot_id, e.sequence, convert_from(e.body, 'UTF8') FROM events e JOIN hosts h ON h.id = e.host");
        InvariantChecker.Compare([.. ledger.Acknowledged], snapshots, "snapshot", expectWhole: true, violations);
        InvariantChecker.Compare([.. ledger.Events], events, "event", expectWhole: true, violations);
        Assert.True(violations.Count == 0, string.Join('\n', violations));
        Assert.Equal((ledger.Count, ledger.EventCount), (snapshots.Count, events.Count));
    }

    // The texts are constants of this file. A key that came twice would fail here.
#pragma warning disable CA2100
    private static async Task<Dictionary<SnapshotKey, string>> RowsAsync(NpgsqlConnection database, string sql)
    {
        await using var query = new NpgsqlCommand(sql, database);
        await using NpgsqlDataReader rows = await query.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var stored = new Dictionary<SnapshotKey, string>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
        {
            stored.Add(new SnapshotKey(rows.GetString(0), rows.GetString(1), rows.GetInt64(2)), rows.GetString(3));
        }

        return stored;
    }
#pragma warning restore CA2100

    // Both, and whoever comes through the proxy, give the same hosts for the session of one.
    private static async Task SameAsync(Uri a, Uri b, Uri proxy)
    {
        string session = (await SignedIn.ValueAsync(proxy))!;
        await Eventually.HoldsAsync("both nodes give the same", async () => await TextAsync(a) is var text && text.Contains(SimulatedProbe.IdOf(Senders), StringComparison.Ordinal) && text == await TextAsync(b) && text == await TextAsync(proxy));

        async Task<string> TextAsync(Uri address)
        {
            using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = address };
            client.DefaultRequestHeaders.Add("Cookie", $"{SignedIn.Cookie}={session}");
            string csv = await client.GetStringAsync("/fleet.csv", TestContext.Current.CancellationToken);
            return Seen().Replace(csv, "");
        }
    }

    [GeneratedRegex("The background jobs run on this node")]
    private static partial Regex Jobs();

    // When a host was last heard of differs by seconds.
    [GeneratedRegex(@"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?")]
    private static partial Regex Seen();
}
