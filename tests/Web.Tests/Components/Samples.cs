using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;
using TdxDash.Web.Components.Host;
using TdxDash.Web.Components.MemoryMap;
using TdxDash.Web.Live;
using TdxDash.Web.Store;

namespace TdxDash.Web.Tests.Components;

/// <summary>Hand-made hosts for the pages: an Emerald Rapids of five memory blocks, and variations of it.</summary>
internal static class Samples
{
    public const string HostId = "11111111-2222-3333-4444-555555555555";

    private const ulong GiB = ByteSize.GiB;

    /// <summary>Who changes something.</summary>
    public static readonly Actor By = new("tester", "");

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 5, TimeSpan.Zero);

    public static readonly TdmrLimits Limits = new(64, 16, 16, 16, 16);

    public static HostEntry Entry(string id = HostId, string name = "rack1-a07", TdxState state = TdxState.Ready, Origin origin = Origin.Live, char hash = 'a', int secondsAgo = 3) => new()
    {
        HostId = id,
        Revision = 1,
        Summary = Summary(name, state, origin),
        Hash = SnapshotHash.TryParse(new string(hash, SnapshotHash.TextLength), out SnapshotHash parsed) ? parsed : throw new ArgumentException("not a hex digit", nameof(hash)),
        TakenAt = Now.AddSeconds(-10),
        LastSeen = Now.AddSeconds(-secondsAgo),
        ProbeVersion = "0.1.0",
    };

    public static HostSummary Summary(string name, TdxState state, Origin origin)
    {
        Provenance module = origin == Origin.Demo ? Provenance.Emulated : Provenance.Kernel;
        Provenance computed = origin == Origin.Demo ? Provenance.Emulated : Provenance.Computed;
        return new HostSummary
        {
            Name = name,
            Origin = origin,
            State = state,
            StateReason = state == TdxState.Failed ? "TDMR 1 needs 19 of 16 reserved areas." : "TDX works.",
            CpuFamily = "EMR",
            Version = Reading.Known(new ModuleVersion(1, 5, 8), module, "TDH.SYS.RD"),
            Memory = Reading.Known(new ByteSize(256 * GiB), Provenance.Kernel, "memblock"),
            Pamt = Reading.Known(new ByteSize(GiB), computed, "layout"),
            PeakReserved = Reading.Known(11, computed, "layout"),
            MaxReserved = Reading.Known(16, module, "MAX_RESERVED_PER_TDMR"),
            Tdmrs = Reading.Known(5, computed, "layout"),
            MaxTdmrs = Reading.Known(64, module, "MAX_TDMRS"),
            KeyIds = Reading.Known(31L, Provenance.Kernel, "/sys/fs/cgroup/misc.capacity"),
            KeyIdsInUse = Reading.Known(3L, Provenance.Kernel, "/sys/fs/cgroup/misc.current"),
            KernelRelease = Reading.Known("7.2.1", Provenance.Kernel, "/proc/sys/kernel/osrelease"),
            Tier = Reading.Known(ProbeTier.RootFiles, Provenance.Computed, "rule"),
        };
    }

    public static IReadOnlyList<MemoryBlock> Blocks { get; } =
    [
        new(new AddressRange(0x10_0000, 0x6f80_0000), 0),
        new(new AddressRange(0x1_0000_0000, 0x10_7a00_0000), 0),
        new(new AddressRange(0x10_8000_0000, 0x20_7c00_0000), 1),
        new(new AddressRange(0x20_8000_0000, 0x30_7c00_0000), 2),
        new(new AddressRange(0x30_8000_0000, 0x40_7c00_0000), 3),
    ];

    public static Snapshot Snapshot(Origin origin = Origin.Live, TdmrLayout? layout = null, IReadOnlyList<MemoryBlock>? blocks = null, string logLine = "virt/tdx: module initialized") => new()
    {
        Schema = Tdx.Snapshots.Snapshot.CurrentSchema,
        Origin = origin,
        Host = Host(),
        Memory = new MemoryFacts
        {
            Map = Reading.Known(blocks ?? Blocks, Provenance.Kernel, "/sys/kernel/debug/memblock/memory"),
            Nodes = Reading.Known<IReadOnlyList<NumaNode>>([new(0, "0-15"), new(1, "16-31"), new(2, "32-47"), new(3, "")], Provenance.Kernel, "/sys/devices/system/node"),
            FirmwareMap = Reading.Known<IReadOnlyList<FirmwareRange>>(
                [new(new AddressRange(0x10_0000, 0x6f80_0000), "System RAM"), new(new AddressRange(0x7000_0000, 0x7800_0000), "Reserved"), new(new AddressRange(0x3800_0000_0000, 0x3900_0000_0000), "PCI Bus")],
                Provenance.Kernel, "/proc/iomem"),
        },
        Module = new ModuleFacts
        {
            Transport = Reading.Known("emulated module, profile emr-1.5.08", Provenance.Emulated, "libtdxdash"),
            Metadata = Reading.Known<IReadOnlyList<MetadataValue>>([new(new FieldId(0x9100_0001_0000_0008), [64])], Provenance.Emulated, "TDH.SYS.RDALL"),
        },
        Kernel = new KernelTdxFacts
        {
            KvmIntelTdx = Reading.Known(true, Provenance.Kernel, "/sys/module/kvm_intel/parameters/tdx"),
            ModuleVersion = Reading.Unreadable<string>("/sys/devices/faux/tdx_host/version", "this kernel has no tdx_host device.", "Boot Linux 7.2 or newer."),
            SeamldrVersion = Reading.Unreadable<string>("/sys/devices/faux/tdx_host/seamldr_version", "this kernel has no tdx_host device.", "Boot Linux 7.2 or newer."),
            RemainingUpdates = Reading.NotOffered<int>("/sys/devices/faux/tdx_host/num_remaining_updates", "the P-SEAMLDR reports none."),
            KeyIdCapacity = Reading.Known(31L, Provenance.Kernel, "/sys/fs/cgroup/misc.capacity"),
            LogLines = Reading.Known<IReadOnlyList<string>>(["virt/tdx: BIOS enabled: private KeyID range [32, 64)", logLine], Provenance.Kernel, "/dev/kmsg"),
        },
        Layout = new LayoutFacts
        {
            Limits = Reading.Known(Limits, Provenance.Emulated, "TDH.SYS.RD"),
            Layout = Reading.Known(layout ?? Layout(), origin == Origin.Demo ? Provenance.Emulated : Provenance.Computed, "Linux's TDMR rules"),
        },
        Platform = TestPlatform.Working(),
    };

    public static TdmrLayout Layout()
    {
        (ulong Start, ulong End)[] ranges = [(0, 0x8000_0000), (0x1_0000_0000, 0x10_8000_0000), (0x10_8000_0000, 0x20_8000_0000), (0x20_8000_0000, 0x30_8000_0000), (0x30_8000_0000, 0x40_8000_0000)];
        return new TdmrLayout { Error = LayoutError.None, Log = [], Tdmrs = [.. ranges.Select(Tdmr)], TdmrsNeeded = 5, PamtKiB = 1_050_644 };
    }

    /// <summary>TDMR 1 needs more reserved areas than there can be.</summary>
    public static TdmrLayout FailedLayout()
    {
        var range = new AddressRange(0x1_0000_0000, 0x10_8000_0000);
        ReservedArea[] holes = [.. Enumerable.Range(0, 19).Select(i => new ReservedArea(new AddressRange(0x2_0000_0000 + ((ulong)i << 31), 0x2_0000_0000 + ((ulong)i << 31) + 0x20_0000), ReservedCause.Hole, null))];
        return new TdmrLayout
        {
            Error = LayoutError.ENOSPC,
            Log = ["initialization failed: TDMR [0x100000000, 0x1080000000): reserved areas exhausted."],
            Tdmrs = [Tdmr((0, 0x8000_0000), 0), new Tdmr(range, Pamt(range, 0), holes)],
            TdmrsNeeded = 5,
            PamtKiB = 300_000,
        };
    }

    public static HostView View(Snapshot snapshot, TdxState state = TdxState.Ready)
    {
        Check[] checks =
        [
            new("platform.vendor", "The processor is Intel's", CheckOutcome.Passed, "vendor_id GenuineIntel (/proc/cpuinfo)", "Only Intel processors have TDX.", "", true),
            new("kvm.tdx", "KVM runs TDs", state == TdxState.Ready ? CheckOutcome.Passed : CheckOutcome.Failed, "kvm_intel.tdx is N (/sys/module/kvm_intel/parameters/tdx)", "KVM refuses to make TDs without it.", "Boot with kvm_intel.tdx=1.", true),
            new("layout", "The layout fits", CheckOutcome.Skipped, "not reached", "", "", true),
        ];
        ModuleIdentity module = Module();
        return HostView.From(snapshot) with
        {
            Module = module,
            Verdict = new Verdict(state, state == TdxState.Ready ? "TDX works." : "KVM runs no TDs: kvm_intel.tdx is N.", checks),
            Features = module.Features.Map<IReadOnlyList<NamedBit>>(_ => [new(0, "TD_MIGRATION", true), new(1, "TD_PRESERVING", true), new(30, "PENDING_EPT_VIOLATION_V2", false)]),
            KernelLog = new KernelLogFacts { PamtKiB = 1_050_644 },
            Map = HostMap.From(snapshot.Memory, module.Cmrs, snapshot.Layout.Layout, null, snapshot.Origin, snapshot.Layout.Limits.Or(null)),
            Reported = null,
        };
    }

    private static ModuleIdentity Module() => new()
    {
        Version = Reading.Known(new ModuleVersion(1, 5, 8), Provenance.Emulated, "TDH.SYS.RD"),
        BuildNumber = Reading.Known(784, Provenance.Emulated, "TDH.SYS.RD"),
        BuildDate = Reading.Known(new DateOnly(2024, 7, 25), Provenance.Emulated, "TDH.SYS.RD"),
        VendorId = Reading.Known(0x8086u, Provenance.Emulated, "TDH.SYS.RD"),
        Attributes = Reading.Known(0u, Provenance.Emulated, "TDH.SYS.RD"),
        Features = Reading.Known(3UL, Provenance.Emulated, "TDH.SYS.RD"),
        Cmrs = Reading.Known<IReadOnlyList<AddressRange>>([.. Blocks.Select(block => block.Range)], Provenance.Emulated, "TDH.SYS.RDALL"),
        Limits = Reading.Known(Limits, Provenance.Emulated, "TDH.SYS.RD"),
    };

    private static HostFacts Host() => new()
    {
        Name = Reading.Known("rack1-a07", Provenance.Kernel, "uname"),
        OperatingSystem = Reading.Known("Ubuntu 24.04 LTS", Provenance.Kernel, "/etc/os-release"),
        KernelRelease = Reading.Known("7.2.0-1-generic", Provenance.Kernel, "uname"),
        KernelCommandLine = Reading.Known("BOOT_IMAGE=/vmlinuz root=/dev/sda1 kvm_intel.tdx=1 nohibernate", Provenance.Kernel, "/proc/cmdline"),
        Cpu = Reading.Known(new CpuFacts
        {
            Vendor = "GenuineIntel",
            ModelName = "Intel(R) Xeon(R) Platinum 8592+",
            Family = 6,
            Model = 207,
            Stepping = 2,
            Microcode = "0x21000283",
            LogicalCpus = 256,
            Packages = 2,
            PhysicalAddressBits = 52,
            TdxFlags = ["tdx_host_platform", "vmx", "movdir64b", "tme"],
            TdxBugs = [],
        }, Provenance.Kernel, "/proc/cpuinfo"),
        Product = Reading.Known("Intel FCP", Provenance.Kernel, "/sys/class/dmi/id"),
        Firmware = Reading.Unreadable<string>("/sys/class/dmi/id/bios_version", "permission denied.", "Run the probe as root or give it CAP_DAC_READ_SEARCH."),
    };

    private static Tdmr Tdmr((ulong Start, ulong End) ends, int index)
    {
        var range = new AddressRange(ends.Start, ends.End);
        Pamt pamt = Pamt(range, index);
        ReservedArea[] reserved =
        [
            new(pamt.Range, ReservedCause.Pamt, index),
            new(new AddressRange(ends.End - 0x400_0000, ends.End), ReservedCause.Hole, null),
        ];
        return new Tdmr(range, pamt, reserved);
    }

    private static Pamt Pamt(AddressRange range, int index)
    {
        ulong pages = range.Size.Bytes / 4096;
        var size4K = new ByteSize(pages * 16);
        var size2M = new ByteSize(((pages / 512 * 16) + 4095) / 4096 * 4096);
        return new Pamt(Math.Max(0, index - 1), new PhysAddr(range.End.Value - 0x2000_0000), size4K, size2M, new ByteSize(4096));
    }
}
