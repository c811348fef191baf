using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.Wire;

namespace TdxDash.Faults;

/// <summary>A partition between the networks of probe and dashboard, with packets lost in silence: seen by missing heartbeats, kept as a gap, made up for afterwards.</summary>
public sealed partial class NetworkTests
{
    private const string Name = "cut-off-host";
    private const string DayName = "day-off-host";

    // A page notes it once a second; at the reduced count other tests keep the machine busy beside it.
    private static readonly TimeSpan MostToSilent = ProbeContract.SilentAfter + TimeSpan.FromSeconds(Scale.Of(15, 2));
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>A native probe behind a cable that is cut, and one behind a proxy that lets nothing through, for which a day passes meanwhile.</summary>
    [Fact]
    public async Task Partition_BetweenProbesAndDashboard_IsSeenKeptAndMadeUpFor()
    {
        int snapshots = Scale.Of(200, 2_000);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe"), dayState = folder.Sub("day");
        var machine = new MachineTree(folder.Sub("root"), Name, gibibytes: 4);
        await using Network network = await Network.MakeAsync();
        (string certificate, string key) = Certificate.Write(folder.Sub("tls"), IPAddress.Parse(network.DashboardAddress));
        await using Dashboard dashboard = await Dashboard.StartAsync(data, urls: $"http://127.0.0.1:0;https://{network.DashboardAddress}:0",
            options: [$"--TdxDash:Tls:Certificate={certificate}", $"--TdxDash:Tls:Key={key}"]);
        Match reached = await dashboard.LineAsync(new Regex($@"Now listening on: (https://{Regex.Escape(network.DashboardAddress)}:\d+)"));
        await using var relay = new Relay(dashboard.Address);
        var address = new Uri(reached.Groups[1].Value);
        Enrolment.OfHost(address, state, network.ProbePrefix, "--ca", certificate);
        await using RunningProcess probe = Probe.Of(machine, address, state, network.ProbePrefix);
        await using var day = new DayProbe(relay.Address, dayState, DayName);
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await StoredAsync(dashboard, 2);

        await network.CutAsync();
        relay.Hold();
        var clock = Stopwatch.StartNew();
        TimeSpan silent = await ChangeUntilSilentAsync(machine, probe, pages, clock);
        // Only now, as its flushes would slow down what is timed.
        day.TakeADay(snapshots);
        await WithinAsync("a day has passed", () => Task.FromResult(day.Taken == snapshots + 1));
        Assert.Equal(2, (await dashboard.StoredAsync()).Count);

        await network.JoinAsync();
        relay.Pass();
        TimeSpan joined = clock.Elapsed;
        await StoredAsync(dashboard, 2 + 2 + snapshots);
        TimeSpan back = clock.Elapsed;
        IReadOnlyList<TimeSpan> gaps = await GapsAsync(dashboard, data, pages, back);
        Assert.Equal(0, await probe.StopAsync());
        await day.StopAsync();
        var ledger = new AckLedger();
        Assert.Equal((0, 0), (ledger.NoteJournal(state), ledger.NoteJournal(dayState)));
        Assert.Equal((0, 0), (AckLedger.DroppedOf(state), AckLedger.DroppedOf(dayState)));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(2 + 2 + snapshots, report.Rows);
        Assert.True(silent <= MostToSilent, $"shown as silent {silent} after the cut");
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"shown as silent {silent.TotalSeconds:F1} s after the cut (a host is silent {ProbeContract.SilentAfter.TotalSeconds:F0} s after its last sign of life); {report.Rows} snapshots, {snapshots} of them a day's of one host, each once, 0 dropped, all delivered {(back - joined).TotalSeconds:F1} s after the network was back; gaps of {gaps.Min().TotalSeconds:F1} and {gaps.Max().TotalSeconds:F1} s are kept and drawn"));
    }

    /// <summary>Two changes that the probe journals, and the time until both hosts are shown as silent.</summary>
    private static async Task<TimeSpan> ChangeUntilSilentAsync(MachineTree machine, RunningProcess probe, Pages pages, Stopwatch clock)
    {
        machine.Resize(gibibytes: 5);
        await probe.LineAsync(Journaled(2));
        machine.Resize(gibibytes: 6);
        await probe.LineAsync(Journaled(3));
        await Eventually.HoldsAsync("the hosts are shown as silent", async () => (await pages.FieldAsync("silent")).Values.All(silent => silent == "True"), () => probe.Output);
        return clock.Elapsed;
    }

    /// <summary>The silence of each host, which is over, and is drawn as a gap in its history.</summary>
    private static async Task<IReadOnlyList<TimeSpan>> GapsAsync(Dashboard dashboard, string data, Pages pages, TimeSpan back)
    {
        Assert.All((await pages.FieldAsync("silent")).Values, silent => Assert.Equal("False", silent));
        await Eventually.HoldsAsync("the silences are stored", () => Task.FromResult(Silences(data).Count == 2), () => dashboard.Output);
        List<TimeSpan> gaps = Silences(data);
        Assert.All(gaps, gap => Assert.InRange(gap, ProbeContract.SilentAfter, back + ProbeContract.HeartbeatInterval));
        foreach (string hostId in (await pages.FieldAsync("host_id")).Values)
        {
            Assert.Matches(DrawnGap(), await pages.GetAsync($"/hosts/{hostId}/history"));
        }

        return gaps;
    }

    private static Task StoredAsync(Dashboard dashboard, int count) =>
        WithinAsync($"{count} snapshots are stored", async () => (await dashboard.StoredAsync()).Count == count);

    // The probe may have to see that its connection is dead, and to wait for its next try.
    private static async Task WithinAsync(string condition, Func<Task<bool>> check)
    {
        var clock = Stopwatch.StartNew();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await check())
        {
            Assert.True(clock.Elapsed < Patience, $"After {Patience} it does not hold that {condition}");
            await tick.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static List<TimeSpan> Silences(string data)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(data, "tdxdash.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        database.Open();
        using SqliteCommand query = database.CreateCommand();
        query.CommandText = "SELECT to_us - from_us FROM silences";
        using SqliteDataReader rows = query.ExecuteReader();
        var silences = new List<TimeSpan>();
        while (rows.Read())
        {
            silences.Add(TimeSpan.FromMicroseconds(rows.GetInt64(0)));
        }

        return silences;
    }

    // The legend's sample has no place in time.
    [GeneratedRegex("class=\"gap silent\" x=")]
    private static partial Regex DrawnGap();

    private static Regex Journaled(int number) => new($"[Ss]napshot {number} is journaled");

    /// <summary>A network of the probe's own, joined to this one by a cable that can be cut.</summary>
    private sealed class Network : IAsyncDisposable
    {
        private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"tdxf{Environment.ProcessId % 1_000_000}");
        private readonly int _subnet = Random.Shared.Next(256);

        public string DashboardAddress => string.Create(CultureInfo.InvariantCulture, $"10.213.{_subnet}.1");

        public string[] ProbePrefix => ["ip", "netns", "exec", _name];

        private string ProbeAddress => string.Create(CultureInfo.InvariantCulture, $"10.213.{_subnet}.2");

        private string Here => _name + "a";

        private string There => _name + "b";

        public static async Task<Network> MakeAsync()
        {
            var network = new Network();
            try
            {
                await network.SetUpAsync();
                return network;
            }
            catch
            {
                // Half of it must not stay with the machine.
                await network.DisposeAsync();
                throw;
            }
        }

        public Task CutAsync() => SystemCommand.RunAsync("ip", "link", "set", Here, "down");

        public Task JoinAsync() => SystemCommand.RunAsync("ip", "link", "set", Here, "up");

        public async ValueTask DisposeAsync()
        {
            await SystemCommand.TryAsync("ip", "link", "del", Here);
            await SystemCommand.TryAsync("ip", "netns", "del", _name);
        }

        private async Task SetUpAsync()
        {
            await SystemCommand.RunAsync("ip", "netns", "add", _name);
            await SystemCommand.RunAsync("ip", "link", "add", Here, "type", "veth", "peer", "name", There, "netns", _name);
            await SystemCommand.RunAsync("ip", "addr", "add", DashboardAddress + "/30", "dev", Here);
            await JoinAsync();
            await SystemCommand.RunAsync("ip", "-n", _name, "addr", "add", ProbeAddress + "/30", "dev", There);
            await SystemCommand.RunAsync("ip", "-n", _name, "link", "set", There, "up");
        }
    }
}
