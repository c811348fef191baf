using System.Collections.Frozen;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Api.V1;

/// <summary>Writes snapshots as the API shows them.</summary>
internal static class SnapshotMapping
{
    // What has members of its own, or a resource of its own.
    private static readonly FrozenSet<string> Shown =
    [
        "host.name", "host.operatingSystem", "host.kernelRelease", "host.kernelCommandLine", "host.cpu", "host.product", "host.firmware", "memory.map", "memory.firmwareMap",
        "kernel.kvmIntelTdx", "kernel.moduleVersion", "kernel.seamldrVersion", "kernel.remainingUpdates", "kernel.keyIdCapacity", "kernel.logLines", "platform.keyIdsInUse",
        "module.metadata", "layout.limits", "layout.layout",
    ];

    /// <summary>Where a snapshot stands.</summary>
    public static SnapshotItem Item(StoredSnapshot stored) => new()
    {
        HostId = stored.HostId,
        HostName = stored.HostName,
        Hash = stored.Hash.ToString(),
        Revision = stored.Revision,
        BootId = stored.BootId,
        Sequence = stored.Sequence,
        TakenAt = stored.TakenAt.ToUniversalTime(),
        ReceivedAt = stored.ReceivedAt.ToUniversalTime(),
        Until = stored.Until?.ToUniversalTime(),
    };

    /// <summary>A whole snapshot.</summary>
    public static SnapshotDocument Document(FoundSnapshot found)
    {
        Snapshot snapshot = found.Snapshot;
        return new SnapshotDocument
        {
            Snapshot = Item(found.Stored),
            Schema = snapshot.Schema,
            Origin = snapshot.Origin,
            Machine = Machine(snapshot.Host),
            Memory = MemoryReading.Of(snapshot.Memory.Map),
            FirmwareMap = FirmwareReading.Of(snapshot.Memory.FirmwareMap),
            Kernel = Kernel(snapshot),
            Others = [.. SnapshotReadings.Of(snapshot).Where(entry => !Shown.Contains(entry.Member)).Select(OtherReading.Of)],
        };
    }

    /// <summary>A range.</summary>
    public static RangeItem Range(AddressRange range) => new() { Start = range.Start.ToString(), End = range.End.ToString(), Bytes = (long)range.Size.Bytes };

    private static MachineFacts Machine(HostFacts host) => new()
    {
        Name = TextReading.Of(host.Name),
        OperatingSystem = TextReading.Of(host.OperatingSystem),
        KernelRelease = TextReading.Of(host.KernelRelease),
        KernelCommandLine = TextReading.Of(host.KernelCommandLine),
        Cpu = TextReading.Of(host.Cpu, cpu => cpu.ModelName),
        Microcode = TextReading.Of(host.Cpu, cpu => cpu.Microcode),
        LogicalCpus = NumberReading.Of(host.Cpu, cpu => cpu.LogicalCpus),
        Packages = NumberReading.Of(host.Cpu, cpu => cpu.Packages),
        PhysicalAddressBits = NumberReading.Of(host.Cpu, cpu => cpu.PhysicalAddressBits),
        Product = TextReading.Of(host.Product),
        Firmware = TextReading.Of(host.Firmware),
    };

    private static KernelFacts Kernel(Snapshot snapshot) => new()
    {
        KvmIntelTdx = FlagReading.Of(snapshot.Kernel.KvmIntelTdx),
        ModuleVersion = TextReading.Of(snapshot.Kernel.ModuleVersion),
        SeamldrVersion = TextReading.Of(snapshot.Kernel.SeamldrVersion),
        RemainingUpdates = NumberReading.Of(snapshot.Kernel.RemainingUpdates),
        KeyIdCapacity = NumberReading.Of(snapshot.Kernel.KeyIdCapacity),
        KeyIdsInUse = NumberReading.Of(HostSummary.From(snapshot).KeyIdsInUse),
        LogLines = LinesReading.Of(snapshot.Kernel.LogLines),
    };
}
