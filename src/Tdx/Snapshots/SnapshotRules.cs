using System.Runtime.CompilerServices;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What must hold across a snapshot's members beyond their types.</summary>
internal static class SnapshotRules
{
    private const int MaxNodes = MemoryBlock.MaxNode + 1;
    private const int MaxFields = 4_096;
    private const int MaxElements = 512 * 16;

    // The firmware may name a place twice, as memory that was added later lies inside what it had announced.
    internal const ulong MaxFirmwareBytes = 2 * PhysAddr.MaxValue;

    /// <summary>Checks a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="isCanonical">Whether it was read as canonical form alone, which has no null in a list.</param>
    public static void Check(Snapshot snapshot, bool isCanonical = false)
    {
        Require(snapshot.Schema is >= Snapshot.OldestSchema and <= Snapshot.CurrentSchema, $"schema is {snapshot.Schema}, not {Snapshot.OldestSchema} to {Snapshot.CurrentSchema}.");
        if (!isCanonical)
        {
            CheckPresence(snapshot);
        }

        PlatformRules.Check(snapshot);
        TextRules.Check(snapshot);
        CheckCpu(snapshot.Host.Cpu);
        CheckMemory(snapshot.Memory);
        CheckMetadata(snapshot.Module.Metadata);
        LayoutBounds.Check(snapshot.Layout);
    }

    // The serialiser lets null through as an element of a list.
    private static void CheckPresence(Snapshot snapshot)
    {
        RequireAll(snapshot.Kernel.LogLines, "kernel.logLines");
        RequireAll(snapshot.Memory.Map, "memory.map");
        RequireAll(snapshot.Memory.Nodes, "memory.nodes");
        RequireAll(snapshot.Memory.FirmwareMap, "memory.firmwareMap");
        RequireAll(snapshot.Module.Metadata, "module.metadata");
        RequireAll(snapshot.Host.Cpu.Map(cpu => cpu.TdxFlags), "host.cpu.tdxFlags");
        RequireAll(snapshot.Host.Cpu.Map(cpu => cpu.TdxBugs), "host.cpu.tdxBugs");
        RequireAll(snapshot.Layout.Layout.Map(layout => layout.Log), "layout.log");
        RequireAll(snapshot.Layout.Layout.Map(layout => layout.Tdmrs), "layout.tdmrs");
        if (snapshot.Platform is { } platform)
        {
            RequireAll(platform.AttestationServices, "platform.attestationServices");
            RequireAll(platform.KvmTdx.Map(kvm => kvm.Cpuid), "platform.kvmTdx.cpuid");
        }

        RequireAll(snapshot.Layout.Layout.Map(layout => layout.Tdmrs.SelectMany(tdmr => tdmr.Reserved)), "layout.tdmrs.reserved");
    }

    private static void RequireAll<T>(Reading<T> list, string name)
        where T : IEnumerable<object?>
    {
        if (list.TryGet(out T? items))
        {
            Require(items.All(item => item is not null), $"{name} has the JSON word null as an element.");
        }
    }

    private static void CheckCpu(Reading<CpuFacts> reading)
    {
        if (reading.TryGet(out CpuFacts? cpu))
        {
            Require(cpu.Family >= 0 && cpu.Model >= 0 && cpu.Stepping >= 0, "host.cpu has a negative family, model or stepping.");
        }
    }

    private static void CheckMemory(MemoryFacts memory)
    {
        if (memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks))
        {
            MemoryMap.Create(blocks);
        }

        IReadOnlyList<NumaNode> nodes = memory.Nodes.Or([])!;
        Require(nodes.All(node => node.Id is >= 0 and <= MemoryBlock.MaxNode), $"memory.nodes has a node id that is not within 0 to {MemoryBlock.MaxNode}.");
        Require(nodes.Select(node => node.Id).Distinct().Count() == nodes.Count, "memory.nodes names a node twice.");
        Require(nodes.Count <= MaxNodes, $"memory.nodes has more than {MaxNodes} nodes.");
        CheckFirmwareMap(memory.FirmwareMap.Or([])!);
    }

    private static void CheckFirmwareMap(IReadOnlyList<FirmwareRange> ranges)
    {
        Require(ranges.Count <= MemoryMap.MaxBlocks, $"memory.firmwareMap has {ranges.Count} entries; at most {MemoryMap.MaxBlocks} are accepted.");
        ulong bytes = 0;
        for (int i = 0; i < ranges.Count; i++)
        {
            Require(i == 0 || ranges[i].Range.Start >= ranges[i - 1].Range.Start, $"memory.firmwareMap entry {i} {ranges[i].Range} begins below entry {i - 1} {ranges[i - 1].Range}.");
            bytes += ranges[i].Range.Size.Bytes;
            Require(bytes <= MaxFirmwareBytes, $"memory.firmwareMap has more than {Hex.Plain(MaxFirmwareBytes)} bytes in all; entry {i} is the first one too many.");
        }
    }

    private static void CheckMetadata(Reading<IReadOnlyList<MetadataValue>> metadata)
    {
        if (!metadata.TryGet(out IReadOnlyList<MetadataValue>? values))
        {
            return;
        }

        Require(values.Count <= MaxFields, $"module.metadata has {values.Count} fields; at most {MaxFields} are accepted.");
        foreach (MetadataValue value in values)
        {
            Require(value.Values.Count is > 0 and <= MaxElements, $"metadata field {value.Id} has {value.Values.Count} elements; 1 to {MaxElements} are accepted.");
        }

        Require(values.Select(v => v.Id.Key).Distinct().Count() == values.Count, "module.metadata names a field twice.");
    }

    internal static void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] ref RuleMessage message)
    {
        if (!holds)
        {
            throw new FormatException(message.ToText());
        }
    }

    internal static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new FormatException(message);
        }
    }
}
