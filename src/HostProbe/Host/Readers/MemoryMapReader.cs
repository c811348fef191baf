using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>Reads the memory as Linux's TDX code sees it: memblock's own list where debugfs shows it with nodes, else System RAM of
/// <c>/proc/iomem</c> with nodes from the only node there is, from sysfs memory blocks, or from the SRAT, in that order.</summary>
internal static class MemoryMapReader
{
    private const string MemoryFolder = MemoryBlocksReader.Folder;
    private static readonly HostSource Memblock = new(
        "/sys/kernel/debug/memblock/memory", "debugfs is not mounted, or the kernel keeps no memblock list.", "Mount debugfs on /sys/kernel/debug.", "CAP_SYS_ADMIN");
    private static readonly HostSource Iomem = new(
        "/proc/iomem", "procfs is not mounted.", "Mount procfs on /proc.", "CAP_SYS_ADMIN");
    private static readonly HostSource BlockSize = new(
        MemoryFolder + "/block_size_bytes", "The kernel has no memory hot-plug support.", "");
    private static readonly HostSource Srat = new(
        "/sys/firmware/acpi/tables/SRAT", "The firmware has no SRAT: it describes no NUMA.", "");

    /// <summary>Reads the map.</summary>
    public static Reading<IReadOnlyList<MemoryBlock>> Read(HostFiles files)
    {
        Reading<IReadOnlyList<MemblockRange>> memblock = Memblock.Read(files, MemblockText.Parse);
        if (memblock.TryGet(out IReadOnlyList<MemblockRange>? ranges) && ranges.Count > 0)
        {
            if (ranges.All(range => range.Node is not null))
            {
                return Memblock.Try(() => memblock.Map(known => MemoryMap.Create([.. known.Select(r => new MemoryBlock(r.Range, r.Node!.Value))]).Blocks));
            }

            return Assign(files, Memblock, [.. ranges.Select(range => new RamRange(range.Range, range.Flags))]);
        }

        return ReadIomem(files);
    }

    private static Reading<IReadOnlyList<MemoryBlock>> ReadIomem(HostFiles files)
    {
        Reading<IomemMap> iomem = Iomem.Read(files, IomemText.Parse);
        if (!iomem.TryGet(out IomemMap? map))
        {
            return Reading.Unreadable<IReadOnlyList<MemoryBlock>>(iomem.Source, iomem.Reason, iomem.Remedy);
        }

        if (map.AddressesHidden)
        {
            return Hidden<IReadOnlyList<MemoryBlock>>();
        }

        return map.SystemRam.Count > 0
            ? Assign(files, Iomem, map.SystemRam)
            : Iomem.Malformed<IReadOnlyList<MemoryBlock>>("It lists no System RAM.");
    }

    /// <summary>The reading of a map whose addresses the kernel hides.</summary>
    internal static Reading<T> Hidden<T>() => Reading.Unreadable<T>(
        Iomem.Path, "The kernel shows zeros for all addresses.", "Run the probe as root or grant it CAP_SYS_ADMIN.");

    private static Reading<IReadOnlyList<MemoryBlock>> Assign(HostFiles files, HostSource source, IReadOnlyList<RamRange> ram)
    {
        Reading<IReadOnlyList<int>> online = NodeReader.OnlineNodes(files);
        if (online.Or([0])!.Count == 1)
        {
            int node = online.Or([0])![0];
            return source.Try(() => Reading.Known(NodeAssignment.AssignAll(ram, node).Blocks, files.Provenance, source.Path));
        }

        Reading<IReadOnlyList<MemoryBlock>> byBlocks = By(files, source, ram, MemoryFolder, SysfsNodes(files, online.Value));
        if (byBlocks.IsKnown)
        {
            return byBlocks;
        }

        Reading<IReadOnlyList<MemoryBlock>> bySrat = By(files, source, ram, Srat.Path, SratNodes(files));
        return bySrat.IsKnown ? bySrat : byBlocks;
    }

    private static Reading<IReadOnlyList<MemoryBlock>> By(
        HostFiles files, HostSource source, IReadOnlyList<RamRange> ram, string nodeSource, Reading<IReadOnlyList<NodeRange>> nodes)
    {
        string both = $"{source.Path}, nodes from {nodeSource}";
        return nodes.TryGet(out IReadOnlyList<NodeRange>? ranges)
            ? source.Try(() => Reading.Known(NodeAssignment.Assign(ram, ranges).Blocks, files.Provenance, both))
            : Reading.Unreadable<IReadOnlyList<MemoryBlock>>(
                both, $"The NUMA nodes of the memory are not known: {nodes.Reason}", nodes.Remedy.Length > 0 ? nodes.Remedy : "Mount debugfs on /sys/kernel/debug and run as root.");
    }

    private static Reading<IReadOnlyList<NodeRange>> SysfsNodes(HostFiles files, IReadOnlyList<int> online) =>
        BlockSize.Understand(files, text =>
        {
            ulong size = ulong.Parse(text.Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            var nodes = new List<NodeBlocks>();
            foreach (int node in online)
            {
                HostAccess access = NodeReader.MemoryOf(files, node);
                if (access.Error is { } error)
                {
                    return BlockSize.Unread<IReadOnlyList<NodeRange>>(error);
                }

                nodes.Add(new NodeBlocks(node, [.. access.Names!.Select(MemoryBlocksReader.NumberOf).Where(number => number >= 0)]));
            }

            return Reading.Known(NodeAssignment.FromBlocks(size, nodes), files.Provenance, MemoryFolder);
        });

    private static Reading<IReadOnlyList<NodeRange>> SratNodes(HostFiles files)
    {
        HostAccess access = files.Read(Srat.Path);
        return access.Error is { } error
            ? Srat.Unread<IReadOnlyList<NodeRange>>(error)
            : Srat.Try(() => Reading.Known(SratTable.Parse(access.Content), files.Provenance, Srat.Path));
    }
}
