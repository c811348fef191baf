using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TdxDash.EndToEnd.Processes;

namespace TdxDash.EndToEnd;

/// <summary>Either process may be killed at any moment: no snapshot is lost or stored twice.</summary>
public sealed partial class RestartTests(Chromium chromium)
{
    private const string Name = "killed-host";

    [Fact]
    public async Task Dashboard_KilledAndRestarted_LosesNothing()
    {
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), Name, gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, folder.Sub("probe"));
        await StoredUpToAsync(dashboard, 1);
        IReadOnlyList<StoredSnapshot> before = await dashboard.StoredAsync();

        await dashboard.KillAsync();
        // What is taken while nobody listens waits in the journal.
        machine.Resize(gibibytes: 5);
        await probe.LineAsync(SecondJournaled());
        machine.Resize(gibibytes: 6);
        await probe.LineAsync(ThirdJournaled());
        await dashboard.RestartAsync();

        await StoredUpToAsync(dashboard, 3);
        Assert.False(probe.HasExited, $"the probe ended:\n{probe.Output}");
        await AssertCompleteAsync(dashboard, before);
        IPage page = await chromium.OpenAsync(dashboard.Address);
        await Assertions.Expect(Site.Row(page, Name)).ToContainTextAsync(SixGibibytes());
    }

    [Fact]
    public async Task Probe_KilledAndRestarted_GoesOnWithItsSequence()
    {
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), Name, gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        string state = folder.Sub("probe");
        await using (RunningProcess first = Probe.Of(machine, dashboard.Address, state))
        {
            await StoredUpToAsync(dashboard, 1);
            await first.KillAsync();
        }

        IReadOnlyList<StoredSnapshot> before = await dashboard.StoredAsync();
        machine.Resize(gibibytes: 5);
        await using RunningProcess again = Probe.Of(machine, dashboard.Address, state);

        await StoredUpToAsync(dashboard, before[^1].Sequence + 1);
        await AssertCompleteAsync(dashboard, before);
    }

    [Fact]
    public async Task Probe_StartedBeforeTheDashboard_DeliversOnceItIsThere()
    {
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), Name, gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(folder.Sub("dashboard"));
        Enrolment.OfHost(dashboard.Address, folder.Sub("probe"));
        Assert.Equal(0, await dashboard.StopAsync());
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, folder.Sub("probe"));
        await probe.LineAsync(FirstJournaled());

        await dashboard.RestartAsync();

        await StoredUpToAsync(dashboard, 1);
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

    private static Task StoredUpToAsync(Dashboard dashboard, long sequence) =>
        Eventually.HoldsAsync($"snapshot {sequence} is stored", async () => (await dashboard.StoredAsync()).Any(row => row.Sequence == sequence), () => dashboard.Output);

    /// <summary>One host, every sequence from 1 once, and what was there before still there.</summary>
    private static async Task AssertCompleteAsync(Dashboard dashboard, IReadOnlyList<StoredSnapshot> before)
    {
        IReadOnlyList<StoredSnapshot> after = await dashboard.StoredAsync();
        Assert.Single(after.DistinctBy(row => row.HostId));
        Assert.Equal(Enumerable.Range(1, after.Count).Select(i => (long)i), after.Select(row => row.Sequence));
        Assert.Subset(after.ToHashSet(), before.ToHashSet());
    }

    [GeneratedRegex("[Ss]napshot 1 is journaled")]
    private static partial Regex FirstJournaled();

    [GeneratedRegex("[Ss]napshot 2 is journaled")]
    private static partial Regex SecondJournaled();

    [GeneratedRegex("[Ss]napshot 3 is journaled")]
    private static partial Regex ThirdJournaled();

    [GeneratedRegex(@"\b6(\.0+)? GiB")]
    private static partial Regex SixGibibytes();
}
