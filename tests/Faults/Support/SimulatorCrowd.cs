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

    private SimulatorCrowd(TimeSpan linger) => Linger = linger;

    /// <summary>How long those that have returned stay for the others, so that all are there at once; none where there is one simulator, which ends when all of its are.</summary>
    public TimeSpan Linger { get; }

    /// <summary>Starts them and waits until each has delivered its first snapshot. Whoever loses the connection then has a snapshot and an observation to deliver.</summary>
    /// <param name="dashboard">Whom they call.</param>
    /// <param name="folder">For their key and reports.</param>
    /// <param name="count">How many probes.</param>
    /// <param name="patience">The most that it may take.</param>
    /// <param name="linger">How long those that have returned may have to wait for the others.</param>
    public static async Task<SimulatorCrowd> GatherAsync(Uri dashboard, TemporaryFolder folder, int count, TimeSpan patience, TimeSpan linger)
    {
        string state = folder.Sub("key");
        Enrolment.OfDemo(dashboard, state);
        int each = Math.Min(count, MostInProcess), processes = count / each;
        var crowd = new SimulatorCrowd(processes > 1 ? linger : TimeSpan.Zero);
        Assert.Equal(count, each * processes);
        try
        {
            for (int i = 0; i < processes; i++)
            {
                string report = Path.Combine(folder.Sub("reports"), string.Create(CultureInfo.InvariantCulture, $"{i}.json"));
                string[] options = ["--hosts", Text(each), "--first", Text(i * each), "--for", "1h", "--connect", Text(ConnectPerSecond / processes), "--news", "--prepare", Text(each), "--linger", $"{crowd.Linger.TotalSeconds}s"];
                crowd._simulators.Add((RunningProcess.Start(["nice", "-n", "10", .. Product.FleetSimulator(), dashboard.GetLeftPart(UriPartial.Authority), "--state", state, .. options, "--json", report]), report));
            }

            await Task.WhenAll(crowd._simulators.Select(simulator => simulator.Process.LineAsync(AllConnected(), patience)));
            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until every probe is connected and all that was taken is acknowledged, and nothing more is taken. They stay connected for <see cref="Linger"/>, and end.</summary>
    /// <param name="patience">The most that it may take.</param>
    /// <returns>Time between the first and the last simulator.</returns>
    public async Task<TimeSpan> ReturnAsync(TimeSpan patience)
    {
        _simulators.ForEach(simulator => simulator.Process.AskToStop());
        long[] ends = await Task.WhenAll(_simulators.Select(async simulator =>
        {
            await simulator.Process.LineAsync(AllAcknowledged(), patience);
            return Environment.TickCount64;
        }));
        return TimeSpan.FromMilliseconds(ends.Max() - ends.Min());
    }

    /// <summary>What they report, once they have returned.</summary>
    /// <param name="patience">The most that closing their connections may take.</param>
    /// <returns>How often a probe came back, and the snapshots and observations that were acknowledged, since all had gathered.</returns>
    public async Task<(long Returns, long Snapshots, long Observations)> ReportAsync(TimeSpan patience)
    {
        long returns = 0, snapshots = 0, observations = 0;
        foreach ((RunningProcess process, string report) in _simulators)
        {
            int code = await process.EndAsync(patience);
            Assert.True(code == 0, process.Output);
            using var read = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken));
            returns += Sum(read, phase => phase.GetProperty("reconnectMilliseconds").GetProperty("count"));
            snapshots += Sum(read, phase => phase.GetProperty("snapshotsAcknowledged"));
            observations += Sum(read, phase => phase.GetProperty("observations"));
        }

        return (returns, snapshots, observations);
    }

    public async ValueTask DisposeAsync()
    {
        foreach ((RunningProcess process, _) in _simulators)
        {
            await process.DisposeAsync();
        }
    }

    private static long Sum(JsonDocument report, Func<JsonElement, JsonElement> figure) => figure(report.RootElement.GetProperty("running")).GetInt64() + figure(report.RootElement.GetProperty("ending")).GetInt64();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("^All hosts are connected, and all is acknowledged")]
    private static partial Regex AllAcknowledged();

    [GeneratedRegex(@"^\d+ connected, ")]
    private static partial Regex AllConnected();
}
