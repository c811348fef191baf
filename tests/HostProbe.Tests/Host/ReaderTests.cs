using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class ReaderTests
{
    private const string Memblock = "/sys/kernel/debug/memblock/memory";

    [Fact]
    public void Map_IomemAndMemoryBlocks_SplitsAtTheNodeBorder()
    {
        Reading<IReadOnlyList<MemoryBlock>> map = Take(HostTree.TwoNodes()).Memory.Map;

        Assert.Equal("/proc/iomem, nodes from /sys/devices/system/memory", map.Source);
        Assert.Equal(Provenance.ReportedByFile, map.Provenance);
        Assert.Equal([0, 0, 0, 1], map.Value.Select(block => block.Node));
        Assert.Equal(new AddressRange(0x1_0000_0000, 0x1_8000_0000), map.Value[2].Range);
    }

    [Fact]
    public void Map_MemblockWithNodes_IsPreferred()
    {
        Reading<IReadOnlyList<MemoryBlock>> map = Take(HostTree.TwoNodes().With(Memblock, "   0: 0x1000..0x9fff    1 NONE\n")).Memory.Map;

        Assert.Equal(Memblock, map.Source);
        Assert.Equal(new MemoryBlock(new AddressRange(0x1000, 0xa000), 1), Assert.Single(map.Value));
    }

    [Fact]
    public void Map_MemblockWithoutNodes_TakesThemFromMemoryBlocks()
    {
        Reading<IReadOnlyList<MemoryBlock>> map = Take(HostTree.TwoNodes().With(Memblock, "   0: 0x1000..0x9fff\n   1: 0x180000000..0x1ffffffff\n")).Memory.Map;

        Assert.Equal([0, 1], map.Value.Select(block => block.Node));
    }

    [Fact]
    public void Map_OneNode_NeedsNoMemoryBlocks()
    {
        HostTree tree = HostTree.TwoNodes().With("/sys/devices/system/node/online", "0\n").Without("/sys/devices/system/memory/block_size_bytes");

        Assert.All(Take(tree).Memory.Map.Value, block => Assert.Equal(0, block.Node));
    }

    [Fact]
    public void Map_HiddenAddresses_NamesTheRight()
    {
        Reading<IReadOnlyList<MemoryBlock>> map = Take(HostTree.TwoNodes().With("/proc/iomem", "00000000-00000000 : System RAM\n")).Memory.Map;

        Assert.Equal(ReadingState.Unreadable, map.State);
        Assert.Contains("CAP_SYS_ADMIN", map.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Map_NodesUnknown_SaysSoWithRemedy()
    {
        Reading<IReadOnlyList<MemoryBlock>> map = Take(HostTree.TwoNodes().Without("/sys/devices/system/memory/block_size_bytes")).Memory.Map;

        Assert.Equal(ReadingState.Unreadable, map.State);
        Assert.Contains("NUMA nodes", map.Reason, StringComparison.Ordinal);
        Assert.NotEmpty(map.Remedy);
    }

    [Fact]
    public void Map_Malformed_LeavesTheRestReadable()
    {
        Snapshot snapshot = Take(HostTree.TwoNodes().With("/proc/iomem", "00002000-00001fff : System RAM\n"));

        Assert.Contains("Line 1", snapshot.Memory.Map.Reason, StringComparison.Ordinal);
        Assert.Equal(ReadingState.Unreadable, snapshot.Layout.Layout.State);
        Assert.Equal("box", snapshot.Host.Name.Value);
    }

    [Fact]
    public void FirmwareMap_WithoutMemmap_IsWhatIomemHasBesidesRam()
    {
        Reading<IReadOnlyList<FirmwareRange>> map = Take(HostTree.TwoNodes()).Memory.FirmwareMap;

        Assert.Equal(["Reserved", "Reserved"], map.Value.Select(range => range.Type));
    }

    [Fact]
    public void FirmwareMap_Memmap_IsAscendingAndHalfOpen()
    {
        HostTree tree = HostTree.TwoNodes().WithFolder("/sys/firmware/memmap", "1", "0");
        foreach ((string name, string start, string end, string type) in new[] { ("1", "0x0", "0x9fbff", "System RAM"), ("0", "0x9fc00", "0xfffff", "Reserved") })
        {
            tree.With($"/sys/firmware/memmap/{name}/start", start + "\n").With($"/sys/firmware/memmap/{name}/end", end + "\n").With($"/sys/firmware/memmap/{name}/type", type + "\n");
        }

        Assert.Equal(
            [new FirmwareRange(new AddressRange(0, 0x9fc00), "System RAM"), new FirmwareRange(new AddressRange(0x9fc00, 0x100000), "Reserved")],
            Take(tree).Memory.FirmwareMap.Value);
    }

    [Fact]
    public void Cpu_TwoSockets_GivesWhatMattersToTdx()
    {
        CpuFacts cpu = Take(HostTree.TwoNodes()).Host.Cpu.Value;

        Assert.Equal(("GenuineIntel", 6, 143, 8, "0x2b"), (cpu.Vendor, cpu.Family, cpu.Model, cpu.Stepping, cpu.Microcode));
        Assert.Equal((2, 2, 46), (cpu.LogicalCpus, cpu.Packages, cpu.PhysicalAddressBits));
        Assert.Equal(["tdx_host_platform", "vmx", "movdir64b", "xsave", "ss"], cpu.TdxFlags);
        Assert.Equal(["tdx_pw_mce"], cpu.TdxBugs);
    }

    [Fact]
    public void KernelTdx_EverySource_IsRead()
    {
        KernelTdxFacts kernel = Take(HostTree.TwoNodes()
            .With("/sys/module/kvm_intel/parameters/tdx", "Y\n")
            .With("/sys/devices/faux/tdx_host/version", "1.5.08\n")
            .With("/sys/devices/faux/tdx_host/num_remaining_updates", "2\n")
            .With("/sys/fs/cgroup/unified/misc.capacity", "sev 10\ntdx 31\n")
            .With("/dev/kmsg", "6,1,100,-;virt/tdx: module initialized\n6,2,101,-;usb: other\n")).Kernel;

        Assert.True(kernel.KvmIntelTdx.Value);
        Assert.Equal("1.5.08", kernel.ModuleVersion.Value);
        Assert.Equal(2, kernel.RemainingUpdates.Value);
        Assert.Equal(31, kernel.KeyIdCapacity.Value);
        Assert.Equal(["virt/tdx: module initialized"], kernel.LogLines.Value);
        Assert.Equal(ReadingState.NotOffered, kernel.SeamldrVersion.State);
    }

    [Fact]
    public void ModuleVersion_NoDevice_SaysThatTheModuleWasLost()
    {
        Reading<string> version = Take(HostTree.TwoNodes()
            .With("/sys/devices/faux/tdx_host/version", HostAccess.Failed(AccessFailure.NoDevice, "The kernel answered that there is no such device or address."))).Kernel.ModuleVersion;

        Assert.Contains("lost", version.Reason, StringComparison.Ordinal);
        Assert.Contains("Restart", version.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void KernelLog_Denied_NamesTheRight()
    {
        Reading<IReadOnlyList<string>> log = Take(HostTree.TwoNodes().With("/dev/kmsg", HostAccess.Failed(AccessFailure.Denied, "Permission denied."))).Kernel.LogLines;

        Assert.Contains("CAP_SYSLOG", log.Remedy, StringComparison.Ordinal);
        Assert.Contains("dmesg_restrict", log.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_EmptyHost_IsUnreadableOrNotOffered()
    {
        Snapshot snapshot = Take(new HostTree());

        Assert.False(snapshot.Host.Name.IsKnown || snapshot.Host.Cpu.IsKnown || snapshot.Memory.Map.IsKnown || snapshot.Memory.Nodes.IsKnown || snapshot.Kernel.LogLines.IsKnown);
        Assert.Equal(Provenance.Hypothetical, snapshot.Layout.Limits.Provenance);
        Assert.Null(SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).Error);
    }

    private static Snapshot Take(HostTree tree)
    {
        var module = new ModuleChoice(ModuleKind.None, new ModuleProfile("none", "/none"), trial: false, FakeTransport.Doors());
        return new HostSnapshotSource(tree.As(Origin.File), module, FakeSteps.Simple).Take();
    }
}
