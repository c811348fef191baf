using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>The memory that a text tells, from the best source that it has: memblock's list, the ranges of the boot log, System RAM of
/// <c>/proc/iomem</c>, the e820 map; nodes from the source itself, else from the SRAT's lines, else node 0 for all.</summary>
/// <param name="Facts">The memory.</param>
/// <param name="Notes">What was assumed, and what could not be used.</param>
internal sealed record ImportedMemory(MemoryFacts Facts, IReadOnlyList<string> Notes)
{
    private const string MapRemedy = "Add a copy of /proc/iomem made as root, or of /sys/kernel/debug/memblock/memory, or the whole boot log.";
    private const string OneNode = "The file tells no NUMA nodes: all memory is taken to be on node 0, which a machine with several sockets is not.";

    private static readonly string NodeSource = ImportedSnapshot.SourceOf("NUMA lines of a boot log");

    public static ImportedMemory Of(MemblockPart memblock, NodePart nodes, IomemPart iomem, E820Part e820)
    {
        var notes = new List<string>();
        Add(notes, memblock.Fault, "The copy of memblock's list cannot be used: ");
        Add(notes, iomem.Fault, "The copy of /proc/iomem cannot be used: ");
        Reading<IReadOnlyList<MemoryBlock>> map = Map(memblock, nodes, iomem, e820, notes);
        return new ImportedMemory(new MemoryFacts { Map = map, Nodes = Nodes(map, nodes), FirmwareMap = FirmwareMap(iomem, e820) }, notes);
    }

    private static Reading<IReadOnlyList<MemoryBlock>> Map(MemblockPart memblock, NodePart nodes, IomemPart iomem, E820Part e820, List<string> notes)
    {
        if (memblock.Ranges is { Count: > 0 } ranges)
        {
            return ranges.All(range => range.Node is not null)
                ? Reading.Known<IReadOnlyList<MemoryBlock>>([.. ranges.Select(range => new MemoryBlock(range.Range, range.Node!.Value))], Provenance.ReportedByFile, ImportedSnapshot.SourceOf("/sys/kernel/debug/memblock/memory"))
                : Assign([.. ranges.Select(range => new RamRange(range.Range, range.Flags))], nodes, Provenance.ReportedByFile, "/sys/kernel/debug/memblock/memory", notes);
        }

        if (nodes.Ranges.Count > 0)
        {
            return Reading.Known(nodes.Ranges, Provenance.ReportedByFile, ImportedSnapshot.SourceOf("memory node ranges of the boot log"));
        }

        if (iomem.Map is { AddressesHidden: false, SystemRam.Count: > 0 } map)
        {
            return Assign(map.SystemRam, nodes, Provenance.ReportedByFile, "/proc/iomem", notes);
        }

        IReadOnlyList<AddressRange> ram = e820.Ram;
        if (ram.Count > 0)
        {
            notes.Add("The memory map is derived from the e820 lines of the boot log: what the kernel kept for itself later is not taken away.");
            return Assign([.. ram.Select(range => new RamRange(range, "System RAM"))], nodes, Provenance.Computed, "derived from the e820 map of the boot log", notes);
        }

        return iomem.Map is { AddressesHidden: true }
            ? Reading.Unreadable<IReadOnlyList<MemoryBlock>>(ImportedSnapshot.SourceOf("/proc/iomem"), "All addresses in the copy are zeros, as the kernel shows them without root.", MapRemedy)
            : Reading.Unreadable<IReadOnlyList<MemoryBlock>>(ImportedSnapshot.File, ImportedSnapshot.Unsaid, MapRemedy);
    }

    private static Reading<IReadOnlyList<MemoryBlock>> Assign(IReadOnlyList<RamRange> ram, NodePart nodes, Provenance provenance, string source, List<string> notes)
    {
        if (nodes.Nodes.Count > 0)
        {
            try
            {
                return Reading.Known(NodeAssignment.Assign(ram, nodes.Nodes).Blocks, provenance, ImportedSnapshot.SourceOf($"{source}, nodes from its SRAT lines"));
            }
            catch (FormatException e)
            {
                notes.Add($"The nodes of the SRAT lines cannot be used: {PlainText.Of(e.Message)}");
            }
        }

        if (!nodes.IsSingle)
        {
            notes.Add(OneNode);
        }

        return Reading.Known(NodeAssignment.AssignAll(ram, 0).Blocks, nodes.IsSingle ? provenance : Provenance.Hypothetical, ImportedSnapshot.SourceOf(nodes.IsSingle ? source : $"{source}, all on node 0"));
    }

    // A log tells the nodes that have memory, and no CPUs.
    private static Reading<IReadOnlyList<NumaNode>> Nodes(Reading<IReadOnlyList<MemoryBlock>> map, NodePart nodes) =>
        map is { IsKnown: true, Provenance: not Provenance.Hypothetical } && (nodes.IsThere || map.Value.Any(block => block.Node != 0))
            ? Reading.Known<IReadOnlyList<NumaNode>>([.. map.Value.Select(block => block.Node).Distinct().Order().Select(node => new NumaNode(node, ""))], Provenance.ReportedByFile, nodes.IsThere ? NodeSource : map.Source)
            : Reading.NotOffered<IReadOnlyList<NumaNode>>(ImportedSnapshot.File, ImportedSnapshot.Unsaid);

    private static Reading<IReadOnlyList<FirmwareRange>> FirmwareMap(IomemPart iomem, E820Part e820) =>
        e820.Map.Count > 0 ? Reading.Known(Bounded(e820.Map), Provenance.ReportedByFile, ImportedSnapshot.SourceOf("e820 map of the boot log"))
        : iomem.Map is { AddressesHidden: false } map && map.Entries.Any(IsFirmware)
            ? Reading.Known<IReadOnlyList<FirmwareRange>>([.. map.Entries.Where(IsFirmware).Select(entry => new FirmwareRange(entry.Range, PlainText.Of(entry.Name)))], Provenance.ReportedByFile, ImportedSnapshot.SourceOf("/proc/iomem"))
            : Reading.NotOffered<IReadOnlyList<FirmwareRange>>(ImportedSnapshot.File, ImportedSnapshot.Unsaid);

    private static bool IsFirmware(IomemEntry entry) => entry.Depth == 0 && !IomemMap.IsRam(entry.Name);

    // Entries that overlap a thousandfold hold more than there can be; a snapshot refuses them.
    private static IReadOnlyList<FirmwareRange> Bounded(IReadOnlyList<FirmwareRange> map)
    {
        ulong bytes = 0;
        return [.. map.TakeWhile(entry => (bytes += entry.Range.Size.Bytes) <= SnapshotRules.MaxFirmwareBytes)];
    }

    private static void Add(List<string> notes, string? fault, string what)
    {
        if (fault is not null)
        {
            notes.Add(what + fault);
        }
    }
}
