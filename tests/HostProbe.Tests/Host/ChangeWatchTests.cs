using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Commands;
using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Tests.Uplink;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class ChangeWatchTests : IDisposable
{
    private const string Version = "/sys/devices/faux/tdx_host/version", Iomem = "/proc/iomem";
    private const string OneNode = "00001000-0009ffff : System RAM\n00100000-7fffffff : System RAM\n";

    private readonly List<string> _said = [];
    private readonly string _root = Directory.CreateTempSubdirectory("tdxprobe-watch").FullName;

    public ChangeWatchTests()
    {
        Write(Version, "1.5.08\n");
        Write(Iomem, OneNode);
        Write("/sys/module/kvm_intel/parameters/tdx", "Y\n");
        Write("/sys/devices/system/node/online", "0\n");
        Write("/sys/devices/system/node/has_memory", "0\n");
        Write("/sys/devices/faux/tdx_host/seamldr_version", "2.0.00\n");
        Write(HostFiles.KernelLog, "6,1,1,-;virt/tdx: module initialized\n");
    }

    [Fact]
    public void Look_NothingChanged_IsFalse()
    {
        using ChangeWatch watch = Watch();

        Assert.False(watch.Look());
        Assert.False(watch.Look());
    }

    [Theory]
    [InlineData(Version, "1.5.09\n")]
    [InlineData(Iomem, OneNode + "100000000-27fffffff : System RAM\n")]
    [InlineData("/sys/module/kvm_intel/parameters/tdx", "N\n")]
    [InlineData("/sys/devices/system/node/has_memory", "0-1\n")]
    [InlineData(Version, null)]
    [InlineData("/sys/class/firmware/tdx_module/status", "programming\n")]
    public void Look_SourceChanged_IsTrueOnce(string path, string? text)
    {
        using ChangeWatch watch = Watch();
        Write(path, text);

        Assert.True(watch.Look());
        Assert.False(watch.Look());
    }

    [Fact]
    public void Look_SlowSourceChanged_IsFalse()
    {
        using ChangeWatch watch = Watch();
        Write("/sys/devices/faux/tdx_host/seamldr_version", "2.0.01\n");

        Assert.False(watch.Look());
    }

    [Fact]
    public void Look_NewLogLines_IsTrueForThoseAboutTdx()
    {
        using ChangeWatch watch = Watch();

        File.AppendAllText(Full(HostFiles.KernelLog), "6,2,2,-;usb 1-1: new device\n");
        Assert.False(watch.Look());
        File.AppendAllText(Full(HostFiles.KernelLog), "6,3,3,-;usb 1-1: gone\n3,4,4,-;virt/tdx: module initialization failed (-28)\n");
        Assert.True(watch.Look());
        Assert.False(watch.Look());
    }

    [Fact]
    public void Look_NumbersThatAreMissing_SaysHowManyRecordsWereLost()
    {
        using ChangeWatch watch = Watch();

        File.AppendAllText(Full(HostFiles.KernelLog), "6,2,2,-;usb 1-1: new device\n");
        Assert.False(watch.Look());
        Assert.Empty(_said);
        File.AppendAllText(Full(HostFiles.KernelLog), "6,9,9,-;usb 1-1: gone\n");
        Assert.True(watch.Look());
        Assert.Contains("overwrote 6 or more records", Assert.Single(_said), StringComparison.Ordinal);
        Assert.False(watch.Look());
    }

    [Fact]
    public void Look_LogThatComesLater_IsFollowedFromThenOn()
    {
        File.Delete(Full(HostFiles.KernelLog));
        using ChangeWatch watch = Watch();
        Write(HostFiles.KernelLog, "6,1,1,-;virt/tdx: module initialized\n");

        Assert.False(watch.Look());
        File.AppendAllText(Full(HostFiles.KernelLog), "3,4,4,-;virt/tdx: module initialization failed (-28)\n");
        Assert.True(watch.Look());
    }

    [Fact]
    public void Look_ThisMachine_EndsWithoutWaiting()
    {
        using var watch = new ChangeWatch(new LiveHostFiles(), KernelLogFacts.TdxLines, _said.Add);

        watch.Look();
        Assert.False(watch.Look());
    }

    [Theory]
    [InlineData(Version, "1.5.09\n")]
    [InlineData(Iomem, OneNode + "100000000-27fffffff : System RAM\n")]
    public async Task Run_TreeChanges_TakesAnotherSnapshotWithinAPeriod(string path, string text)
    {
        using var folder = new StateFolder();
        using var stop = new CancellationTokenSource();
        var time = new FakeTimeProvider();
        var taken = new Signals<Snapshot>();
        var environment = new ProbeEnvironment
        {
            Output = TextWriter.Null,
            Error = TextWriter.Null,
            Style = new TerminalStyle(100, false),
            Doors = FakeTransport.Doors(),
            Steps = FakeSteps.Simple,
            Time = time,
            Service = (source, options, clock, log, _) => ProbeService.RunAsync(new Watched(source, taken), options, clock, log, stop.Token),
        };
        Task<int> running = ProbeCommandLine.RunAsync(
            ["run", "--root", _root, "--module", "none", "--interval", "1h", "--state", folder.Path, "--dashboard", "http://127.0.0.1:9"], environment);
        Snapshot first = await taken.NextAsync();

        Write(path, text);
        time.Advance(ChangeWatch.Period);
        Snapshot second = await taken.NextAsync();

        Assert.NotEqual(SnapshotCodec.Write(first), SnapshotCodec.Write(second));
        Assert.Equal(0, taken.Waiting);
        await stop.CancelAsync();
        Assert.Equal(ExitCode.Done, await running.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private ChangeWatch Watch() => new(new LiveHostFiles(_root), KernelLogFacts.TdxLines, _said.Add);

    private string Full(string path) => _root + path;

    private void Write(string path, string? text)
    {
        if (text is null)
        {
            File.Delete(Full(path));
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Full(path))!);
        File.WriteAllText(Full(path), text);
    }

    private sealed class Watched(ISnapshotSource source, Signals<Snapshot> taken) : ISnapshotSource
    {
        public Origin Origin => source.Origin;

        public string BootId => source.BootId;

        public Snapshot Take()
        {
            Snapshot snapshot = source.Take();
            taken.Add(snapshot);
            return snapshot;
        }
    }
}
