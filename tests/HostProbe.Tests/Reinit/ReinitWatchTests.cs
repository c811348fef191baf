using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Reinit;
using TdxDash.Tdx.Reinit;
using TdxDash.Tdx.Snapshots;

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

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private ReinitWatch Watch(ulong? mark = null) => new(new LiveHostFiles(_tree.Root), mark, TimeProvider.System);

    private void Show(string status, long remaining = 0)
    {
        _tree.Write(Node + "/loading", "0\n");
        _tree.Write(Node + "/error", "\n");
        _tree.Write(Node + "/remaining_size", $"{remaining}\n");
        _tree.Write(Node + "/status", status + "\n");
    }
}
