using System.Text;
using TdxDash.Fuzz.Engine;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Fuzz.Targets;

/// <summary>The readers of a host's files: whatever the files hold, they give a snapshot, and the dashboard takes it.</summary>
internal sealed class HostFilesTarget : FuzzTarget
{
    private static readonly string[] DemoPaths = ["/sys/kernel/debug/memblock/memory", "/proc/iomem", "/sys/devices/system/node/online", "/dev/kmsg"];

    private readonly Func<byte[], StoredHostFiles> _files;
    private readonly IReadOnlyList<string> _seeds;

    private HostFilesTarget(string name, Func<byte[], StoredHostFiles> files, IReadOnlyList<string> seeds)
        : base(name)
    {
        _files = files;
        _seeds = seeds;
    }

    /// <summary>All files, with a few changed at a time.</summary>
    public static HostFilesTarget Tree() => new("host-files", HostTree.Parse,
        [HostTree.Text(), .. DemoMachines.All.Select(machine => HostTree.Of(machine, DemoPaths)).Distinct()]);

    /// <summary><c>/proc/cpuinfo</c> alone.</summary>
    public static HostFilesTarget CpuInfo() => new("cpuinfo", OnlyCpuInfo, [HostTree.CpuInfo]);

    public override IEnumerable<byte[]> Seeds() => _seeds.Select(Encoding.UTF8.GetBytes);

    public override string Check(byte[] input)
    {
        var module = new ModuleChoice(ModuleKind.None, new ModuleProfile("none", "/"), trial: false, TransportDoors.Native);
        Snapshot snapshot = new HostSnapshotSource(_files(input), module, SnapshotSteps.Standard).Take();
        SnapshotTarget.HoldTogether(snapshot);
        Bounded(snapshot);
        return string.Join(' ', snapshot.Host.Cpu.State, snapshot.Host.Cpu.Reason, snapshot.Memory.Map.State, snapshot.Memory.Map.Reason, snapshot.Memory.Nodes.Reason,
            snapshot.Memory.FirmwareMap.Reason, snapshot.Kernel.KvmIntelTdx.Reason, snapshot.Kernel.KeyIdCapacity.Reason, snapshot.Host.OperatingSystem.Reason,
            snapshot.Platform!.KeyIdPartitioning.Reason, snapshot.Platform.ModuleUpdate.Reason, snapshot.Platform.KeyIdsInUse.Reason, snapshot.Platform.KeyIdLimitHits.Reason,
            snapshot.Platform.SysfsModule.Reason, snapshot.Platform.MemoryBlocks.Reason, snapshot.Platform.AttestationServices.Reason);
    }

    // A reason is a sentence for a person, not a copy of the file.
    private static void Bounded(Snapshot snapshot)
    {
        foreach (string reason in SnapshotReadings.Of(snapshot).Select(entry => entry.Reading.Reason))
        {
            Promise(reason.Length <= 4_096, $"a reason has {reason.Length} characters: {reason[..Math.Min(reason.Length, 120)]}");
        }
    }

    private static StoredHostFiles OnlyCpuInfo(byte[] content) => new(
        Origin.File, new Dictionary<string, HostAccess> { ["/proc/cpuinfo"] = HostAccess.File(content) }, new Dictionary<string, HostAccess>());
}
