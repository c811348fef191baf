using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>kill -9 of either program at random moments: nothing that was acknowledged is lost, and nothing is stored twice.</summary>
public sealed partial class KillTests
{
    private const int Seed = 20261126;
    private const int Senders = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>From its start until beyond the delivery of its snapshot: opening the journal, appending, connecting, delivering, settling.</summary>
    [Fact]
    public async Task Probe_KilledAtRandomMoments_LosesNothing()
    {
        int kills = Scale.Of(40, 750);
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), "killed-host", gibibytes: 4);
        string state = folder.Sub("probe"), data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        TimeSpan span = await DeliveryTimeAsync(machine, dashboard, state);
        var random = new Random(Seed);
        for (int i = 0; i < kills; i++)
        {
            machine.Resize(5 + (i % 200));
            await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state);
            await Task.Delay(span * (1.2 * random.NextDouble()), TestContext.Current.CancellationToken);
            await probe.KillAsync();
        }

        machine.Resize(gibibytes: 999);
        await using (RunningProcess last = Probe.Of(machine, dashboard.Address, state))
        {
            string number = (await last.LineAsync(Journaled())).Groups[1].Value;
            await last.LineAsync(new Regex($"Snapshot {number} is delivered"));
            Assert.Equal(0, await last.StopAsync());
        }

        var ledger = new AckLedger();
        long waiting = ledger.NoteJournal(state);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(0, waiting);
        Assert.Equal(report.Rows, ledger.Count);
        Assert.InRange(ledger.EventCount, 1, report.Events);
        Figures.Note(string.Create(CultureInfo.InvariantCulture, $"{kills} kills within {span.TotalMilliseconds * 1.2:F0} ms after the start; {ledger.Count} snapshots and {ledger.EventCount} events acknowledged, 0 lost, 0 twice"));
    }

    /// <summary>While a hundred probes send, and so between commits and answers too: what was committed and not answered comes again as a duplicate.</summary>
    [Fact]
    public async Task Dashboard_KilledAtRandomMomentsOfIngest_LosesNothing()
    {
        int kills = Scale.Of(10, 250);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        var ledger = new AckLedger();
        await using var crowd = new ProbeCrowd(Enumerable.Range(1, Senders).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromMilliseconds(100), EventsEvery = 2 }));
        var random = new Random(Seed);
        for (int i = 0; i < kills; i++)
        {
            int before = ledger.Count;
            await crowd.WithinAsync("probes deliver", Patience, () => ledger.Count >= before + Senders);
            await Task.Delay(random.Next(400), TestContext.Current.CancellationToken);
            await dashboard.KillAsync();
            if (i % (kills / Scale.Of(2, 10)) == 0)
            {
                // What the crash itself left, before the restart makes anything of it; not each time, as it reads everything.
                await InvariantChecker.HoldsAsync(data, ledger, expectWhole: false);
            }

            await dashboard.RestartAsync();
        }

        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal((ledger.Count, ledger.EventCount), (report.Rows, report.Events));
        Assert.True(ledger.EventCount > Senders, $"{ledger.EventCount} events were acknowledged");
        Figures.Note($"{kills} kills while {Senders} probes send; {ledger.Count} snapshots and {ledger.EventCount} events acknowledged, 0 lost, 0 twice; {crowd.Duplicates} snapshots and {crowd.EventDuplicates} batches of events were committed and not answered before a kill, and answered as duplicates after it");
    }

    [Fact]
    public async Task Dashboard_AskedToStopWhileItStarts_EndsWithZero()
    {
        using var folder = new TemporaryFolder();
        await using RunningProcess dashboard = Dashboard.Launch(folder.Sub("dashboard"), "http://127.0.0.1:0", []);
        await dashboard.LineAsync(Opened());

        int code = await dashboard.StopAsync();

        Assert.True(code == 0, $"it ended with {code}:\n{dashboard.Output}");
        Figures.Note("ends with 0");
    }

    private static async Task<TimeSpan> DeliveryTimeAsync(MachineTree machine, Dashboard dashboard, string state)
    {
        var clock = Stopwatch.StartNew();
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state);
        await probe.LineAsync(Delivered());
        TimeSpan time = clock.Elapsed;
        await probe.KillAsync();
        return time;
    }

    [GeneratedRegex("The database is ")]
    private static partial Regex Opened();

    [GeneratedRegex(@"[Ss]napshot (\d+) is journaled")]
    private static partial Regex Journaled();

    [GeneratedRegex(@"[Ss]napshot \d+ is delivered")]
    private static partial Regex Delivered();
}
