using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>A disk that is full, read-only, slow, or fails to write or flush, on either side: nothing is acknowledged that is not on it, and it is over without a restart.</summary>
public sealed partial class DiskTests
{
    private const int Senders = 8;
    private const int Ballast = 24_000;
    private const long MostMemory = 1L << 30;
    private const long MostProbeMemory = 64L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MostToBanner = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SlowFlush = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task Dashboard_DiskFull_SaysSoKeepsPagesAndGoesOnWhenThereIsRoom()
    {
        using var folder = new TemporaryFolder();
        await using SmallDisk disk = await SmallDisk.MountAsync(folder.Sub("dashboard"), mebibytes: 32);
        await using Dashboard dashboard = await Dashboard.StartAsync(disk.Folder);
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Crowd(dashboard, ledger);
        await crowd.WithinAsync("snapshots are acknowledged", Patience, () => ledger.Count >= 2 * Senders);
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await pages.GetAsync("/");

        disk.Fill();
        // The log beside the database still has room of its own for some commits.
        await crowd.WithinAsync("a snapshot is put off", Patience, () => crowd.PutOff > 0);
        TimeSpan took = await pages.BannerAsync(() => dashboard.Output);
        string reason = crowd.Fault;
        string store = await pages.GetAsync("/store");
        int before = ledger.Count;
        disk.Free();
        await crowd.WithinAsync("snapshots are acknowledged again", Patience, () => ledger.Count >= before + (2 * Senders));
        await pages.RecoveredAsync(() => dashboard.Output);

        Assert.Contains("full", store, StringComparison.Ordinal);
        Assert.Contains("full", reason, StringComparison.Ordinal);
        Assert.True(took < MostToBanner, $"the banner came after {took}");
        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(disk.Folder, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"banner and 503 {took.TotalSeconds:F2} s after the first snapshot was put off; {ledger.Count} acknowledged, 0 lost; no restart"));
    }

    [Fact]
    public async Task Probe_DiskFull_KeepsRunningAndDeliversWhenThereIsRoom()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        var machine = new MachineTree(folder.Sub("root"), "full-host", gibibytes: 4);
        await using SmallDisk disk = await SmallDisk.MountAsync(folder.Sub("probe"), mebibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, disk.Folder);
        await probe.LineAsync(Delivered());
        // A full journal makes room of what was delivered.
        var ledger = new AckLedger();
        ledger.NoteStored(data);

        // Nothing is settled meanwhile, so that no room comes free inside the journal.
        await dashboard.KillAsync();
        disk.Fill();
        await GrowUntilAsync(machine, probe, NotTaken());
        Assert.False(probe.HasExited, probe.Output);
        long memory = probe.Memory;
        // What was refused is never seen again: it is counted once there is room.
        machine.Resize(gibibytes: 777);
        disk.Free();
        await probe.LineAsync(Lost());
        await dashboard.RestartAsync();
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await Eventually.HoldsAsync("the newest state is stored", async () => (await pages.FieldAsync("memory_bytes"))["full-host"] == (777L << 30).ToString(CultureInfo.InvariantCulture), () => probe.Output);
        Assert.Equal(0, await probe.StopAsync());

        Assert.Equal(0, ledger.NoteJournal(disk.Folder));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.InRange(memory, 1, MostProbeMemory);
        int lost = Lost().Matches(probe.Output).Sum(line => int.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.InRange(lost, 1, int.MaxValue);
        Assert.Equal(lost, AckLedger.DroppedOf(disk.Folder));
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"keeps running with {memory >> 20} MiB of memory, says why; {ledger.Count} snapshots delivered, 0 lost of those journaled, {lost} that were not are counted"));
    }

    [Theory]
    [InlineData("flush fails")]
    [InlineData("read-only")]
    public async Task Dashboard_DiskRefuses_AcknowledgesNothingMeanwhile(string fault)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        using var control = new FaultControl(folder.Sub("control"));
        await using Dashboard dashboard = await Dashboard.StartAsync(data, control.Prefix);
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Crowd(dashboard, ledger);
        await crowd.WithinAsync("snapshots are acknowledged", Patience, () => ledger.Count >= 2 * Senders);
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await pages.GetAsync("/");

        Set(control, fault, true);
        TimeSpan took = await pages.BannerAsync(() => dashboard.Output);
        // From here on no answer of before is on its way: every probe was put off since.
        int before = ledger.Count;
        int[] putOff = [.. crowd.Probes.Select(probe => probe.PutsOff)];
        await crowd.WithinAsync("every probe is put off", Patience, () => crowd.Probes.Zip(putOff).All(pair => pair.First.PutsOff > pair.Second));
        Assert.Equal(before, ledger.Count);
        // What the failed flushes left in the file must not count after a crash either.
        await dashboard.KillAsync();
        await InvariantChecker.HoldsAsync(data, ledger);
        Set(control, fault, false);
        await dashboard.RestartAsync();
        await crowd.WithinAsync("snapshots are acknowledged again", Patience, () => ledger.Count >= before + (2 * Senders));
        Set(control, fault, true);
        await pages.BannerAsync(() => dashboard.Output);
        Set(control, fault, false);
        await pages.RecoveredAsync(() => dashboard.Output);

        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.True(took < MostToBanner, $"the banner came after {took}");
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"0 acknowledged while {crowd.PutOff} were put off, banner after {took.TotalSeconds:F2} s; {ledger.Count} acknowledged, 0 lost, over a kill and without a restart"));
    }

    [Fact]
    public async Task Dashboard_FlushTakesHalfASecond_QueueAndMemoryStayBounded()
    {
        const int many = 200;
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        using var control = new FaultControl(folder.Sub("control"));
        await using Dashboard dashboard = await Dashboard.StartAsync(data, control.Prefix);
        control.FlushDelay = SlowFlush;
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, many).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.Zero, Ballast = Ballast }));
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await crowd.WithinAsync("each probe had two acknowledgements", TimeSpan.FromSeconds(60), () => ledger.Count >= 2 * many);
        await pages.GetAsync("/");
        long memory = dashboard.Memory;
        control.FlushDelay = TimeSpan.Zero;
        await crowd.DrainAsync(Patience);

        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Assert.InRange(memory, 1, MostMemory);
        Figures.Note($"{many} probes at once, {ledger.Count} acknowledged, 0 lost, {memory >> 20} MiB of memory");
    }

    [Theory]
    [InlineData("flush fails")]
    [InlineData("write fails")]
    [InlineData("read-only")]
    public async Task Probe_DiskRefuses_KeepsRunningAndDeliversLater(string fault)
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe");
        var machine = new MachineTree(folder.Sub("root"), "faulty-host", gibibytes: 4);
        using var control = new FaultControl(folder.Sub("control"));
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state, control.Prefix);
        await probe.LineAsync(Delivered());

        Set(control, fault, true);
        await GrowUntilAsync(machine, probe, NotJournaled());
        Assert.Single(await dashboard.StoredAsync());
        Set(control, fault, false);
        machine.Resize(gibibytes: 777);
        using var pages = await Pages.OpenAsync(dashboard.Address);
        await Eventually.HoldsAsync("the newest state is stored", async () => (await pages.FieldAsync("memory_bytes"))["faulty-host"] == (777L << 30).ToString(CultureInfo.InvariantCulture), () => probe.Output);
        Assert.Equal(0, await probe.StopAsync());

        var ledger = new AckLedger();
        Assert.Equal(0, ledger.NoteJournal(state));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(ledger.Count, report.Rows);
        Figures.Note($"keeps running, says why, delivers afterwards; {ledger.Count} snapshots, 0 lost of those journaled");
    }

    [Fact]
    public async Task Dashboard_StartedOnAReadOnlyDisk_IsRefusedInOneSentence()
    {
        using var folder = new TemporaryFolder();
        await using SmallDisk disk = await SmallDisk.MountAsync(folder.Sub("dashboard"), mebibytes: 16);
        await using (Dashboard first = await Dashboard.StartAsync(disk.Folder))
        {
            Assert.Equal(0, await first.StopAsync());
        }

        await disk.MakeReadOnlyAsync();
        await using RunningProcess refused = Dashboard.Launch(disk.Folder, "http://127.0.0.1:0", []);

        Assert.Equal(1, await refused.EndAsync());
        Assert.Contains(disk.Folder, refused.Output, StringComparison.Ordinal);
        Assert.Contains("TdxDash:DataFolder", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", refused.Output, StringComparison.Ordinal);
        Figures.Note("refused with the folder and the remedy");
    }

    private static ProbeCrowd Crowd(Dashboard dashboard, AckLedger ledger) =>
        new(Enumerable.Range(1, Senders).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromMilliseconds(50), Ballast = Ballast }));

    private static void Set(FaultControl control, string fault, bool on)
    {
        switch (fault)
        {
            case "read-only":
                control.ReadOnly = on;
                break;
            case "write fails":
                control.WriteFails = on;
                break;
            default:
                control.FlushFails = on;
                break;
        }
    }

    /// <summary>Changes the machine until the probe says what is awaited.</summary>
    private static async Task GrowUntilAsync(MachineTree machine, RunningProcess probe, Regex awaited)
    {
        Task<Match> line = probe.LineAsync(awaited);
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (int gibibytes = 5; !line.IsCompleted; gibibytes = 5 + ((gibibytes + 1) % 500))
        {
            machine.Resize(gibibytes);
            await clock.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        await line;
    }

    [GeneratedRegex("[Ss]napshot 1 is delivered")]
    private static partial Regex Delivered();

    [GeneratedRegex("A snapshot could not be journaled")]
    private static partial Regex NotTaken();

    [GeneratedRegex("([0-9]+) snapshots were lost while the journal refused them")]
    private static partial Regex Lost();

    [GeneratedRegex("could not be journaled|waits for the journal")]
    private static partial Regex NotJournaled();
}
