using System.Text;
using CsCheck;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Tests.Fakes;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class PlatformReaderTests
{
    private const string Cpus = "/sys/devices/system/cpu", Node = "/sys/class/firmware/tdx_module", Cgroup = "/sys/fs/cgroup", Memory = "/sys/devices/system/memory", Units = "/usr/lib/systemd/system";

    private static readonly byte[] Split = [0x1F, 0, 0, 0, 0x20, 0, 0, 0];

    private static HostTree TwoPackages => HostTree.TwoNodes()
        .With(Cpus + "/online", "0-3\n")
        .With(Cpus + "/cpu0/topology/package_cpus_list", "0,2\n")
        .With(Cpus + "/cpu1/topology/package_cpus_list", "1,3\n");

    [Fact]
    public void Msr_OfTwoPackages_IsReadFromOneCpuOfEach()
    {
        Reading<ulong> msr = Take(TwoPackages.WithBytes(Msr(0), Split).WithBytes(Msr(1), Split)).KeyIdPartitioning;

        Assert.Equal(0x20_0000_001FUL, msr.Value);
        Assert.Equal("/dev/cpu/0/msr and 1 more package, MSR 0x87", msr.Source);
        Assert.Equal(Provenance.ReportedByFile, msr.Provenance);
    }

    [Fact]
    public void Msr_PackagesThatDisagree_AreBothSaid()
    {
        Reading<ulong> msr = Take(TwoPackages.WithBytes(Msr(0), Split).WithBytes(Msr(1), 0x3F, 0, 0, 0, 0, 0, 0, 0)).KeyIdPartitioning;

        Assert.Equal("The packages disagree about MSR 0x87: CPU 0 has 0x200000001f, CPU 1 has 0x3f.", msr.Reason);
        Assert.Contains("BIOS", msr.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Msr_WithoutTopology_IsThatOfCpu0()
    {
        Assert.Equal("/dev/cpu/0/msr, MSR 0x87", Take(HostTree.TwoNodes().WithBytes(Msr(0), Split)).KeyIdPartitioning.Source);
        Assert.Equal("/dev/cpu/0/msr, MSR 0x87", Take(TwoPackages.With(Cpus + "/cpu0/topology/package_cpus_list", "2-3\n").WithBytes(Msr(0), Split)).KeyIdPartitioning.Source);
        Assert.Equal("/dev/cpu/0/msr, MSR 0x87", Take(TwoPackages.With(Cpus + "/online", "junk\n").WithBytes(Msr(0), Split)).KeyIdPartitioning.Source);
    }

    [Fact]
    public void Msr_OfAHundredPackages_IsReadFromSixtyFour()
    {
        HostTree tree = HostTree.TwoNodes().With(Cpus + "/online", "0-99\n");
        for (int cpu = 0; cpu < 100; cpu++)
        {
            tree.With($"{Cpus}/cpu{cpu}/topology/package_cpus_list", $"{cpu}\n").WithBytes(Msr(cpu), Split);
        }

        Assert.Equal("/dev/cpu/0/msr and 63 more packages, MSR 0x87", Take(tree).KeyIdPartitioning.Source);
    }

    [Fact]
    public void Msr_EachFailure_SaysWhatToDo()
    {
        Reading<ulong> absent = Take(HostTree.TwoNodes()).KeyIdPartitioning;
        Reading<ulong> denied = Take(HostTree.TwoNodes().With(Msr(0), HostAccess.Failed(AccessFailure.Denied, "Operation not permitted."))).KeyIdPartitioning;
        Reading<ulong> refused = Take(HostTree.TwoNodes().With(Msr(0), HostAccess.Failed(AccessFailure.Refused, "Input/output error."))).KeyIdPartitioning;
        Reading<ulong> cut = Take(HostTree.TwoNodes().WithBytes(Msr(0), 1, 2, 3)).KeyIdPartitioning;

        Assert.Contains("modprobe msr", absent.Remedy, StringComparison.Ordinal);
        Assert.Contains("CAP_SYS_RAWIO", denied.Remedy, StringComparison.Ordinal);
        Assert.Equal(ReadingState.NotOffered, refused.State);
        Assert.Contains("refuses this register", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("MSR 0x87 has 3 bytes, not 8.", cut.Reason);
    }

    [Theory]
    [InlineData(AccessFailure.Absent, ReadingState.Unreadable, "virtualisation is off", "kvm_intel")]
    [InlineData(AccessFailure.Denied, ReadingState.Unreadable, "reason", "group kvm")]
    [InlineData(AccessFailure.NoDevice, ReadingState.NotOffered, "reason", "")]
    [InlineData(AccessFailure.Failed, ReadingState.Unreadable, "reason", "kernel log")]
    [InlineData(AccessFailure.NotCaptured, ReadingState.Unreadable, "reason", "Capture the host again")]
    public void KvmTdx_EachFailure_SaysWhatToDo(AccessFailure failure, ReadingState state, string reason, string remedy)
    {
        var kvm = Take(HostTree.TwoNodes().With(HostFiles.Kvm, HostAccess.Failed(failure, "reason"))).KvmTdx;

        Assert.Equal(state, kvm.State);
        Assert.Contains(reason, kvm.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, kvm.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void KvmTdx_CutOff_IsUnreadable() =>
        Assert.Contains("has 100 bytes", Take(HostTree.TwoNodes().WithBytes(HostFiles.Kvm, new byte[100])).KvmTdx.Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("idle\n", "\n", "idle", "")]
    [InlineData("idle\n", "programming:firmware-invalid\n", "idle", "programming:firmware-invalid")]
    [InlineData("transferring\n", null, "transferring", "")]
    public void ModuleUpdate_OfANode_IsStatusAndError(string status, string? error, string shownStatus, string shownError)
    {
        HostTree tree = HostTree.TwoNodes().With(Node + "/status", status);
        tree = error is null ? tree.With(Node + "/error", HostAccess.Failed(AccessFailure.Busy, "busy")) : tree.With(Node + "/error", error);

        Assert.Equal(new ModuleUpdateNode(shownStatus, shownError), Take(tree).ModuleUpdate.Value);
    }

    [Fact]
    public void ModuleUpdate_AbsentDeniedAndOfADraft_AreToldApart()
    {
        Assert.Equal(ReadingState.NotOffered, Take(HostTree.TwoNodes()).ModuleUpdate.State);
        Assert.Contains("as root", Take(HostTree.TwoNodes().With(Node + "/status", HostAccess.Failed(AccessFailure.Denied, "no"))).ModuleUpdate.Remedy, StringComparison.Ordinal);
        Assert.Contains("as root", Take(HostTree.TwoNodes().With(Node + "/status", "idle\n").With(Node + "/error", HostAccess.Failed(AccessFailure.Denied, "no"))).ModuleUpdate.Remedy, StringComparison.Ordinal);
        Assert.Equal("/sys/class/firmware/seamldr_upload", Take(HostTree.TwoNodes().With("/sys/class/firmware/seamldr_upload/status", "idle\n")).ModuleUpdate.Source);
        Assert.Contains("4097 characters", Take(HostTree.TwoNodes().With(Node + "/status", new string('x', 4_097))).ModuleUpdate.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tdx 3\n", 3L, "")]
    [InlineData("sev 1\nsev_es 0\ntdx 0\n", 0L, "")]
    [InlineData("sev 1\n", null, "lists no tdx key")]
    [InlineData("tdx 9223372036854775808\n", null, "")]
    [InlineData("tdx -1\n", null, "")]
    [InlineData("", null, "lists no tdx key")]
    public void KeyIdsInUse_OfTheRootGroup_IsItsNumber(string text, long? value, string reason)
    {
        Reading<long> inUse = Take(HostTree.TwoNodes().With(Cgroup + "/unified/misc.current", text)).KeyIdsInUse;

        Assert.Equal(value, inUse.IsKnown ? inUse.Value : null);
        Assert.Contains(reason, inUse.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyIdLimitHits_OfGroups_AreAddedUp()
    {
        HostTree tree = HostTree.TwoNodes().With(Cgroup + "/misc.capacity", "tdx 31\n").WithFolder(Cgroup, "cgroup.procs", "machine.slice", "misc.capacity", "kubepods", "system.slice", "user.slice")
            .With(Cgroup + "/machine.slice/misc.events", "sev.max 9\ntdx.max 2\n").With(Cgroup + "/kubepods/misc.events", "tdx.max 5\n").With(Cgroup + "/user.slice/misc.events", "sev.max 1\n");

        Assert.Equal(7, Take(tree).KeyIdLimitHits.Value);
        Assert.Equal("/sys/fs/cgroup/*/misc.events", Take(tree).KeyIdLimitHits.Source);
        Assert.Equal(ReadingState.NotOffered, Take(tree.Without(Cgroup + "/machine.slice/misc.events").Without(Cgroup + "/kubepods/misc.events")).KeyIdLimitHits.State);
        Assert.Equal(ReadingState.Unreadable, Take(tree.With(Cgroup + "/kubepods/misc.events", "tdx.max many\n")).KeyIdLimitHits.State);
        Assert.Equal(ReadingState.Unreadable, Take(tree.With(Cgroup + "/kubepods/misc.events", $"tdx.max {long.MaxValue}\n").With(Cgroup + "/machine.slice/misc.events", "tdx.max 1\n")).KeyIdLimitHits.State);
        Assert.Contains("4097 groups", Take(tree.WithFolder(Cgroup, [.. Enumerable.Range(0, 4_097).Select(i => $"g{i}")])).KeyIdLimitHits.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void SysfsModule_OfARealCapture_IsUnderstood()
    {
        HostTree tree = HostTree.TwoNodes();
        foreach (string line in Capture("30-sysfs-old-module.txt"))
        {
            string[] pair = line.Split(": ");
            tree.With($"/sys/firmware/tdx/tdx_module/{pair[0]}", pair[1] + "\n");
        }

        Assert.Equal(new SysfsModule("initialized", 0, 0x8086, 1, 0, 342, new DateOnly(2022, 4, 20)), Take(tree).SysfsModule.Value);
    }

    [Theory]
    [InlineData("build_date", "0x20220420", "2022-04-20")]
    [InlineData("build_date", "0x13461cf", "2021-01-27")]
    [InlineData("build_date", "20221399", null)]
    [InlineData("build_date", "", null)]
    [InlineData("build_num", "342", null)]
    [InlineData("build_num", "0x100000000", null)]
    [InlineData("build_num", "0x80000000", null)]
    [InlineData("major_version", "0x10000", null)]
    [InlineData("attributes", "0xg", null)]
    public void SysfsModule_OfAChangedFile_IsADateOrUnreadable(string name, string text, string? date)
    {
        Reading<SysfsModule> module = Take(OldModule().With($"/sys/firmware/tdx/tdx_module/{name}", text + "\n")).SysfsModule;

        Assert.Equal(date, module.IsKnown ? module.Value.BuildDate.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : null);
        Assert.True(module.IsKnown || module.State == ReadingState.Unreadable);
    }

    [Fact]
    public void SysfsModule_AbsentSilentIncompleteAndDenied_AreToldApart()
    {
        Assert.Equal(ReadingState.NotOffered, Take(HostTree.TwoNodes()).SysfsModule.State);
        Assert.Contains("'none'", Take(HostTree.TwoNodes().With("/sys/firmware/tdx/tdx_module/status", "none\n")).SysfsModule.Reason, StringComparison.Ordinal);
        Assert.Contains("absent", Take(OldModule().Without("/sys/firmware/tdx/tdx_module/build_num")).SysfsModule.Reason, StringComparison.Ordinal);
        Assert.Contains("as root", Take(OldModule().With("/sys/firmware/tdx/tdx_module/build_num", HostAccess.Failed(AccessFailure.Denied, "no"))).SysfsModule.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryBlocks_OfThreeStates_AreCounted()
    {
        MemoryBlocks blocks = Take(Blocks("online", "offline", "going-offline", "online")).MemoryBlocks.Value;

        Assert.Equal(new MemoryBlocks(new ByteSize(ByteSize.GiB), 2, 2), blocks);
    }

    [Fact]
    public void MemoryBlocks_EachDefect_SaysWhich()
    {
        Assert.Contains("'asleep'", Take(Blocks("online", "asleep")).MemoryBlocks.Reason, StringComparison.Ordinal);
        Assert.Equal(1, Take(Blocks("online", "online").Without(Memory + "/memory1/state")).MemoryBlocks.Value.Online);
        Assert.Contains("None of its 1 blocks", Take(Blocks("online").Without(Memory + "/memory0/state")).MemoryBlocks.Reason, StringComparison.Ordinal);
        Assert.Contains("no power of two", Take(Blocks("online").With(Memory + "/block_size_bytes", "40000001\n")).MemoryBlocks.Reason, StringComparison.Ordinal);
        Assert.Contains("more than 2^52", Take(Blocks("online", "online").With(Memory + "/block_size_bytes", "10000000000000\n")).MemoryBlocks.Reason, StringComparison.Ordinal);
        Assert.Equal(ReadingState.Unreadable, Take(Blocks("online").With(Memory + "/block_size_bytes", "many\n")).MemoryBlocks.State);
        Assert.Equal(ReadingState.NotOffered, Take(new HostTree()).MemoryBlocks.State);
        Assert.Contains("65537 blocks", Take(HostTree.TwoNodes().WithFolder(Memory, [.. Enumerable.Range(0, 65_537).Select(i => $"memory{i}")])).MemoryBlocks.Reason, StringComparison.Ordinal);
        Assert.Contains("as root", Take(Blocks("online").With(Memory + "/memory0/state", HostAccess.Failed(AccessFailure.Denied, "no"))).MemoryBlocks.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void AttestationServices_OfUnitsGroupsAndSocket_TellWhichRun()
    {
        HostTree tree = HostTree.TwoNodes().WithFolder("/usr/lib/systemd", "system", "systemd");
        Assert.Empty(Take(tree).AttestationServices.Value);

        tree.With(Units + "/pccs.service", "[Service]\n").With("/etc/systemd/system/mpa_registration_tool.service", "[Service]\n").WithFolder("/run/tdx-qgs", "qgs.socket");
        Assert.Equal(["mpa_registration_tool installed", "pccs installed", "qgsd running"], Take(tree).AttestationServices.Value);

        tree.With("/sys/fs/cgroup/systemd/system.slice/pccs.service/cgroup.procs", "4711\n").With("/sys/fs/cgroup/system.slice/aesmd.service/cgroup.procs", "");
        Assert.Equal(["mpa_registration_tool installed", "pccs running", "qgsd running"], Take(tree).AttestationServices.Value);
    }

    [Fact]
    public void AttestationServices_WithoutSystemd_AreNotSaidToBeAbsent()
    {
        Reading<IReadOnlyList<string>> services = Take(HostTree.TwoNodes()).AttestationServices;

        Assert.Equal(ReadingState.Unreadable, services.State);
        Assert.Contains("--root", services.Remedy, StringComparison.Ordinal);
        Assert.Equal(["qgsd running"], Take(HostTree.TwoNodes().With("/sys/fs/cgroup/system.slice/qgsd.service/cgroup.procs", "1\n")).AttestationServices.Value);
    }

    [Theory]
    [InlineData("6,0,1,-;virt/tdx: module initialized\n", "/dev/kmsg")]
    [InlineData("6,812,1,-;virt/tdx: module initialized\n", "/dev/kmsg, its beginning overwritten")]
    [InlineData("6,0,1,-;a\n6,7,1,-;virt/tdx: module initialized\n", "/dev/kmsg, records missing in between")]
    [InlineData("virt/tdx: module initialized\n", "/dev/kmsg")]
    public void KernelLog_RecordsThatAreMissing_AreSaid(string log, string source)
    {
        Reading<IReadOnlyList<string>> lines = Snapshot(HostTree.TwoNodes().With(HostFiles.KernelLog, log)).Kernel.LogLines;

        Assert.Equal((source, "virt/tdx: module initialized"), (lines.Source, Assert.Single(lines.Value)));
    }

    [Fact]
    public void Everything_OfAnyBytes_GivesASnapshotThatADashboardAccepts()
    {
        string[] paths =
        [
            Msr(0), HostFiles.Kvm, Node + "/status", Node + "/error", Cgroup + "/misc.capacity", Cgroup + "/misc.current", Cgroup + "/g/misc.events", Memory + "/block_size_bytes", Memory + "/memory0/state",
            Cpus + "/online", Cpus + "/cpu0/topology/package_cpus_list", Units + "/qgsd.service", HostFiles.KernelLog, "/sys/firmware/tdx/tdx_module/status", "/sys/firmware/tdx/tdx_module/build_date",
        ];
        Gen<byte[]> content = Gen.OneOf(Gen.Byte.Array[0, 40], Gen.String[Gen.Char["0123456789abcdefx,-;\n tdxonlie."], 0, 40].Select(Encoding.UTF8.GetBytes), Gen.Byte.Array[2_056, 2_140]);
        Gen.Select(Gen.Int[0, paths.Length - 1], content).Array[1, 6].Sample(changes =>
        {
            HostTree tree = OldModule().WithFolder(Cgroup, "g").WithFolder(Memory, "memory0");
            foreach ((int path, byte[] bytes) in changes)
            {
                tree.WithBytes(paths[path], bytes);
            }

            return SnapshotCodec.Parse(SnapshotCodec.Write(Snapshot(tree))).Error is null;
        });
    }

    private static string Msr(int cpu) => HostFiles.PieceOf($"/dev/cpu/{cpu}/msr", 0x87);

    private static HostTree OldModule()
    {
        HostTree tree = HostTree.TwoNodes();
        foreach ((string name, string text) in new[] { ("status", "initialized"), ("attributes", "0x0"), ("vendor_id", "0x8086"), ("major_version", "0x1"), ("minor_version", "0x0"), ("build_num", "0x156"), ("build_date", "20220420") })
        {
            tree.With($"/sys/firmware/tdx/tdx_module/{name}", text + "\n");
        }

        return tree;
    }

    private static HostTree Blocks(params string[] states)
    {
        HostTree tree = HostTree.TwoNodes().WithFolder(Memory, ["auto_online_blocks", "block_size_bytes", .. states.Select((_, i) => $"memory{i}")]);
        for (int i = 0; i < states.Length; i++)
        {
            tree.With($"{Memory}/memory{i}/state", states[i] + "\n");
        }

        return tree;
    }

    private static IEnumerable<string> Capture(string name) =>
        File.ReadLines(TdxDash.Testing.Repository.Data("captures", name)).Where(line => line.Length > 0 && !line.StartsWith('#'));

    private static PlatformFacts Take(HostTree tree) => Snapshot(tree).Platform!;

    private static Snapshot Snapshot(HostTree tree)
    {
        var module = new ModuleChoice(ModuleKind.None, new ModuleProfile("none", "/none"), trial: false, FakeTransport.Doors());
        return new HostSnapshotSource(tree.As(Origin.File), module, FakeSteps.Simple).Take();
    }
}
