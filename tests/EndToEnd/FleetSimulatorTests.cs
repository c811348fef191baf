using System.Text.Json;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>The fleet simulator against a real dashboard: what it reports is what the store holds.</summary>
public sealed class FleetSimulatorTests
{
    private static readonly string[] Phases = ["connecting", "running", "ending"], Faults = ["repeated", "reordered", "cuts", "updates"];

    private const int Hosts = 20;

    // Its code is compiled while it runs, beside browsers on what cores there are.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Report_OfARunWithFaultsAndAStorm_AddsUpWithTheStore()
    {
        using var folder = new TemporaryFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        string state = folder.Sub("key"), file = Path.Combine(folder.Sub("report"), "report.json");
        Enrolment.OfDemo(dashboard.Address, state);

        (int code, string output) = await RunAsync(dashboard.Address.GetLeftPart(UriPartial.Authority), "--state", state, "--hosts", "20", "--connect", "0", "--for", "3s", "--heartbeat", "0.2s",
            "--snapshots", "40", "--duplicate", "10", "--reorder", "5", "--cut", "5", "--updates", "2", "--storm", "1s", "--json", file);

        Assert.True(code == 0, output);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        JsonElement root = report.RootElement;
        IReadOnlyList<StoredSnapshot> stored = await dashboard.StoredAsync();
        long Sum(string name) => Phases.Sum(phase => root.GetProperty(phase).GetProperty(name).GetInt64());
        Assert.Equal(Hosts, root.GetProperty("connected").GetInt32());
        Assert.Equal(0, root.GetProperty("unacknowledged").GetInt32());
        Assert.Equal(Sum("snapshotsTaken"), Sum("snapshotsAcknowledged"));
        Assert.Equal(stored.Count, Sum("snapshotsAcknowledged"));
        // Each needs one answer, and those that were sent twice another one.
        Assert.Equal(Sum("snapshotsAcknowledged") + Sum("repeated"), Sum("stored") + Sum("duplicates"));
        Assert.Equal((await dashboard.ObservationsAsync()).Count, Sum("observations"));
        Assert.Equal(0, Sum("missing"));
        Assert.All(Faults, name => Assert.True(Sum(name) > 0, $"nothing was {name}: {root}"));
        Assert.Equal(Hosts, stored.Select(row => row.HostId).Distinct().Count());
        JsonElement[] storms = [.. root.GetProperty("storms").EnumerateArray()];
        Assert.NotEmpty(storms);
        Assert.All(storms, storm => Assert.True(storm.GetProperty("backSeconds").GetDouble() > 0));
    }

    [Theory]
    [InlineData("--token TOKEN", "http://127.0.0.1:1")]
    [InlineData("http://dashboard.example is plain HTTP to another machine", "http://dashboard.example", "--token", "t")]
    [InlineData("--hosts 0 is no number from 1 to 100000", "http://127.0.0.1:1", "--token", "t", "--hosts", "0")]
    [InlineData("--for 5 is no time", "http://127.0.0.1:1", "--token", "t", "--for", "5")]
    public async Task Options_ThatAreWrong_AreNamedWithTheRemedy(string expected, params string[] options)
    {
        (int code, string output) = await RunAsync(options);
        Assert.Equal(2, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] options)
    {
        await using RunningProcess simulator = RunningProcess.Start([.. Product.FleetSimulator(), .. options]);
        int code = await simulator.EndAsync(Patience);
        return (code, simulator.Output);
    }
}
