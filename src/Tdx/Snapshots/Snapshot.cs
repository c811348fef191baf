using System.Text.Json.Serialization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What kind of machine a snapshot speaks of.</summary>
public enum Origin
{
    /// <summary>The machine that the probe ran on.</summary>
    Live,

    /// <summary>A machine whose sources were captured in a file and replayed.</summary>
    File,

    /// <summary>A made-up machine: everything about it is emulated.</summary>
    Demo,
}

/// <summary>One immutable, self-contained record of what one host's TDX platform looked like at one moment, without the
/// moment itself: two equal machine states have one canonical form and so one <see cref="SnapshotHash"/>.</summary>
public sealed record Snapshot
{
    /// <summary>The schema that this version writes.</summary>
    public const int CurrentSchema = 2;

    /// <summary>The oldest schema that this version reads. A snapshot keeps its schema, and with it its canonical form and hash.</summary>
    public const int OldestSchema = 1;

    /// <summary>The schema of this record.</summary>
    public required int Schema { get; init; }

    /// <summary>What kind of machine this is.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The machine and its kernel.</summary>
    public required HostFacts Host { get; init; }

    /// <summary>The machine's memory.</summary>
    public required MemoryFacts Memory { get; init; }

    /// <summary>What the TDX module itself answered.</summary>
    public required ModuleFacts Module { get; init; }

    /// <summary>What the kernel says about TDX.</summary>
    public required KernelTdxFacts Kernel { get; init; }

    /// <summary>The TDMRs, PAMTs and reserved areas that Linux would build.</summary>
    public required LayoutFacts Layout { get; init; }

    /// <summary>What processor, KVM and firmware interfaces say; null only in snapshots of schema 1.</summary>
    public PlatformFacts? Platform { get; init; }

    /// <summary>What else an imported log or report says; null in every other snapshot.</summary>
    public ReportFacts? Report { get; init; }
}

/// <summary>The machine and its kernel.</summary>
public sealed record HostFacts
{
    /// <summary>The host name.</summary>
    public required Reading<string> Name { get; init; }

    /// <summary>The distribution's own name for itself, from os-release.</summary>
    public required Reading<string> OperatingSystem { get; init; }

    /// <summary>The kernel release, as <c>uname -r</c> prints it.</summary>
    public required Reading<string> KernelRelease { get; init; }

    /// <summary>The kernel command line.</summary>
    public required Reading<string> KernelCommandLine { get; init; }

    /// <summary>The processor.</summary>
    public required Reading<CpuFacts> Cpu { get; init; }

    /// <summary>System vendor and product from DMI.</summary>
    public required Reading<string> Product { get; init; }

    /// <summary>Firmware (BIOS) version and date from DMI.</summary>
    public required Reading<string> Firmware { get; init; }
}

/// <summary>The processor, from <c>/proc/cpuinfo</c>.</summary>
public sealed record CpuFacts
{
    /// <summary><c>GenuineIntel</c> on every TDX host.</summary>
    public required string Vendor { get; init; }

    /// <summary>The marketing name.</summary>
    public required string ModelName { get; init; }

    /// <summary>CPUID display family.</summary>
    public required int Family { get; init; }

    /// <summary>CPUID display model.</summary>
    public required int Model { get; init; }

    /// <summary>CPUID stepping.</summary>
    public required int Stepping { get; init; }

    /// <summary>The microcode revision, as the kernel prints it; empty where it prints none.</summary>
    public required string Microcode { get; init; }

    /// <summary>Logical CPUs that are online.</summary>
    public required int LogicalCpus { get; init; }

    /// <summary>Packages (sockets).</summary>
    public required int Packages { get; init; }

    /// <summary>Physical address bits.</summary>
    public required int PhysicalAddressBits { get; init; }

    /// <summary>Those flags that matter to TDX and are present: <c>tdx_host_platform</c>, <c>vmx</c>, <c>hypervisor</c>,
    /// <c>movdir64b</c>, <c>tme</c>, <c>xsave</c>, <c>ss</c>; in that order.</summary>
    public required IReadOnlyList<string> TdxFlags { get; init; }

    /// <summary>Those CPU bugs that matter to TDX and are present: <c>tdx_pw_mce</c>, <c>seamret_invd_vmcs</c>.</summary>
    public required IReadOnlyList<string> TdxBugs { get; init; }
}

/// <summary>The machine's memory.</summary>
public sealed record MemoryFacts
{
    /// <summary>The ranges that Linux's TDX code sees, ascending.</summary>
    public required Reading<IReadOnlyList<MemoryBlock>> Map { get; init; }

    /// <summary>The NUMA nodes, ascending by id.</summary>
    public required Reading<IReadOnlyList<NumaNode>> Nodes { get; init; }

    /// <summary>The firmware's own map, ascending.</summary>
    public required Reading<IReadOnlyList<FirmwareRange>> FirmwareMap { get; init; }
}

/// <summary>A NUMA node.</summary>
/// <param name="Id">The node id.</param>
/// <param name="Cpus">The CPUs, as the kernel lists them (<c>0-15,32-47</c>); empty for a node without CPUs.</param>
public sealed record NumaNode(int Id, string Cpus);

/// <summary>One entry of the firmware memory map.</summary>
/// <param name="Range">Bytes.</param>
/// <param name="Type">The kernel's word for it: <c>System RAM</c>, <c>Reserved</c>, <c>ACPI Tables</c>.</param>
public sealed record FirmwareRange(AddressRange Range, string Type);

/// <summary>What the TDX module itself answered.</summary>
public sealed record ModuleFacts
{
    /// <summary>The transport that answered: <c>kernel device /dev/tdxdash</c>, <c>emulated module, profile NAME</c>.</summary>
    public required Reading<string> Transport { get; init; }

    /// <summary>The global metadata fields that were read, in the module's order.</summary>
    public required Reading<IReadOnlyList<MetadataValue>> Metadata { get; init; }

    /// <summary>Whether the module's version or build changed while the metadata was read, however often that was tried: the fields
    /// may be those of more than one module then.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TakenAcrossUpdate { get; init; }
}

/// <summary>One global metadata field with all its elements.</summary>
/// <param name="Id">The id in lookup form.</param>
/// <param name="Values">The elements, field by field; one for a plain field.</param>
public sealed record MetadataValue(FieldId Id, IReadOnlyList<ulong> Values);

/// <summary>What the kernel says about TDX.</summary>
public sealed record KernelTdxFacts
{
    /// <summary><c>kvm_intel.tdx</c>.</summary>
    public required Reading<bool> KvmIntelTdx { get; init; }

    /// <summary>The running module's version from <c>/sys/devices/faux/tdx_host/version</c>.</summary>
    public required Reading<string> ModuleVersion { get; init; }

    /// <summary>The P-SEAMLDR version.</summary>
    public required Reading<string> SeamldrVersion { get; init; }

    /// <summary>Runtime updates that remain possible.</summary>
    public required Reading<int> RemainingUpdates { get; init; }

    /// <summary>Private KeyIDs for guests: <c>tdx</c> of the root group's <c>misc.capacity</c>.</summary>
    public required Reading<long> KeyIdCapacity { get; init; }

    /// <summary>The kernel-log lines that speak of TDX, without time stamps, oldest first.</summary>
    public required Reading<IReadOnlyList<string>> LogLines { get; init; }
}

/// <summary>The layout that Linux would build.</summary>
public sealed record LayoutFacts
{
    /// <summary>The limits that were used: read from the module, emulated, or assumed.</summary>
    public required Reading<TdmrLimits> Limits { get; init; }

    /// <summary>The layout, successful or failed; not known where there is no memory map.</summary>
    public required Reading<TdmrLayout> Layout { get; init; }
}
