using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Testing;

/// <summary>Hand-made snapshots: none of their values is computed by the code under test.</summary>
internal static class TestSnapshots
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string Dmesg = "kernel log";
    private const ulong GiB = ByteSize.GiB;

    /// <summary>An Emerald Rapids host with one socket and 8 GiB, whose TDX works; every source was read.</summary>
    public static Snapshot WorkingHost(string name = "rack1-a07") => new()
    {
        Schema = Snapshot.CurrentSchema,
        Origin = Origin.Live,
        Host = Host(name, Emr("tdx_host_platform", "vmx", "movdir64b", "tme", "xsave", "ss"), "6.19.0-3-generic"),
        Memory = Memory8GiB(),
        Module = new ModuleFacts
        {
            Transport = Reading.Known("kernel device /dev/tdxdash", Provenance.Kernel, "/dev/tdxdash"),
            Metadata = Reading.Known(Metadata(), Provenance.Read, "TDH.SYS.RDALL"),
        },
        Kernel = new KernelTdxFacts
        {
            KvmIntelTdx = Reading.Known(true, Provenance.Kernel, "/sys/module/kvm_intel/parameters/tdx"),
            ModuleVersion = Reading.Known("1.5.08", Provenance.Kernel, "/sys/devices/faux/tdx_host/version"),
            SeamldrVersion = Reading.Unreadable<string>("/sys/devices/faux/tdx_host/seamldr_version", "Permission denied.", "Run the probe as root."),
            RemainingUpdates = Reading.NotOffered<int>("/sys/devices/faux/tdx_host/num_remaining_updates", "The file does not exist."),
            KeyIdCapacity = Reading.Known(31L, Provenance.Kernel, "/sys/fs/cgroup/misc.capacity"),
            LogLines = Reading.Known<IReadOnlyList<string>>(["virt/tdx: BIOS enabled: private KeyID range [32, 64)", "virt/tdx: 32840 KB allocated for PAMT", "virt/tdx: module initialized"], Provenance.Kernel, Dmesg),
        },
        Layout = new LayoutFacts
        {
            Limits = Reading.Known(TdmrLimits.Usual, Provenance.Read, "TDH.SYS.RDALL"),
            Layout = Reading.Known(Layout8GiB(), Provenance.Computed, "Linux TDMR rules"),
        },
        Platform = TestPlatform.Working(),
    };

    /// <summary>The same host as a probe of schema 1 saw it.</summary>
    public static Snapshot OfSchema1(this Snapshot snapshot) => snapshot with { Schema = 1, Platform = null, Module = snapshot.Module with { TakenAcrossUpdate = false } };

    /// <summary>A virtual machine with another vendor's processor: nothing of TDX is there.</summary>
    public static Snapshot VirtualMachine(string name = "vm-1") => WorkingHost(name) with
    {
        Host = Host(name, Emr("hypervisor", "xsave") with { Vendor = "AuthenticAMD", ModelName = "AMD EPYC", Family = 25, Model = 1 }, "6.1.0-37-amd64"),
        Module = NoModule(),
        Kernel = SilentKernel(),
        Layout = new LayoutFacts
        {
            Limits = Reading.Known(TdmrLimits.Usual, Provenance.Hypothetical, "the limits of every module seen so far"),
            Layout = Reading.Known(Layout8GiB(), Provenance.Hypothetical, "Linux TDMR rules"),
        },
        Platform = TestPlatform.Missing(),
    };

    /// <summary>A Granite Rapids host whose initialisation fails for want of reserved areas.</summary>
    public static Snapshot FailingHost(string name = "rack2-b02") => WorkingHost(name) with
    {
        Host = Host(name, Emr("tdx_host_platform", "vmx", "movdir64b", "tme", "xsave", "ss") with { Model = 173, ModelName = "Intel(R) Xeon(R) 6747P" }, "6.14.0-1009-intel"),
        Module = NoModule(),
        Kernel = SilentKernel() with
        {
            LogLines = Reading.Known<IReadOnlyList<string>>(
            [
                "virt/tdx: BIOS enabled: private KeyID range [32, 64)",
                "virt/tdx: TDX module 2.0.08.00, build number 882, build date 0134fed5",
                "virt/tdx: initialization failed: TDMR [0x40000000, 0x80000000): reserved areas exhausted.",
                "virt/tdx: module initialization failed (-28)",
            ], Provenance.Kernel, Dmesg),
        },
    };

    /// <summary>The same host with other kernel-log lines.</summary>
    public static Snapshot WithLog(this Snapshot snapshot, params string[] lines) => snapshot with
    {
        Kernel = snapshot.Kernel with { LogLines = Reading.Known<IReadOnlyList<string>>(lines, Provenance.Kernel, Dmesg) },
    };

    /// <summary>The same host with a layout that needs so many reserved areas in its first TDMR and so many TDMRs.</summary>
    public static Snapshot WithLayout(this Snapshot snapshot, int reserved, int tdmrs, LayoutError error = LayoutError.None)
    {
        ReservedArea[] areas = [.. Enumerable.Range(0, reserved).Select(i => new ReservedArea(new AddressRange((ulong)i * 0x2000, ((ulong)i * 0x2000) + 0x1000), ReservedCause.Hole, null))];
        TdmrLayout layout = Layout8GiB() with { Error = error, TdmrsNeeded = tdmrs, Tdmrs = [Layout8GiB().Tdmrs[0] with { Reserved = areas }] };
        return snapshot with { Layout = snapshot.Layout with { Layout = Reading.Known(layout, Provenance.Computed, "Linux TDMR rules") } };
    }

    /// <summary>A module's metadata: version 1.5.8, two CMRs, the usual limits, and one field that no catalogue knows.</summary>
    public static IReadOnlyList<MetadataValue> Metadata() =>
    [
        Field(0x0800000200000000, 0x8086),
        Field(0x8800000200000001, 20240725),
        Field(0x8800000100000002, 784),
        Field(0x0800000100000003, 5),
        Field(0x0800000100000004, 1),
        Field(0x0800000100000005, 8),
        Field(0x0A00000200000000, 0),
        Field(0x0A00000300000008, 0x22E1F0FBF),
        Field(0x9000000300000080, [0x100000, 0x100000000, .. new ulong[30]]),
        Field(0x9000000300000100, [0x7FF00000, 0x180000000, .. new ulong[30]]),
        Field(0x9100000100000008, 64),
        Field(0x9100000100000009, 16),
        Field(0x9100000100000010, 16),
        Field(0x9100000100000011, 16),
        Field(0x9100000100000012, 16),
        Field(0x1900000300000000, 0x8000000078000001),
        Field(0xBF00000300000001, ulong.MaxValue),
    ];

    private static MetadataValue Field(ulong id, params ulong[] values) => new(new FieldId(id), values);

    private static HostFacts Host(string name, CpuFacts cpu, string release) => new()
    {
        Name = Reading.Known(name, Provenance.Kernel, "/proc/sys/kernel/hostname"),
        OperatingSystem = Reading.Known("Ubuntu 26.04 LTS", Provenance.Kernel, "/etc/os-release"),
        KernelRelease = Reading.Known(release, Provenance.Kernel, "uname"),
        KernelCommandLine = Reading.Known("BOOT_IMAGE=/vmlinuz kvm_intel.tdx=1", Provenance.Kernel, "/proc/cmdline"),
        Cpu = Reading.Known(cpu, Provenance.Kernel, CpuInfo),
        Product = Reading.Unreadable<string>("/sys/class/dmi/id/product_name", "Permission denied.", "Run the probe as root."),
        Firmware = Reading.NotOffered<string>("/sys/class/dmi/id/bios_version", "The machine has no DMI."),
    };

    private static CpuFacts Emr(params string[] flags) => new()
    {
        Vendor = "GenuineIntel",
        ModelName = "INTEL(R) XEON(R) PLATINUM 8592+",
        Family = 6,
        Model = 207,
        Stepping = 2,
        Microcode = "0x21000283",
        LogicalCpus = 16,
        Packages = 1,
        PhysicalAddressBits = 52,
        TdxFlags = flags,
        TdxBugs = ["tdx_pw_mce"],
    };

    private static MemoryFacts Memory8GiB() => new()
    {
        Map = Reading.Known<IReadOnlyList<MemoryBlock>>([new(new AddressRange(0x1000, 0x9F000), 0), new(new AddressRange(0x100000, 2 * GiB), 0), new(new AddressRange(4 * GiB, 10 * GiB), 0)],
            Provenance.Kernel, "/sys/kernel/debug/memblock/memory"),
        Nodes = Reading.Known<IReadOnlyList<NumaNode>>([new(0, "0-15")], Provenance.Kernel, "/sys/devices/system/node"),
        FirmwareMap = Reading.Known<IReadOnlyList<FirmwareRange>>([new(new AddressRange(0, 2 * GiB), "System RAM"), new(new AddressRange(2 * GiB, 3 * GiB), "Reserved")], Provenance.Kernel, "/sys/firmware/memmap"),
    };

    private static TdmrLayout Layout8GiB() => new()
    {
        Error = LayoutError.None,
        Log = [],
        TdmrsNeeded = 2,
        PamtKiB = 32_840,
        Tdmrs =
        [
            new Tdmr(new AddressRange(0, 2 * GiB), new Pamt(0, new PhysAddr(0x100000000), new ByteSize(8 << 20), new ByteSize(16 << 10), new ByteSize(4 << 10)),
                [new ReservedArea(new AddressRange(0, 0x100000), ReservedCause.Hole, null)]),
            new Tdmr(new AddressRange(4 * GiB, 10 * GiB), new Pamt(0, new PhysAddr(0x110000000), new ByteSize(24 << 20), new ByteSize(48 << 10), new ByteSize(4 << 10)),
                [
                    new ReservedArea(new AddressRange(0x100000000, 0x100805000), ReservedCause.Pamt, 0),
                    new ReservedArea(new AddressRange(0x110000000, 0x11180D000), ReservedCause.Pamt, 1),
                ]),
        ],
    };

    private static ModuleFacts NoModule() => new()
    {
        Transport = Reading.NotOffered<string>("/dev/tdxdash", "There is no kernel device."),
        Metadata = Reading.Unreadable<IReadOnlyList<MetadataValue>>("TDH.SYS.RD", "There is no kernel device /dev/tdxdash.", "Load the kernel module tdxdash."),
    };

    private static KernelTdxFacts SilentKernel() => new()
    {
        KvmIntelTdx = Reading.NotOffered<bool>("/sys/module/kvm_intel/parameters/tdx", "kvm_intel is not loaded."),
        ModuleVersion = Reading.NotOffered<string>("/sys/devices/faux/tdx_host/version", "The file does not exist."),
        SeamldrVersion = Reading.NotOffered<string>("/sys/devices/faux/tdx_host/seamldr_version", "The file does not exist."),
        RemainingUpdates = Reading.NotOffered<int>("/sys/devices/faux/tdx_host/num_remaining_updates", "The file does not exist."),
        KeyIdCapacity = Reading.NotOffered<long>("/sys/fs/cgroup/misc.capacity", "There is no key tdx."),
        LogLines = Reading.Unreadable<IReadOnlyList<string>>("/dev/kmsg", "Permission denied.", "Run the probe as root, or set kernel.dmesg_restrict=0."),
    };
}
