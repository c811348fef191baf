using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What must hold across a snapshot's members beyond their types.</summary>
internal static class SnapshotRules
{
    private const int MaxTextLength = 8_192;
    private const int MaxLogLines = 2_000;
    private const int MaxNodes = MemoryBlock.MaxNode + 1;
    private const int MaxFields = 4_096;
    private const int MaxFlags = 64;
    private const int MaxElements = 512 * 16;

    public static void Check(Snapshot snapshot)
    {
        Require(snapshot.Schema == Snapshot.CurrentSchema, $"schema is {snapshot.Schema}, not {Snapshot.CurrentSchema}.");
        CheckPresence(snapshot);
        CheckText(snapshot);
        CheckCpu(snapshot.Host.Cpu);
        CheckMemory(snapshot.Memory);
        CheckMetadata(snapshot.Module.Metadata);
        CheckLayout(snapshot.Layout.Layout);
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
        if (!reading.TryGet(out CpuFacts? cpu))
        {
            return;
        }

        foreach (string text in (ReadOnlySpan<string>)[cpu.Vendor, cpu.ModelName, cpu.Microcode, .. cpu.TdxFlags, .. cpu.TdxBugs])
        {
            Require(text.Length <= MaxTextLength, $"a text of host.cpu has more than {MaxTextLength} characters.");
        }

        Require(cpu.TdxFlags.Count <= MaxFlags && cpu.TdxBugs.Count <= MaxFlags, $"host.cpu has more than {MaxFlags} flags or bugs.");
        Require(cpu.Family >= 0 && cpu.Model >= 0 && cpu.Stepping >= 0, "host.cpu has a negative family, model or stepping.");
    }

    private static void CheckText(Snapshot snapshot)
    {
        HostFacts host = snapshot.Host;
        KernelTdxFacts kernel = snapshot.Kernel;
        foreach ((string name, Reading<string> text) in new[]
        {
            ("host.name", host.Name), ("host.operatingSystem", host.OperatingSystem), ("host.kernelRelease", host.KernelRelease),
            ("host.kernelCommandLine", host.KernelCommandLine), ("host.product", host.Product), ("host.firmware", host.Firmware),
            ("module.transport", snapshot.Module.Transport), ("kernel.moduleVersion", kernel.ModuleVersion), ("kernel.seamldrVersion", kernel.SeamldrVersion),
        })
        {
            Require(text.Or("")!.Length <= MaxTextLength, $"{name} has more than {MaxTextLength} characters.");
        }

        if (kernel.LogLines.TryGet(out IReadOnlyList<string>? lines))
        {
            Require(lines.Count <= MaxLogLines, $"kernel.logLines has {lines.Count} lines; at most {MaxLogLines} are accepted.");
            Require(lines.All(line => line.Length <= MaxTextLength), $"a line of kernel.logLines has more than {MaxTextLength} characters.");
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
        Require(memory.FirmwareMap.Or([])!.Count <= MemoryMap.MaxBlocks, $"memory.firmwareMap has more than {MemoryMap.MaxBlocks} entries.");
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

    private static void CheckLayout(Reading<TdmrLayout> layout)
    {
        if (!layout.TryGet(out TdmrLayout? built))
        {
            return;
        }

        Require(built.Tdmrs.Count <= ushort.MaxValue, "layout has more TDMRs than any module accepts.");
        Require(built.TdmrsNeeded >= 0, $"layout.tdmrsNeeded is {built.TdmrsNeeded}.");
        Require(built.FailedTdmr is null || (built.FailedTdmr >= 0 && built.FailedTdmr < built.Tdmrs.Count), $"layout.failedTdmr is {built.FailedTdmr}, which is not there.");
        Require(built.Error != LayoutError.None || built.Tdmrs.All(tdmr => tdmr.Pamt is not null), "a layout without error has a TDMR without PAMT.");
        for (int i = 0; i < built.Tdmrs.Count; i++)
        {
            Require(i == 0 || built.Tdmrs[i].Range.Start >= built.Tdmrs[i - 1].Range.End, $"layout TDMR {i} {built.Tdmrs[i].Range} does not lie above TDMR {i - 1}.");
            CheckTdmr(built, i);
        }
    }

    private static void CheckTdmr(TdmrLayout layout, int index)
    {
        Tdmr tdmr = layout.Tdmrs[index];
        if (tdmr.Pamt is { } pamt)
        {
            ulong room = PhysAddr.MaxValue - pamt.Start.Value;
            bool fits = new[] { pamt.Size4K, pamt.Size2M, pamt.Size1G }.All(size => size.Bytes <= room) && pamt.Size.Bytes > 0 && pamt.Size.Bytes <= room;
            Require(fits, $"the PAMT of layout TDMR {index} at {pamt.Start} is empty or ends beyond 2^52.");
        }

        foreach (ReservedArea area in tdmr.Reserved)
        {
            Require(tdmr.Range.Contains(area.Range), $"reserved area {area.Range} does not lie inside layout TDMR {index} {tdmr.Range}.");
            Require(area.Cause == ReservedCause.Hole || area.PamtOfTdmr is not null, $"reserved area {area.Range} is a PAMT's and does not name the TDMR.");
            Require(area is { BlockBefore: null or >= 0, BlockAfter: null or >= 0 }, $"reserved area {area.Range} names a negative block.");
            Require(area.PamtOfTdmr is null || (area.PamtOfTdmr >= 0 && area.PamtOfTdmr < layout.Tdmrs.Count), $"reserved area {area.Range} names a PAMT of TDMR {area.PamtOfTdmr}, which is not there.");
        }
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new FormatException(message);
        }
    }
}
