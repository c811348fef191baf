using System.Text.RegularExpressions;
using TdxDash.EndToEnd;
using TdxDash.EndToEnd.Processes;
using TdxDash.Faults.Support;

namespace TdxDash.Faults;

/// <summary>A damaged database is refused with the remedy, or its check names the damage, or nothing of what was acknowledged changed. A backup brings it back.</summary>
public sealed partial class DamageTests
{
    private const int Seed = 20261126;
    private const int MostFlips = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private enum Finding
    {
        Refused,
        Named,
        Harmless,
    }

    [Fact]
    public async Task Bytes_Flipped_AreRefusedNamedOrHarmless()
    {
        int rounds = Scale.Of(8, 100);
        using var folder = new TemporaryFolder();
        (string whole, AckLedger ledger) = await FilledAsync(folder);
        var random = new Random(Seed);
        var findings = new List<Finding>();
        for (int i = 0; i < rounds; i++)
        {
            // One flipped bit in every other round: the least that a disk can do.
            int flips = i % 2 == 0 ? 1 : random.Next(2, MostFlips + 1);
            string data = Copy(whole, folder.Sub($"round-{i}"));
            byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(data, "tdxdash.db"), TestContext.Current.CancellationToken);
            for (int flip = 0; flip < flips; flip++)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            await File.WriteAllBytesAsync(Path.Combine(data, "tdxdash.db"), bytes, TestContext.Current.CancellationToken);
            findings.Add(await FindAsync(data, ledger, $"round {i} of seed {Seed}"));
        }

        Figures.Note($"{rounds} databases with 1 to {MostFlips} flipped bits: {findings.Count(f => f == Finding.Refused)} refused with the remedy, {findings.Count(f => f == Finding.Named)} named by the check, "
            + $"{findings.Count(f => f == Finding.Harmless)} in room that holds nothing acknowledged; 0 unnoticed");
    }

    [Theory]
    [InlineData("cut in half")]
    [InlineData("cut to nothing but its header")]
    [InlineData("log missing")]
    [InlineData("log cut in half")]
    public async Task File_CutOrWithoutItsLog_IsRefusedNamedOrWhole(string damage)
    {
        using var folder = new TemporaryFolder();
        (string whole, AckLedger ledger) = await FilledAsync(folder, killed: damage.StartsWith("log", StringComparison.Ordinal));
        string data = Copy(whole, folder.Sub("damaged")), file = Path.Combine(data, "tdxdash.db"), log = file + "-wal";
        switch (damage)
        {
            case "cut in half":
                Cut(file, new FileInfo(file).Length / 2);
                break;
            case "cut to nothing but its header":
                Cut(file, 100);
                break;
            case "log missing":
                File.Delete(log);
                File.Delete(file + "-shm");
                break;
            default:
                Cut(log, new FileInfo(log).Length / 2);
                break;
        }

        // Without its log a database is an older, whole one: its probes are asked for what it lacks (BackupTests), and no check can tell.
        Finding finding = await FindAsync(data, damage.StartsWith("log", StringComparison.Ordinal) ? new AckLedger() : ledger, damage);
        Assert.NotEqual(damage.StartsWith("cut", StringComparison.Ordinal) ? Finding.Harmless : Finding.Named, finding);
        Figures.Note($"{damage}: {finding.ToString().ToLowerInvariant()}");
    }

    [Fact]
    public async Task Backup_PutInPlace_IsBroughtUpToDateByTheProbe()
    {
        using var folder = new TemporaryFolder();
        string data = folder.Sub("dashboard"), state = folder.Sub("probe"), backup = Path.Combine(folder.Sub("backup"), "copy.db");
        var machine = new MachineTree(folder.Sub("root"), "restored-host", gibibytes: 4);
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using RunningProcess probe = Probe.Of(machine, dashboard.Address, state);
        await probe.LineAsync(FirstDelivered());
        await using (RunningProcess copy = RunningProcess.Start([.. Product.Dashboard(), "backup", backup, $"--TdxDash:DataFolder={data}"]))
        {
            Assert.Equal(0, await copy.EndAsync());
        }

        machine.Resize(gibibytes: 9);
        await probe.LineAsync(SecondDelivered());
        await dashboard.KillAsync();
        foreach (string file in Directory.EnumerateFiles(data, "tdxdash.db*"))
        {
            File.Delete(file);
        }

        File.Copy(backup, Path.Combine(data, "tdxdash.db"));
        await dashboard.RestartAsync();

        await Eventually.HoldsAsync("the probe has sent its latest snapshot again", async () => (await dashboard.StoredAsync()).Any(row => row.Sequence == 2), () => probe.Output);
        Assert.Equal(0, await probe.StopAsync());
        var ledger = new AckLedger();
        Assert.Equal(0, ledger.NoteJournal(state, events: false));
        await InvariantChecker.HoldsAsync(data, ledger);
        Figures.Note("a backup from before the last snapshot, put in place: the probe delivers that snapshot again by itself");
    }

    /// <summary>A data folder with what some probes saw acknowledged.</summary>
    private static async Task<(string Folder, AckLedger Ledger)> FilledAsync(TemporaryFolder folder, bool killed = false)
    {
        string data = folder.Sub("whole");
        var ledger = new AckLedger();
        await using Dashboard dashboard = await Dashboard.StartAsync(data);
        await using (var crowd = new ProbeCrowd(Enumerable.Range(1, 20).Select(i => new SimulatedProbe(i, dashboard.Address, ledger) { Pace = TimeSpan.Zero, Ballast = 2_000 })))
        {
            await crowd.WithinAsync("400 snapshots are stored", Patience, () => ledger.Count >= 400);
            await crowd.DrainAsync(Patience);
        }

        if (killed)
        {
            await dashboard.KillAsync();
        }
        else
        {
            Assert.Equal(0, await dashboard.StopAsync());
        }

        await InvariantChecker.HoldsAsync(data, ledger);
        return (data, ledger);
    }

    /// <summary>Starts a dashboard on the folder, and fails when damage neither ends the start with the remedy, nor is named, nor leaves everything acknowledged.</summary>
    private static async Task<Finding> FindAsync(string data, AckLedger ledger, string what)
    {
        await using RunningProcess dashboard = Dashboard.Launch(data, "http://127.0.0.1:0", []);
        try
        {
            Match verdict = await dashboard.LineAsync(Verdict());
            if (verdict.Groups["named"].Success)
            {
                return Finding.Named;
            }

            Assert.Equal(0, await dashboard.StopAsync());
            InvariantReport report = InvariantChecker.Check(data, ledger, expectWhole: false);
            Assert.True(report.Violations.Count == 0, $"{what}: the dashboard called it sound, and {string.Join('\n', report.Violations)}");
            return Finding.Harmless;
        }
        catch (InvalidOperationException) when (dashboard.HasExited)
        {
            Assert.Equal(1, await dashboard.EndAsync());
            Assert.Matches(Remedy(), dashboard.Output);
            Assert.DoesNotContain("   at ", dashboard.Output, StringComparison.Ordinal);
            return Finding.Refused;
        }
    }

    private static string Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "tdxdash.db*"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        return to;
    }

    private static void Cut(string file, long length)
    {
        using FileStream stream = File.OpenWrite(file);
        stream.SetLength(length);
    }

    [GeneratedRegex(@"[Ss]napshot 1 is delivered")]
    private static partial Regex FirstDelivered();

    [GeneratedRegex(@"[Ss]napshot 2 is delivered")]
    private static partial Regex SecondDelivered();

    [GeneratedRegex(@"(?<named>The database is damaged in|cannot be read:|could not be checked)|The database is sound")]
    private static partial Regex Verdict();

    [GeneratedRegex("put a backup in its place|put back a backup|Move it away|Move the file away|Check that the folder is writable")]
    private static partial Regex Remedy();
}
