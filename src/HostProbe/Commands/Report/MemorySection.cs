using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The memory and NUMA part of a report.</summary>
internal static class MemorySection
{
    private const int ShownBlocks = 40;

    public static void Write(ReportPage page, MemoryFacts memory)
    {
        page.Heading("Memory");
        page.Field("Usable", memory.Map, blocks => $"{Total(blocks)} in {blocks.Count} ranges, from {memory.Map.Source}");
        page.Field("NUMA nodes", memory.Nodes, nodes => $"{nodes.Count}");
        page.Field("Firmware map", memory.FirmwareMap, ranges => $"{ranges.Count} entries, from {memory.FirmwareMap.Source}");
        if (memory.Nodes.TryGet(out IReadOnlyList<NumaNode>? nodes))
        {
            WriteNodes(page, nodes, memory.Map.Or([])!);
        }

        if (memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks) && blocks.Count > 0)
        {
            WriteBlocks(page, blocks);
        }
    }

    private static void WriteNodes(ReportPage page, IReadOnlyList<NumaNode> nodes, IReadOnlyList<MemoryBlock> blocks)
    {
        var table = new TextTable(" Node", " Memory", "CPUs");
        foreach (NumaNode node in nodes)
        {
            table.Add($"{node.Id}", Total(blocks.Where(block => block.Node == node.Id)).ToString(), node.Cpus.Length > 0 ? node.Cpus : "none");
        }

        page.Blank();
        page.Table(table);
    }

    private static void WriteBlocks(ReportPage page, IReadOnlyList<MemoryBlock> blocks)
    {
        var table = new TextTable(" Range", " Start", " End", " Size", " Node");
        for (int i = 0; i < Math.Min(blocks.Count, ShownBlocks); i++)
        {
            AddressRange range = blocks[i].Range;
            table.Add($"{i}", range.Start.ToGrouped(), range.End.ToGrouped(), range.Size.ToString(), $"{blocks[i].Node}");
        }

        page.Blank();
        page.Table(table);
        if (blocks.Count > ShownBlocks)
        {
            page.Line($"and {blocks.Count - ShownBlocks} more; 'tdxprobe show --json' has them all.");
        }
    }

    private static ByteSize Total(IEnumerable<MemoryBlock> blocks) => new(blocks.Aggregate(0UL, (sum, block) => sum + block.Range.Size.Bytes));
}
