using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.Faults.Support;

/// <summary>Thousands of probes in fleet simulators of their own. In one process, each collection of its garbage would stop all of them for up to a second, and they would go on together, which hosts do not.</summary>
internal sealed partial class SimulatorCrowd : IAsyncDisposable
{
    private const int MostInProcess = 5_000, ConnectPerSecond = 200;

    private readonly List<(RunningProcess Process, string Report)> _simulators = [];

    private SimulatorCrowd()
    {
    }

    /// <summary>Starts them and waits until each has delivered its first snapshot. From then on random ones take snapshots.</summary>
    /// <param name="dashboard">Whom they call.</param>
    /// <param name="folder">For their key and reports.</param>
    /// <param name="count">How many probes.</param>
    /// <param name="snapshotsPerSecond">New snapshots a second, over all.</param>
    /// <param name="patience">The most that it may take.</param>
    public static async Task<SimulatorCrowd> GatherAsync(Uri dashboard, TemporaryFolder folder, int count, int snapshotsPerSecond, TimeSpan patience)
    {
        string state = folder.Sub("key");
        Enrolment.OfDemo(dashboard, state);
        var crowd = new SimulatorCrowd();
        int each = Math.Min(count, MostInProcess), processes = count / each;
        for (int i = 0; i < processes; i++)
        {
            string report = Path.Combine(folder.Sub("reports"), string.Create(CultureInfo.InvariantCulture, $"{i}.json"));
            string[] options = ["--hosts", Text(each), "--first", Text(i * each), "--for", "1h", "--connect", Text(ConnectPerSecond / processes), "--snapshots", Text(snapshotsPerSecond / processes), "--prepare", Text(each)];
            crowd._simulators.Add((RunningProcess.Start(["nice", "-n", "10", .. Product.FleetSimulator(), dashboard.GetLeftPart(UriPartial.Authority), "--state", state, .. options, "--json", report]), report));
        }

        await Task.WhenAll(crowd._simulators.Select(simulator => simulator.Process.LineAsync(AllConnected(), patience)));
        return crowd;
    }

    /// <summary>Lets no more snapshots be taken, and waits until every probe is connected and all that was taken is acknowledged. They end with that.</summary>
    /// <param name="patience">The most that it may take.</param>
    public async Task ReturnAsync(TimeSpan patience)
    {
        _simulators.ForEach(simulator => simulator.Process.AskToStop());
        await Task.WhenAll(_simulators.Select(simulator => simulator.Process.LineAsync(AllAcknowledged(), patience)));
    }

    /// <summary>What they report, once they have returned.</summary>
    /// <param name="patience">The most that closing their connections may take.</param>
    /// <returns>Connections that were lost or could not be made, and snapshots that were acknowledged, since all had gathered.</returns>
    public async Task<(long Losses, long Acknowledged)> ReportAsync(TimeSpan patience)
    {
        long losses = 0, acknowledged = 0;
        foreach ((RunningProcess process, string report) in _simulators)
        {
            int code = await process.EndAsync(patience);
            Assert.True(code == 0, process.Output);
            using var read = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
            losses += Sum(read, "losses");
            acknowledged += Sum(read, "snapshotsAcknowledged");
        }

        return (losses, acknowledged);
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((RunningProcess process, _) in _simulators)
        {
            await process.DisposeAsync();
        }
    }

    private static long Sum(JsonDocument report, string name) => report.RootElement.GetProperty("running").GetProperty(name).GetInt64() + report.RootElement.GetProperty("ending").GetProperty(name).GetInt64();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^All hosts are connected, and all is acknowledged")]
    private static partial Regex AllAcknowledged();

    [GeneratedRegex(@"^\d+ connected, ")]
    private static partial Regex AllConnected();
}
