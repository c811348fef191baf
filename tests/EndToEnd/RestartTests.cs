using System.Text.RegularExpressions;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>Either program may be started first and asked to stop. What becomes of both when they are killed, the fault tests show.</summary>
public sealed partial class RestartTests
{
    [Fact]
    public async Task Probe_StartedBeforeTheDashboard_DeliversWhatItTookOnceItIsThere()
    {
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), "early-host", gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        Enrolment.OfHost(dashboard.Address, folder.Sub("probe"));
        Assert.Equal(0, await dashboard.StopAsync());
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, folder.Sub("probe"));
        // What is taken while nobody listens waits in the journal.
        await probe.LineAsync(FirstJournaled());
        machine.Resize(gibibytes: 5);
        await probe.LineAsync(SecondJournaled());
        machine.Resize(gibibytes: 6);
        await probe.LineAsync(ThirdJournaled());

        await dashboard.RestartAsync();

        await Eventually.HoldsAsync("snapshot 3 is stored", async () => (await dashboard.StoredAsync()).Any(row => row.Sequence == 3), () => dashboard.Output);
        IReadOnlyList<StoredSnapshot> stored = await dashboard.StoredAsync();
        Assert.Single(stored.DistinctBy(row => row.HostId));
        Assert.Equal(Enumerable.Range(1, stored.Count).Select(i => (long)i), stored.Select(row => row.Sequence));
    }

    [Fact]
    public async Task BothProcesses_AskedToStop_EndWithZero()
    {
        using var folder = new TemporaryFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        await using RunningProcess probe = Probe.OfThisMachine(dashboard.Address, folder.Sub("probe"));
        await using RunningProcess demo = Probe.Demo(dashboard.Address, folder.Sub("demo"), count: 2);
        await Eventually.HoldsAsync("three hosts are stored", async () => (await dashboard.StoredAsync()).DistinctBy(row => row.HostId).Count() == 3, () => demo.Output);

        Assert.Equal(0, await probe.StopAsync());
        Assert.Equal(0, await demo.StopAsync());
        Assert.Equal(0, await dashboard.StopAsync());
    }

    [GeneratedRegex("[Ss]napshot 1 is journaled")]
    private static partial Regex FirstJournaled();

    [GeneratedRegex("[Ss]napshot 2 is journaled")]
    private static partial Regex SecondJournaled();

    [GeneratedRegex("[Ss]napshot 3 is journaled")]
    private static partial Regex ThirdJournaled();
}
