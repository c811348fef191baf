using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Api.V1;

/// <summary>A page of the snapshots of a host, latest first.</summary>
public sealed record SnapshotPage
{
    /// <summary>The snapshots.</summary>
    public required IReadOnlyList<SnapshotItem> Items { get; init; }

    /// <summary>The cursor of the next page; absent after the last.</summary>
    public string? Next { get; init; }
}

/// <summary>Where a snapshot stands in the history of its host.</summary>
public sealed record SnapshotItem
{
    /// <summary>The host's identity.</summary>
    public required string HostId { get; init; }

    /// <summary>The host's name, as its probe says it now.</summary>
    public required string HostName { get; init; }

    /// <summary>The SHA-256 of the snapshot's canonical form, 64 hexadecimal digits: its identity. Equal machine states have one hash.</summary>
    public required string Hash { get; init; }

    /// <summary>The dashboard's number for it, unique over the fleet.</summary>
    public required long Revision { get; init; }

    /// <summary>The kernel's boot id.</summary>
    public required string BootId { get; init; }

    /// <summary>The probe's own number for it, which decides the order of a host's snapshots.</summary>
    public required long Sequence { get; init; }

    /// <summary>When it was taken, by the host's own clock.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>When the dashboard received it, by the dashboard's clock.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>When a later one overtook it; absent while it is the latest.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>A snapshot: what one host's TDX platform looked like. Its metadata fields and its layout are resources of their own.</summary>
public sealed record SnapshotDocument
{
    /// <summary>Where it stands in the history of its host.</summary>
    public required SnapshotItem Snapshot { get; init; }

    /// <summary>The schema of its canonical form.</summary>
    public required int Schema { get; init; }

    /// <summary>What kind of machine it is.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The machine and its kernel.</summary>
    public required MachineFacts Machine { get; init; }

    /// <summary>The memory map, ascending.</summary>
    public required MemoryReading Memory { get; init; }

    /// <summary>The firmware's own memory map, ascending.</summary>
    public required FirmwareReading FirmwareMap { get; init; }

    /// <summary>What the kernel says of TDX.</summary>
    public required KernelFacts Kernel { get; init; }

    /// <summary>Every other reading of the snapshot, by the path of its member in the canonical form: its state, source and reason; the values are in the canonical form.</summary>
    public required IReadOnlyList<OtherReading> Others { get; init; }
}

/// <summary>The machine and its kernel.</summary>
public sealed record MachineFacts
{
    /// <summary>The host name.</summary>
    public required TextReading Name { get; init; }

    /// <summary>The distribution's own name for itself.</summary>
    public required TextReading OperatingSystem { get; init; }

    /// <summary>The kernel release.</summary>
    public required TextReading KernelRelease { get; init; }

    /// <summary>The kernel command line.</summary>
    public required TextReading KernelCommandLine { get; init; }

    /// <summary>The processor's marketing name.</summary>
    public required TextReading Cpu { get; init; }

    /// <summary>The microcode revision.</summary>
    public required TextReading Microcode { get; init; }

    /// <summary>Logical CPUs that are online.</summary>
    public required NumberReading LogicalCpus { get; init; }

    /// <summary>Packages (sockets).</summary>
    public required NumberReading Packages { get; init; }

    /// <summary>Physical address bits.</summary>
    public required NumberReading PhysicalAddressBits { get; init; }

    /// <summary>System vendor and product.</summary>
    public required TextReading Product { get; init; }

    /// <summary>Firmware (BIOS) version and date.</summary>
    public required TextReading Firmware { get; init; }
}

/// <summary>What the kernel says of TDX.</summary>
public sealed record KernelFacts
{
    /// <summary>kvm_intel.tdx.</summary>
    public required FlagReading KvmIntelTdx { get; init; }

    /// <summary>The running module's version, from /sys/devices/faux/tdx_host/version.</summary>
    public required TextReading ModuleVersion { get; init; }

    /// <summary>The P-SEAMLDR version.</summary>
    public required TextReading SeamldrVersion { get; init; }

    /// <summary>Runtime updates that remain possible.</summary>
    public required NumberReading RemainingUpdates { get; init; }

    /// <summary>Private KeyIDs for TDs, from misc.capacity.</summary>
    public required NumberReading KeyIdCapacity { get; init; }

    /// <summary>Private KeyIDs that TDs hold, from misc.current.</summary>
    public required NumberReading KeyIdsInUse { get; init; }

    /// <summary>The lines of the kernel log that speak of TDX, oldest first.</summary>
    public required LinesReading LogLines { get; init; }
}

/// <summary>A range of physical addresses.</summary>
public record RangeItem
{
    /// <summary>The first byte, as 0x and hexadecimal digits.</summary>
    public required string Start { get; init; }

    /// <summary>The byte behind the last one, in the same form.</summary>
    public required string End { get; init; }

    /// <summary>The size in bytes.</summary>
    public required long Bytes { get; init; }
}

/// <summary>A range of memory.</summary>
public sealed record MemoryItem : RangeItem
{
    /// <summary>The NUMA node.</summary>
    public required int Node { get; init; }
}

/// <summary>A range of the firmware's memory map.</summary>
public sealed record FirmwareItem : RangeItem
{
    /// <summary>The kernel's word for it, as System RAM or Reserved.</summary>
    public required string Kind { get; init; }
}

/// <summary>A memory map.</summary>
public sealed record MemoryReading : ReadingFacts
{
    /// <summary>The ranges that Linux's TDX code sees, ascending.</summary>
    public IReadOnlyList<MemoryItem>? Value { get; init; }

    internal static MemoryReading Of(Reading<IReadOnlyList<Tdx.Memory.MemoryBlock>> reading) => new MemoryReading
    {
        Value = reading.Or(null)?.Select(block => new MemoryItem { Start = block.Range.Start.ToString(), End = block.Range.End.ToString(), Bytes = (long)block.Range.Size.Bytes, Node = block.Node }).ToArray(),
    }.Filled<MemoryReading>(reading);
}

/// <summary>A firmware memory map.</summary>
public sealed record FirmwareReading : ReadingFacts
{
    /// <summary>The ranges, ascending.</summary>
    public IReadOnlyList<FirmwareItem>? Value { get; init; }

    internal static FirmwareReading Of(Reading<IReadOnlyList<FirmwareRange>> reading) => new FirmwareReading
    {
        Value = reading.Or(null)?.Select(range => new FirmwareItem { Start = range.Range.Start.ToString(), End = range.Range.End.ToString(), Bytes = (long)range.Range.Size.Bytes, Kind = range.Type }).ToArray(),
    }.Filled<FirmwareReading>(reading);
}

/// <summary>A reading whose value stands in the canonical form alone.</summary>
public sealed record OtherReading : ReadingFacts
{
    /// <summary>The path of its member, as platform.kvmTdx.</summary>
    public required string Member { get; init; }

    /// <summary>What it is, in words.</summary>
    public required string Title { get; init; }

    internal static OtherReading Of(SnapshotReading entry) => new OtherReading { Member = entry.Member, Title = entry.Title }.Filled<OtherReading>(entry.Reading);
}
