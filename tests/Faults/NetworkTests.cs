using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.Wire;

namespace TdxDash.Faults;

/// <summary>A partition between the networks of probe and dashboard, with packets lost in silence: seen by missing heartbeats, kept as a gap, made up for afterwards.</summary>
[Collection(TimedTests.Name)]
public sealed partial class NetworkTests
{
    private const string Name = "cut-off-host";

    // A page notes it once a second, and the machine may be busy.
    private static readonly TimeSpan MostToSilent = ProbeContract.SilentAfter + TimeSpan.FromSeconds(2);

    [Fact]
    public async Task Partition_BetweenProbeAndDashboard_IsSeenKeptAndMadeUpFor()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe");
        var machine = new MachineTree(folder.Sub("root"), Name, gibibytes: 4);
        await using Network network = await Network.MakeAsync();
        await using Dashboard dashboard = await Dashboard.StartAsync(data, urls: $"http://127.0.0.1:0;http://{network.DashboardAddress}:0");
        Match reached = await dashboard.LineAsync(new Regex($@"Now listening on: (http://{Regex.Escape(network.DashboardAddress)}:\d+)"));
        await using RunningProcess probe = Probe.Of(machine, new Uri(reached.Groups[1].Value), state, network.ProbePrefix);
        using var pages = new Pages(dashboard.Address);
        await probe.LineAsync(Delivered(1));

        await network.CutAsync();
        var clock = Stopwatch.StartNew();
        machine.Resize(gibibytes: 5);
        await probe.LineAsync(Journaled(2));
        machine.Resize(gibibytes: 6);
        await probe.LineAsync(Journaled(3));
        await Eventually.HoldsAsync("the host is shown as silent", async () => (await pages.FieldAsync("silent"))[Name] == "True", () => probe.Output);
        TimeSpan silent = clock.Elapsed;
        Assert.Single(await dashboard.StoredAsync());

        await network.JoinAsync();
        // The probe may have to see that its connection is dead, and to wait for its next try.
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(90)))
        {
            using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
            while ((await dashboard.StoredAsync()).Count < 3)
            {
                await tick.WaitForNextTickAsync(patience.Token);
            }
        }

        TimeSpan back = clock.Elapsed;
        Assert.Equal("False", (await pages.FieldAsync("silent"))[Name]);
        await Eventually.HoldsAsync("the silence is stored", () => Task.FromResult(Silences(data).Count == 1), () => dashboard.Output);
        TimeSpan gap = Assert.Single(Silences(data));
        Assert.InRange(gap, ProbeContract.SilentAfter, back + ProbeContract.HeartbeatInterval);
        Assert.Equal(0, await probe.StopAsync());
        var ledger = new AckLedger();
        Assert.Equal(0, ledger.NoteJournal(state));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.True(silent <= MostToSilent, $"shown as silent {silent} after the cut");
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"shown as silent {silent.TotalSeconds:F1} s after the cut (a host is silent {ProbeContract.SilentAfter.TotalSeconds:F0} s after its last sign of life); {report.Rows} snapshots, each once; a gap of {gap.TotalSeconds:F1} s is kept"));
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

    private static Regex Delivered(int number) => new($"[Ss]napshot {number} is delivered");

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
            await SystemCommand.RunAsync("ip", "netns", "add", network._name);
            await SystemCommand.RunAsync("ip", "link", "add", network.Here, "type", "veth", "peer", "name", network.There, "netns", network._name);
            await SystemCommand.RunAsync("ip", "addr", "add", network.DashboardAddress + "/30", "dev", network.Here);
            await network.JoinAsync();
            await SystemCommand.RunAsync("ip", "-n", network._name, "addr", "add", network.ProbeAddress + "/30", "dev", network.There);
            await SystemCommand.RunAsync("ip", "-n", network._name, "link", "set", network.There, "up");
            return network;
        }

        public Task CutAsync() => SystemCommand.RunAsync("ip", "link", "set", Here, "down");

        public Task JoinAsync() => SystemCommand.RunAsync("ip", "link", "set", Here, "up");

        public async ValueTask DisposeAsync()
        {
            await SystemCommand.TryAsync("ip", "link", "del", Here);
            await SystemCommand.RunAsync("ip", "netns", "del", _name);
        }
    }
}
