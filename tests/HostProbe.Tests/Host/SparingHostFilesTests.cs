using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Tests.Uplink;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class SparingHostFilesTests
{
    private const string Version = "/sys/devices/faux/tdx_host/version", Seamldr = "/sys/devices/faux/tdx_host/seamldr_version", Updates = "/sys/devices/faux/tdx_host/num_remaining_updates";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Take_EveryMinuteOfADay_AsksDearSourcesOnceAnHour()
    {
        (CountingFiles counting, FakeTimeProvider time, HostSnapshotSource source) = Make();
        for (int minute = 0; minute < 24 * 60; minute++)
        {
            source.Take();
            time.Advance(Minute);
        }

        Assert.Equal((24, 24, 24), (counting.CountOf(Seamldr), counting.CountOf(Updates), counting.CountOf(HostFiles.Kvm)));
        Assert.Equal(24, counting.CountOf(HostFiles.PieceOf("/dev/cpu/0/msr", 0x87)));
        Assert.Equal(24 * 60, counting.CountOf(Version));
    }

    [Theory]
    [InlineData(Version, "1.5.09\n")]
    [InlineData(Version, null)]
    [InlineData("/sys/module/kvm_intel/parameters/tdx", "N\n")]
    public void Take_AfterAnUpdate_AsksThemAgainAtOnce(string path, string? text)
    {
        (CountingFiles counting, FakeTimeProvider time, HostSnapshotSource source) = Make();
        source.Take();
        time.Advance(Minute);
        source.Take();
        Assert.Equal((1, 1), (counting.CountOf(Seamldr), counting.CountOf(HostFiles.Kvm)));

        counting.Tree.Change(path, text);
        time.Advance(Minute);
        source.Take();
        source.Take();

        Assert.Equal((2, 2, 2), (counting.CountOf(Seamldr), counting.CountOf(Updates), counting.CountOf(HostFiles.Kvm)));
    }

    [Fact]
    public void Take_ARefusalOfADearSource_IsKeptToo()
    {
        (CountingFiles counting, FakeTimeProvider _, HostSnapshotSource source) = Make();
        counting.Tree.With(Seamldr, HostAccess.Failed(AccessFailure.Denied, "Permission denied."));

        Assert.Equal(ReadingState.Unreadable, source.Take().Kernel.SeamldrVersion.State);
        Assert.Equal(ReadingState.Unreadable, source.Take().Kernel.SeamldrVersion.State);
        Assert.Equal(1, counting.CountOf(Seamldr));
    }

    [Fact]
    public async Task Run_AsAService_ShowsANewSeamldrWithinTheHour()
    {
        string root = Directory.CreateTempSubdirectory("tdxprobe-sparing").FullName;
        using var folder = new StateFolder();
        using var stop = new CancellationTokenSource();
        var time = new FakeTimeProvider();
        var taken = new Signals<string>();
        Write(root, Version, "1.5.08\n");
        Write(root, Seamldr, "2.0.00\n");
        ProbeEnvironment environment = Environment(time, taken, stop.Token);
        Task<int> running = ProbeCommandLine.RunAsync(["run", "--root", root, "--module", "none", "--interval", "24h", "--state", folder.Path, "--dashboard", "http://127.0.0.1:9"], environment);
        Assert.Equal("2.0.00", await taken.NextAsync());

        Write(root, Seamldr, "2.0.01\n");
        for (int i = 1; i <= 6; i++)
        {
            // A change elsewhere has a snapshot taken.
            Write(root, "/proc/iomem", $"00001000-{i}fffffff : System RAM\n");
            time.Advance(TimeSpan.FromMinutes(10));
            Assert.Equal(i == 6 ? "2.0.01" : "2.0.00", await taken.NextAsync());
        }

        Write(root, Seamldr, "2.0.02\n");
        Write(root, Version, "1.5.09\n");
        time.Advance(ChangeWatch.Period);
        Assert.Equal("2.0.02", await taken.NextAsync());
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Directory.Delete(root, recursive: true);
    }

    private static (CountingFiles Files, FakeTimeProvider Time, HostSnapshotSource Source) Make()
    {
        HostTree tree = HostTree.TwoNodes().With(Version, "1.5.08\n").With(Seamldr, "2.0.00\n").With(Updates, "2\n").With("/sys/module/kvm_intel/parameters/tdx", "Y\n");
        var counting = new CountingFiles(tree);
        var time = new FakeTimeProvider();
        var module = new ModuleChoice(ModuleKind.None, new ModuleProfile("none", "/none"), trial: false, FakeTransport.Doors());
        return (counting, time, new HostSnapshotSource(new SparingHostFiles(counting, time), module, FakeSteps.Simple));
    }

    private static ProbeEnvironment Environment(FakeTimeProvider time, Signals<string> taken, CancellationToken stop) => new()
    {
        Output = TextWriter.Null,
        Error = TextWriter.Null,
        Style = new TerminalStyle(100, false),
        Doors = FakeTransport.Doors(),
        Steps = FakeSteps.Simple,
        Time = time,
        Service = (source, options, clock, log, _) => ProbeService.RunAsync(new Watched(source, taken), options, clock, log, stop),
    };

    private static void Write(string root, string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(root + path)!);
        File.WriteAllText(root + path, text);
    }

    private sealed class Watched(ISnapshotSource source, Signals<string> taken) : ISnapshotSource
    {
        public Origin Origin => source.Origin;

        public string BootId => source.BootId;

        public Snapshot Take()
        {
            Snapshot snapshot = source.Take();
            taken.Add(snapshot.Kernel.SeamldrVersion.Value);
            return snapshot;
        }
    }

    private sealed class CountingFiles(HostTree tree) : HostFiles
    {
        private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

        public HostTree Tree => tree;

        public override Origin Origin => Origin.Live;

        public int CountOf(string path) => _counts.GetValueOrDefault(path);

        public override HostAccess Read(string path) => Counted(path).Read(path);

        public override HostAccess ReadAt(string path, ulong offset, int count) => Counted(PieceOf(path, offset)).ReadAt(path, offset, count);

        public override HostAccess List(string path) => Counted(path).List(path);

        private StoredHostFiles Counted(string key)
        {
            _counts[key] = CountOf(key) + 1;
            return tree.As(Origin.File);
        }
    }
}
