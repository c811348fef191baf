using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.Faults;

/// <summary>A disk that takes nothing, or does not give what is on it: whoever runs keeps running and acknowledges nothing that is not stored; whoever starts refuses with the remedy.</summary>
public sealed partial class InputOutputErrorTests
{
    private const int Senders = 8;
    private const int Ballast = 24_000;

    // One where no read succeeds, and one where the first page of a file still comes.
    private const long Nothing = 1, FirstPage = 4096;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Dashboard_WritesOrReadsFail_KeepsRunningAndRefusesToStart()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        using var control = new FaultControl(folder.Sub("control"), data);
        await using Dashboard dashboard = await Dashboard.StartAsync(data, control.Prefix);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Senders).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromMilliseconds(50), Ballast = Ballast, Timing = new UplinkTiming { RetryCap = TimeSpan.FromSeconds(1) } }));
        await crowd.WithinAsync("snapshots are acknowledged", Patience, () => ledger.Count >= 2 * Senders);
        using var pages = await Pages.OpenAsync(dashboard.Address);

        control.WriteFails = true;
        TimeSpan took = await pages.BannerAsync(() => dashboard.Output);
        int before = ledger.Count, putOff = crowd.PutOff;
        await crowd.WithinAsync("snapshots are put off", Patience, () => crowd.PutOff >= putOff + (2 * Senders));
        Assert.Equal(before, ledger.Count);
        control.WriteFails = false;
        await crowd.WithinAsync("snapshots are acknowledged again", Patience, () => ledger.Count >= before + Senders);

        control.ReadFailsBeyond = Nothing;
        int answered = ledger.Count + crowd.PutOff;
        await crowd.WithinAsync("probes are answered", Patience, () => ledger.Count + crowd.PutOff >= answered + (4 * Senders));
        // Pages that look into the database cannot be shown; the dashboard still answers.
        await pages.HealthAsync();
        Assert.False(dashboard.HasExited, dashboard.Output);
        control.ReadFailsBeyond = 0;
        await pages.RecoveredAsync(() => dashboard.Output);
        Assert.Equal(0, await dashboard.StopAsync());
        await InvariantChecker.HoldsAsync(data, ledger);
        await RefusedAsync(data, control);
        Figures.Note(string.Create(CultureInfo.InvariantCulture,
            $"0 acknowledged while writes failed, banner after {took.TotalSeconds:F2} s; keeps running while reads fail; refuses to start with either, with the remedy; {ledger.Count} acknowledged, 0 lost"));
    }

    private static async Task RefusedAsync(string data, FaultControl control)
    {
        foreach ((bool write, long beyond) in new[] { (true, 0L), (false, Nothing), (false, FirstPage) })
        {
            (control.WriteFails, control.ReadFailsBeyond) = (write, beyond);
            await using RunningProcess refused = Dashboard.Launch(data, "http://127.0.0.1:0", control.Prefix);
            Assert.Equal(1, await refused.EndAsync());
            Assert.Contains(data, refused.Output, StringComparison.Ordinal);
            Assert.Matches(DashboardRemedy(), refused.Output);
            Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Probe_ReadsFail_KeepsRunningAndRefusesToStart()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe");
        var machine = new MachineTree(folder.Sub("root"), "unread-host", gibibytes: 4);
        using var control = new FaultControl(folder.Sub("control"), state);
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state, control.Prefix);
        await probe.LineAsync(Delivered());

        control.ReadFailsBeyond = Nothing;
        machine.Resize(gibibytes: 9);
        string met = (await probe.LineAsync(Answer())).Value;
        Assert.False(probe.HasExited, probe.Output);
        control.ReadFailsBeyond = 0;
        machine.Resize(gibibytes: 777);
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await Eventually.HoldsAsync("the newest state is stored", async () => (await pages.FieldAsync("memory_bytes"))["unread-host"] == (777L << 30).ToString(CultureInfo.InvariantCulture), () => probe.Output);
        Assert.Equal(0, await probe.StopAsync());
        foreach (long beyond in new[] { Nothing, FirstPage })
        {
            control.ReadFailsBeyond = beyond;
            await using RunningProcess refused = Probe.Of(machine, dashboard.Address, state, control.Prefix);
            Assert.NotEqual(0, await refused.EndAsync());
            Assert.Contains(state, refused.Output, StringComparison.Ordinal);
            Assert.Matches(Remedy(), refused.Output);
            Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        }

        var ledger = new AckLedger();
        Assert.Equal(0, ledger.NoteJournal(state));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Figures.Note($"keeps running ('{met}'); refuses to start, with the remedy; {ledger.Count} snapshots, 0 lost of those journaled");
    }

    [GeneratedRegex("[Ss]napshot 1 is delivered")]
    private static partial Regex Delivered();

    // The second of each where SQLite takes a page that it cannot have for a damaged one.
    [GeneratedRegex("that its disk has room and no errors|put a backup in its place")]
    private static partial Regex DashboardRemedy();

    [GeneratedRegex("Check the disk that holds it|Move it away and start again")]
    private static partial Regex Remedy();

    [GeneratedRegex("[Ss]napshot [2-9] is journaled|could not be journaled|waits for the journal")]
    private static partial Regex Answer();
}
