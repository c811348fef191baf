using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;
using TdxDash.HostProbe.Uplink;

namespace TdxDash.Faults;

/// <summary>Loss of power at random moments: the process ends, and of what it had not flushed the disk keeps what it likes. Nothing that was acknowledged or
/// journaled is lost.</summary>
public sealed partial class PowerLossTests
{
    private const int Seed = 20261127;
    private const int Senders = 100;
    private const string Database = "tdxdash.db", Log = "tdxdash.db-wal", Journal = "journal.db", JournalLog = "journal.db-wal";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // A disk that takes its time: most moments are then between a write and the end of its flush. A probe flushes a few times only.
    private static readonly TimeSpan FlushDelay = TimeSpan.FromMilliseconds(20), ProbeFlushDelay = TimeSpan.FromMilliseconds(60);

    // Hundreds of restarts need not each be waited for as a real probe does.
    private static readonly UplinkTiming SoonBack = new() { RetryCap = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task Dashboard_LosesPowerAtRandomMomentsOfIngest_LosesNothingAcknowledged()
    {
        int losses = Scale.Of(4, 200);
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard");
        using var control = new FaultControl(folder.Sub("control"), data) { FlushDelay = FlushDelay };
        await Enrolment.PrepareAsync(data);
        var disk = SimulatedDisk.Of(data);
        await using Dashboard dashboard = await Dashboard.StartAsync(data, control.Prefix);
        var ledger = new AckLedger();
        await using ProbeCrowd crowd = Crowd(dashboard, ledger);
        var random = new Random(Seed);
        var counts = new Counts();

        // Power that goes just after a checkpoint leaves nothing in the log that could be forgotten: one loss of all must show it.
        bool found = false;
        for (int i = 0; i < losses; i++)
        {
            int before = ledger.Count;
            // The first answer to each can be about a snapshot that the last loss left: twice as many are new ones for sure.
            await crowd.WithinAsync("probes deliver", Patience, () => ledger.Count >= before + (2 * Senders));
            await Task.Delay(random.Next(400), TestContext.Current.CancellationToken);
            await dashboard.KillAsync();
            IReadOnlyList<FileChange> changes = WriteLog.Take(control.WritesFile, data);
            if (!found)
            {
                found = IsFound(disk, changes, folder.Sub($"forgetful-{i}"), ledger);
            }

            Lose(disk, changes, random, data, counts);
            if (i % (losses / Scale.Of(2, 10)) == 0)
            {
                await CheckAsync(disk, folder.Sub($"left-{i}"), ledger);
            }

            await dashboard.RestartAsync();
            // Who signed in after the first loss stays signed in: what its session needs is flushed too.
            using var pages = await Pages.OpenAsync(dashboard.Address);
            await pages.GetAsync("/");
        }

        Assert.True(found, "No loss of power on a disk that forgets flushes of the log was found to be one.");
        await crowd.DrainAsync(Patience);
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal((ledger.Count, ledger.EventCount), (report.Rows, report.Events));
        Assert.Equal(0, await dashboard.StopAsync());
        AssertSame(disk, WriteLog.Take(control.WritesFile, data), data);
        Figures.Note($"{losses} losses of power while {Senders} probes send, {counts}; {ledger.Count} snapshots and {ledger.EventCount} events acknowledged, 0 lost, 0 twice");
    }

    /// <summary>From its start until the delivery of its snapshot: after any number of bytes that it writes on the way.</summary>
    [Fact]
    public async Task Probe_LosesPowerAtRandomMoments_LosesNothingJournaled()
    {
        int losses = Scale.Of(6, 200);
        using var folder = new TemporaryFolder();
        var machine = new MachineTree(folder.Sub("root"), "powerless-host", gibibytes: 4);
        string state = folder.Sub("probe"), data = folder.Sub("dashboard");
        using var control = new FaultControl(folder.Sub("control"), state) { FlushDelay = ProbeFlushDelay };
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        Enrolment.OfHost(dashboard.Address, state);
        var disk = SimulatedDisk.Of(state);
        var random = new Random(Seed);
        var counts = new Counts();
        var journaled = new Dictionary<long, string>();
        long length = 0;
        for (int i = 0; i < losses; i++)
        {
            machine.Resize(5 + (i % 200));
            // The first has its journal grow, the second is as long as all others.
            string output = await RunAndKillAsync(machine, dashboard, state, control, i < 2 ? null : random.NextInt64(length));
            length = i < 2 ? new FileInfo(control.WritesFile).Length : length;
            IReadOnlyList<FileChange> changes = WriteLog.Take(control.WritesFile, state);
            NoteJournaled(output, AckLedger.JournalOf(state), journaled);
            if (i == 1)
            {
                // A disk that forgets what was flushed to the journal's log would be found.
                IReadOnlyDictionary<long, string> left = Forgetful(disk, changes, JournalLog, folder.Sub("forgetful"), AckLedger.JournalOf, _ => new Dictionary<long, string>());
                Assert.Contains(journaled, pair => left.GetValueOrDefault(pair.Key) != pair.Value);
            }

            Lose(disk, changes, random, state, counts);
        }

        machine.Resize(gibibytes: 999);
        await DeliverAsync(machine, dashboard, state);
        var ledger = new AckLedger();
        Assert.Equal(0, ledger.NoteJournal(state));
        InvariantReport report = await InvariantChecker.HoldsAsync(data, ledger);
        Assert.Equal(report.Rows, ledger.Count);
        Dictionary<long, string> acknowledged = ledger.Acknowledged.ToDictionary(pair => pair.Key.Sequence, pair => pair.Value);
        Assert.All(journaled, pair => Assert.Equal(pair.Value, acknowledged.GetValueOrDefault(pair.Key)));
        Figures.Note($"{losses} losses of power between the start and the delivery, {counts}; {journaled.Count} snapshots seen journaled, {ledger.Count} acknowledged, 0 lost, 0 twice");
    }

    private static ProbeCrowd Crowd(Dashboard dashboard, AckLedger ledger) => new(Enumerable.Range(1, Senders).Select(i =>
        new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.FromMilliseconds(100), EventsEvery = 2, Ballast = 8_000, Timing = SoonBack }));

    /// <summary>Lets the folder of a process that was killed be what a loss of power leaves of it.</summary>
    private static void Lose(SimulatedDisk disk, IReadOnlyList<FileChange> changes, Random random, string folder, Counts counts)
    {
        disk.Apply(changes);
        disk.LosePower(random);
        counts.Note(changes, disk.Unflushed);
        disk.WriteTo(folder);
    }

    /// <summary>Runs a probe until it has noted so many bytes of changes or, where no number is given, until it has delivered.</summary>
    /// <returns>What it printed.</returns>
    private static async Task<string> RunAndKillAsync(MachineTree machine, Dashboard dashboard, string state, FaultControl control, long? bytes)
    {
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state, control.Prefix);
        Task<Match> delivered = probe.LineAsync(Delivered());
        await (bytes is { } some ? WrittenAsync(control.WritesFile, some, delivered) : delivered);
        await probe.KillAsync();
        return probe.Output;
    }

    /// <summary>Runs a probe until its newest snapshot is delivered.</summary>
    private static async Task DeliverAsync(MachineTree machine, Dashboard dashboard, string state)
    {
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state);
        string number = (await probe.LineAsync(Journaled())).Groups[1].Value;
        await probe.LineAsync(new Regex($"Snapshot {number} is delivered"));
        Assert.Equal(0, await probe.StopAsync());
    }

    /// <summary>Waits until a process has noted so many bytes of changes, or is done.</summary>
    private static async Task WrittenAsync(string log, long bytes, Task<Match> done)
    {
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (!done.IsCompleted && (!File.Exists(log) || new FileInfo(log).Length < bytes))
        {
            await clock.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Takes in what a probe said to have journaled; what a number stood for once it must stand for ever.</summary>
    private static void NoteJournaled(string output, IReadOnlyDictionary<long, string> journal, Dictionary<long, string> journaled)
    {
        foreach (long number in Journaled().Matches(output).Select(line => long.Parse(line.Groups[1].Value, CultureInfo.InvariantCulture)))
        {
            Assert.Equal(journal[number], journaled.GetValueOrDefault(number, journal[number]));
            journaled[number] = journal[number];
        }
    }

    /// <summary>Whether the checker sees it: the same changes on a disk that forgets what was flushed to the database's log are a loss.</summary>
    private static bool IsFound(SimulatedDisk before, IReadOnlyList<FileChange> changes, string folder, AckLedger ledger) =>
        Forgetful(before, changes, Log, folder, left => InvariantChecker.Check(left, ledger, expectWhole: false).Violations, e => [e.Message]).Count > 0;

    /// <summary>What is left by a disk that forgets what was flushed to one file.</summary>
    private static T Forgetful<T>(SimulatedDisk before, IReadOnlyList<FileChange> changes, string forgotten, string folder, Func<string, T> look, Func<SqliteException, T> damaged)
    {
        SimulatedDisk disk = before.Copy();
        disk.Apply(changes, honoured: path => path != forgotten);
        disk.LosePower(new Random(Seed), Survival.Nothing);
        disk.WriteTo(folder);
        try
        {
            return look(folder);
        }
        catch (SqliteException e)
        {
            return damaged(e);
        }
    }

    /// <summary>Looks at what the loss itself left, in a copy, before the restart makes anything of it.</summary>
    private static Task<InvariantReport> CheckAsync(SimulatedDisk disk, string folder, AckLedger ledger)
    {
        disk.WriteTo(folder);
        return InvariantChecker.HoldsAsync(folder, ledger, expectWhole: false);
    }

    /// <summary>That no change goes unnoticed: with all that was noted the disk holds what the folder does.</summary>
    private static void AssertSame(SimulatedDisk disk, IReadOnlyList<FileChange> changes, string folder)
    {
        disk.Apply(changes);
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Where(file => !file.EndsWith("-shm", StringComparison.Ordinal))];
        Assert.Equal(files.Order(StringComparer.Ordinal), disk.Files.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.True(File.ReadAllBytes(Path.Combine(folder, file)).AsSpan().SequenceEqual(disk.Read(file)), $"{file} is not what was noted of it"));
    }

    [GeneratedRegex(@"[Ss]napshot (\d+) is journaled")]
    private static partial Regex Journaled();

    [GeneratedRegex(@"[Ss]napshot \d+ is delivered")]
    private static partial Regex Delivered();

    /// <summary>How much there was to lose.</summary>
    private sealed class Counts
    {
        private int _losses;
        private int _changes;
        private int _unflushed;
        private int _intoDatabase;

        public void Note(IReadOnlyList<FileChange> changes, int unflushed)
        {
            _losses += unflushed > 0 ? 1 : 0;
            _changes += changes.Count(change => change.Kind != ChangeKind.Flushed);
            _unflushed += unflushed;
            _intoDatabase += changes.Any(change => change is { Kind: ChangeKind.Written, Path: Database or Journal }) ? 1 : 0;
        }

        public override string ToString() => $"{_unflushed} of {_changes} changes not flushed, in {_losses} of the losses; in {_intoDatabase} the log had been taken into the database";
    }
}
