using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.HostProbe.Reinit;
using TdxDash.HostProbe.Tests.Native;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.HostProbe.Tests.Reinit;

/// <summary>The watch over a tree that a test changes by hand.</summary>
public sealed class ReinitWatchTests : IDisposable
{
    private const string Node = "/sys/class/firmware/tdx_module", Version = "/sys/devices/faux/tdx_host/version";
    private readonly string _folder = Directory.CreateTempSubdirectory("tdxprobe-watch-test-").FullName;
    private readonly EmulatedTree _tree;

    public ReinitWatchTests()
    {
        _tree = EmulatedTree.Open(Path.Combine(_folder, "tree"), new DemoTree(), TimeProvider.System);
        _tree.Log("virt/tdx: BIOS enabled: private KeyID range [32, 64)");
        _tree.Log("usb 1-1: new device");
        _tree.Log("virt/tdx: TDX-Module initialized");
        _tree.Write(Version, "1.5.08\n");
        Show("idle");
    }

    [Fact]
    public void Look_WhereNothingHappens_SaysEverythingOnce()
    {
        using ReinitWatch watch = Watch();
        Assert.Equal(4, watch.Look().Count);
        Assert.Empty(watch.Look());
        Assert.Equal((RunOutcome.Initialised, ReinitWatch.Slow), (watch.State.Boot!.Outcome, watch.Pace));
        Assert.Equal(ModulePresence.Present, watch.State.Device.Presence);
    }

    [Fact]
    public void Look_AfterARestart_DoesNotTellTheLogAgain()
    {
        using ReinitWatch first = Watch();
        first.Look();
        _tree.Log("virt/tdx: module not loaded");
        using ReinitWatch again = Watch(first.Mark);
        Assert.Equal(["virt/tdx: module not loaded"], again.Look().Select(seen => seen.KernelLine).OfType<string>());
    }

    [Fact]
    public void Look_OfATreeAboveAMachineThatLoggedBefore_MissesNothing()
    {
        var machine = new DemoTree();
        machine.Add(HostFiles.KernelLog, "6,0,1000,-;virt/tdx: BIOS enabled: private KeyID range [32, 64)\n6,1,2000,-;virt/tdx: TDX-Module initialized\n");
        var tree = EmulatedTree.Open(Path.Combine(_folder, "above"), machine, TimeProvider.System);
        using var watch = new ReinitWatch(new LiveHostFiles(tree.Root), null, TimeProvider.System);
        watch.Look();
        tree.Log("virt/tdx: module not loaded");
        Assert.Equal(["virt/tdx: module not loaded"], watch.Look().Select(seen => seen.KernelLine).OfType<string>());
    }

    [Fact]
    public void Look_WhileAnUpdateRuns_IsQuickAndFindsItStandingStill()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        Show("transferring", remaining: 4_096);
        Assert.Single(watch.Look());
        Assert.Equal(ReinitWatch.Fast, watch.Pace);
        Assert.Single(watch.Look());
        Assert.Empty(watch.Look());
        Assert.Equal(ReinitStage.InKernel, watch.State.Update!.Current!.Stage);

        Show("idle");
        _tree.Write(Version, "1.5.16\n");
        watch.Look();
        Assert.True(watch.WantsSnapshot);
    }

    [Fact]
    public void Look_WhileTheUploadBegins_TakesNothingForAtRest()
    {
        var between = new ChangingFiles(new LiveHostFiles(_tree.Root));
        using var watch = new ReinitWatch(between, null, TimeProvider.System);
        watch.Look();
        _tree.Write(Node + "/loading", "1\n");
        watch.Look();
        Assert.Equal(ReinitStage.Detected, watch.State.Update!.Current!.Stage);

        between.Once(Node + "/loading", () => Show("receiving", remaining: 4_096));
        watch.Look();
        Assert.Equal(ReinitStage.Receiving, watch.State.Update!.Current!.Stage);
    }

    [Fact]
    public void Look_WhereTheNodeMovedAndCameBackBetweenTwoLooks_FindsTheUpdateOver()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        _tree.Show(EmulatedStep.Shutdown, 1, 1);
        _tree.Show(EmulatedStep.HandOver, 1, 1);
        watch.Look();
        Assert.Single(watch.Look());
        Assert.True(watch.WantsSnapshot, $"the update stands at {watch.State.Update!.Current!.Stage}");
        Assert.Empty(watch.Look());
    }

    [Fact]
    public void Look_AfterTheModuleWasLost_MeetsEnxio()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        _tree.Lose(Version);
        watch.Look();
        Assert.Equal(ModulePresence.Lost, watch.State.Device.Presence);
        Assert.Equal(RetryAdvice.Reboot, watch.State.Update!.Failure!.Advice);
    }

    [Fact]
    public void Look_WhereTheKernelHasNoNode_SaysNothingOfIt()
    {
        string empty = Path.Combine(_folder, "empty");
        Directory.CreateDirectory(empty);
        using var watch = new ReinitWatch(new LiveHostFiles(empty), null, TimeProvider.System);
        Assert.Equal(ModulePresence.Absent, Assert.Single(watch.Look()).Device!.Presence);
        Assert.Equal(Origin.Live, new LiveHostFiles(empty).Origin);
    }

    [Fact]
    public void Read_OfASnapshotBegunBeforeReReading_DoesNotVerify()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        long before = watch.Begin();
        UpdateTo("1.5.16", watch);
        Assert.False(watch.Read(Module("1.5.16"), before));
        watch.Look();
        Assert.Equal(RunOutcome.Running, watch.State.Update!.Outcome);

        Assert.True(watch.Read(Module("1.5.16"), watch.Begin()));
        watch.Look();
        Assert.Equal((RunOutcome.Verified, "1.5.16"), (watch.State.Update!.Outcome, watch.State.Update.After!.Version));
    }

    [Fact]
    public void Read_OfASnapshotThatWaitsForTheNextLook_IsOfTheModuleBefore()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        Assert.True(watch.Read(Module("1.5.08"), watch.Begin()));
        _tree.Write(Version, "1.5.16\n");
        watch.Look();
        Assert.Equal((RunOutcome.Running, "1.5.08"), (watch.State.Update!.Outcome, watch.State.Update.Before!.Version));
        Assert.NotEqual("", watch.State.Update.Before.Features);
    }

    [Fact]
    public void Read_OfAModuleThatTheKernelDoesNotKnowYet_WaitsForTheKernel()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        Assert.False(watch.Read(Module("1.5.16"), watch.Begin()));
        Assert.Empty(watch.Look());
        Assert.True(watch.Read(Module("1.5.16"), watch.Begin()));
    }

    [Fact]
    public void Read_OfAVersionAlone_VerifiesOnlyAfterAWhileAndIsCompletedLater()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        using var watch = new ReinitWatch(new LiveHostFiles(_tree.Root), null, time);
        watch.Look();
        watch.Read(Module("1.5.08"), watch.Begin());
        watch.Look();
        UpdateTo("1.5.16", watch);
        Assert.True(watch.Read(VersionOnly("1.5.16"), watch.Begin()));
        Assert.Equal("TDH.SYS.RDALL answered nothing.", Assert.Single(watch.Look()).Sweep!.Problem);
        Assert.False(watch.Read(VersionOnly("1.5.16"), watch.Begin()));
        Assert.True(watch.WantsSnapshot);

        time.Advance(ReinitWatch.Eager);
        Assert.True(watch.Read(VersionOnly("1.5.16"), watch.Begin()));
        watch.Look();
        Assert.Equal((RunOutcome.Verified, "", 0), (watch.State.Update!.Outcome, watch.State.Update.After!.Features, watch.State.Update.ConsumedChanges.Count));

        Assert.True(watch.Read(Module("1.5.16", features: 1), watch.Begin()));
        watch.Look();
        Assert.Equal("0x1", watch.State.Update.After!.Features);
        Assert.Contains("TDX_FEATURES0", watch.State.Update.ConsumedChanges);
        Assert.False(watch.Read(VersionOnly("1.5.16"), watch.Begin()));
    }

    [Fact]
    public void Read_AfterARestartInTheMiddleOfAnUpdate_VerifiesItForTheDashboard()
    {
        var all = new List<ReinitObservation>();
        ulong? mark;
        using (ReinitWatch watch = Watch())
        {
            all.AddRange(watch.Look());
            Show("programming");
            all.AddRange(watch.Look());
            mark = watch.Mark;
        }

        Show("idle");
        _tree.Write(Version, "1.5.16\n");
        using ReinitWatch again = Watch(mark);
        again.Read(Module("1.5.16"), again.Begin());
        all.AddRange(again.Look());
        Assert.Equal(ReinitStage.Rereading, Fold(all).Update!.Current!.Stage);
        Assert.True(again.IsUnconfirmed);
        Assert.True(again.Read(Module("1.5.16"), again.Begin()));
        all.AddRange(again.Look());
        Assert.Equal((RunOutcome.Verified, "1.5.16"), (Fold(all).Update!.Outcome, Fold(all).Update!.After!.Version));
        Assert.False(again.IsUnconfirmed);
        Assert.False(again.Read(Module("1.5.16"), again.Begin()));
    }

    [Theory]
    [InlineData(false, RetryAdvice.CheckModule)]
    [InlineData(true, RetryAdvice.Reboot)]
    public void Look_WhereTheModuleStaysSilent_EndsTheUpdateAsFailed(bool down, RetryAdvice advice)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        using var watch = new ReinitWatch(new LiveHostFiles(_tree.Root), null, time);
        watch.Look();
        UpdateTo("1.5.16", watch);
        File.Delete(_tree.Root + Version);
        watch.Look();
        Assert.Equal((ReinitWatch.SweepSoon, ReinitWatch.Fast), (watch.SweepPace, watch.Pace));
        watch.Read(down ? Down() : Silent(), watch.Begin());
        watch.Look();
        time.Advance(ReinitWatch.Eager);
        Assert.Equal(ReinitWatch.SweepLater, watch.SweepPace);
        time.Advance(ReinitWatch.GivesUp - ReinitWatch.Eager);
        watch.Look();
        Assert.Equal((RunOutcome.Failed, "the module does not answer", advice), (watch.State.Update!.Outcome, watch.State.Update.Failure!.Error, watch.State.Update.Failure.Advice));
        Assert.Empty(watch.Look());
        time.Advance(ReinitWatch.GivesUp);
        Assert.Equal(ReinitWatch.Slow, watch.Pace);
    }

    [Fact]
    public void Look_WhereTheNodeVanishesInAnUpdate_EndsItAsFailed()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        using var watch = new ReinitWatch(new LiveHostFiles(_tree.Root), null, time);
        watch.Look();
        Show("programming");
        watch.Look();
        time.Advance(2 * ReinitWatch.GivesUp);
        Assert.Empty(watch.Look());
        Directory.Delete(_tree.Root + Node, recursive: true);
        Assert.Empty(watch.Look());
        time.Advance(ReinitWatch.GivesUp);
        Assert.Single(watch.Look());
        Assert.Equal((RunOutcome.Failed, ReinitStage.InKernel), (watch.State.Update!.Outcome, watch.State.Update.Failure!.Stage));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Look_WhereTheKernelOverwroteLines_SaysSo()
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        _tree.Log("virt/tdx: module not loaded");
        watch.Look();
        File.AppendAllText(_tree.Root + HostFiles.KernelLog, "6,1000,1,-;usb 1-1: new device\n");
        ReinitObservation lost = Assert.Single(watch.Look());
        Assert.InRange(lost.LostLines!.Value, 900, 1_000);
        Assert.Equal(0, watch.State.Ignored);
        Assert.Empty(watch.Look());
    }

    [Theory]
    [InlineData("transferring", 0)]
    [InlineData("idle", 1)]
    public void Open_OfATreeWhoseUpdateWasCutOff_EndsItAsFailed(string status, int loading)
    {
        using ReinitWatch watch = Watch();
        watch.Look();
        Show(status);
        _tree.Write(Node + "/loading", $"{loading}\n");
        watch.Look();
        Assert.Equal(RunOutcome.Running, watch.State.Update!.Outcome);

        EmulatedTree.Open(_tree.Root, new DemoTree(), TimeProvider.System);
        watch.Look();
        Assert.Equal((RunOutcome.Failed, "user-abort"), (watch.State.Update!.Outcome, watch.State.Update.Failure!.Error));
        EmulatedTree.Open(_tree.Root, new DemoTree(), TimeProvider.System);
        Assert.Empty(watch.Look());
    }

    private void UpdateTo(string version, ReinitWatch watch)
    {
        Show("programming");
        watch.Look();
        Show("idle");
        _tree.Write(Version, version + "\n");
        watch.Look();
        Assert.True(watch.WantsSnapshot);
    }

    private static ReinitState Fold(List<ReinitObservation> seen) => ReinitState.Fold(seen.Select((one, i) => new NumberedObservation(i, one)));

    private static Snapshot Module(string version, ulong features = 0x7fbf)
    {
        Snapshot host = VersionOnly(version);
        MetadataValue[] fields = [.. new[] { ("MAJOR_VERSION", 1UL), ("MINOR_VERSION", 5UL), ("UPDATE_VERSION", ulong.Parse(version[4..], CultureInfo.InvariantCulture)), ("TDX_FEATURES0", features) }
            .Select(field => new MetadataValue(MetadataCatalogue.Find(field.Item1)!.Id, [field.Item2]))];
        return host with { Module = host.Module with { Metadata = Reading.Known<IReadOnlyList<MetadataValue>>(fields, Provenance.Read, "TDH.SYS.RDALL") } };
    }

    private static Snapshot VersionOnly(string version)
    {
        Snapshot host = TestSnapshots.WorkingHost();
        return host with
        {
            Module = host.Module with { Metadata = Reading.Unreadable<IReadOnlyList<MetadataValue>>("TDH.SYS.RDALL", "TDH.SYS.RDALL answered nothing.", "Look.") },
            Kernel = host.Kernel with { ModuleVersion = Reading.Known(version, Provenance.Kernel, Version) },
        };
    }

    private static Snapshot Silent() => TestSnapshots.VirtualMachine();

    private static Snapshot Down()
    {
        using var transport = new ScriptedTransport((_, ref r, _) =>
        {
            r.Rax = 0xC000_0506_0000_0000;
            return true;
        });
        Snapshot host = Silent();
        return host with { Module = host.Module with { Metadata = MetadataSweep.Run(transport).Fields } };
    }

    private ReinitWatch Watch(ulong? mark = null) => new(new LiveHostFiles(_tree.Root), mark, TimeProvider.System);

    private void Show(string status, long remaining = 0)
    {
        _tree.Write(Node + "/loading", "0\n");
        _tree.Write(Node + "/error", "\n");
        _tree.Write(Node + "/remaining_size", $"{remaining}\n");
        _tree.Write(Node + "/status", status + "\n");
    }

    // Something happens on the host just before a file is read.
    private sealed class ChangingFiles(HostFiles inner) : HostFiles
    {
        private (string Path, Action Change)? _next;

        public override Origin Origin => inner.Origin;

        public void Once(string path, Action change) => _next = (path, change);

        public override HostAccess Read(string path)
        {
            if (_next is { } next && next.Path == path)
            {
                _next = null;
                next.Change();
            }

            return inner.Read(path);
        }

        public override HostAccess ReadAt(string path, ulong offset, int count) => inner.ReadAt(path, offset, count);

        public override HostAccess List(string path) => inner.List(path);

        public override KernelLogTail? FollowLog() => inner.FollowLog();
    }
}
