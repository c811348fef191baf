using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Demo;

/// <summary>A processor family that demo machines have.</summary>
/// <param name="ModelName">The marketing name.</param>
/// <param name="Model">CPUID model; the family is 6.</param>
/// <param name="Stepping">CPUID stepping.</param>
/// <param name="Microcode">The microcode revision.</param>
/// <param name="Cores">Cores of one socket.</param>
/// <param name="Threads">Threads of one core.</param>
/// <param name="Bugs">The CPU bugs that matter to TDX.</param>
internal sealed record DemoCpu(string ModelName, int Model, int Stepping, string Microcode, int Cores, int Threads, string Bugs)
{
    public static DemoCpu SapphireRapids { get; } = new("Intel(R) Xeon(R) Platinum 8480+", 143, 8, "0x2b0005c0", 56, 2, "tdx_pw_mce");

    public static DemoCpu EmeraldRapids { get; } = new("INTEL(R) XEON(R) PLATINUM 8592+", 207, 2, "0x21000240", 64, 2, "tdx_pw_mce");

    public static DemoCpu GraniteRapids { get; } = new("Intel(R) Xeon(R) 6747P", 173, 1, "0x10003a2", 48, 2, "");

    public static DemoCpu SierraForest { get; } = new("Intel(R) Xeon(R) 6780E", 175, 3, "0x3000330", 144, 1, "");
}

/// <summary>A kernel that demo machines run, with its own way to log.</summary>
internal enum DemoKernel
{
    /// <summary>Ubuntu 24.04: prints module facts and CMRs.</summary>
    Ubuntu68,

    /// <summary>Mainline 6.16: prints no version.</summary>
    Mainline616,

    /// <summary>Mainline 7.2: prints the version and has the tdx_host device.</summary>
    Mainline72,
}

/// <summary>How far TDX comes on a demo machine.</summary>
internal enum DemoState
{
    /// <summary>A module runs; whether its initialisation succeeds is up to the layout.</summary>
    Runs,

    /// <summary>TDX is off in the BIOS.</summary>
    OffInBios,

    /// <summary>The module is too old for TDH.SYS.RD, as in canonical/tdx issue 83.</summary>
    ModuleTooOld,
}

/// <summary>One range of a demo machine's memblock list.</summary>
/// <param name="Start">The first byte.</param>
/// <param name="End">The byte behind the last one.</param>
/// <param name="Node">The NUMA node.</param>
/// <param name="Flags">The memblock flags, as debugfs prints them.</param>
internal sealed record DemoRange(ulong Start, ulong End, int Node, string Flags = "NONE")
{
    public MemoryBlock Block => new(new AddressRange(Start, End), Node);
}

/// <summary>Everything that a demo machine's files are made from.</summary>
internal sealed record DemoShape
{
    public required DemoCpu Cpu { get; init; }

    public required int Sockets { get; init; }

    public required IReadOnlyList<DemoRange> Memory { get; init; }

    public required DemoKernel Kernel { get; init; }

    public required string Profile { get; init; }

    public DemoState State { get; init; } = DemoState.Runs;

    public string Vendor { get; init; } = "Demo Systems";

    public uint FirstKeyId { get; init; } = 32;

    public uint KeyIdEnd { get; init; } = 64;

    /// <summary>Without debugfs the memory comes from /proc/iomem and sysfs memory blocks.</summary>
    public bool HasDebugfs { get; init; } = true;

    public int NodeCount => Memory.Max(range => range.Node) + 1;
}
