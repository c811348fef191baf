namespace TdxDash.Tdx.Memory;

/// <summary>A range that belongs to one NUMA node, whether or not memory is there.</summary>
/// <param name="Range">Bytes, half-open.</param>
/// <param name="Node">The node id.</param>
/// <param name="HotPluggable">Marked so in the SRAT; memblock keeps such memory apart from its neighbours.</param>
public sealed record NodeRange(AddressRange Range, int Node, bool HotPluggable = false);

/// <summary>The memory blocks of sysfs that belong to one node.</summary>
/// <param name="Node">The node id.</param>
/// <param name="Blocks">The numbers M of <c>/sys/devices/system/node/nodeN/memoryM</c>.</param>
public sealed record NodeBlocks(int Node, IReadOnlyList<long> Blocks);

/// <summary>Gives RAM ranges their NUMA nodes, as memblock has them after <c>numa_init</c>.</summary>
public static class NodeAssignment
{
    private const string Remedy = "Mount debugfs and run as root, so that /sys/kernel/debug/memblock/memory can be read instead.";
    private const int MaxSysfsBlocks = 1 << 22;

    /// <summary>Turns the memory blocks of sysfs into node ranges.</summary>
    /// <param name="blockSize">Bytes of one block, from <c>block_size_bytes</c>.</param>
    /// <param name="nodes">The blocks of each node.</param>
    /// <returns>Ascending, without overlap; neighbouring blocks of one node are one range.</returns>
    /// <exception cref="SourceFormatException">The block size is no power of two of at least 1 MiB, a block lies beyond 2^52, or two
    /// nodes share a block.</exception>
    public static IReadOnlyList<NodeRange> FromBlocks(ulong blockSize, IReadOnlyList<NodeBlocks> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        if (blockSize < ByteSize.MiB || blockSize > PhysAddr.MaxValue || (blockSize & (blockSize - 1)) != 0)
        {
            throw new SourceFormatException($"The memory block size is {Hex.Plain(blockSize)}; a power of two from 1 MiB is expected.", Remedy);
        }

        if (nodes.Sum(node => (long)node.Blocks.Count) > MaxSysfsBlocks)
        {
            throw new SourceFormatException($"There are more than {MaxSysfsBlocks} memory blocks.", Remedy);
        }

        var ranges = new List<NodeRange>();
        long previous = -1;
        foreach ((long block, int node) in nodes.SelectMany(node => node.Blocks.Select(block => (block, node.Node))).Order())
        {
            if (block < 0 || (ulong)block >= PhysAddr.MaxValue / blockSize)
            {
                throw new SourceFormatException($"Memory block memory{block} lies beyond 2^52.", Remedy);
            }

            if (block == previous)
            {
                throw new SourceFormatException($"Memory block memory{block} belongs to more than one node.", Remedy);
            }

            ulong start = (ulong)block * blockSize;
            bool joins = ranges.Count > 0 && ranges[^1].Node == node && ranges[^1].Range.End.Value == start;
            var range = new NodeRange(new AddressRange(joins ? ranges[^1].Range.Start.Value : start, start + blockSize), node);
            if (joins)
            {
                ranges.RemoveAt(ranges.Count - 1);
            }

            ranges.Add(range);
            previous = block;
        }

        return ranges;
    }

    /// <summary>Splits RAM at the borders of nodes. Touching pieces become one block only where memblock would have one: same node,
    /// same kind of RAM, same hot-plug mark.</summary>
    /// <param name="ram">Ascending, without overlap.</param>
    /// <param name="nodes">Ascending, without overlap; must cover all of the RAM.</param>
    /// <returns>The memory map.</returns>
    /// <exception cref="SourceFormatException">A piece of RAM belongs to no node.</exception>
    /// <exception cref="FormatException">There are more than <see cref="MemoryMap.MaxBlocks"/> pieces, or they are out of order.</exception>
    public static MemoryMap Assign(IReadOnlyList<RamRange> ram, IReadOnlyList<NodeRange> nodes)
    {
        ArgumentNullException.ThrowIfNull(ram);
        ArgumentNullException.ThrowIfNull(nodes);
        var pieces = new List<Piece>();
        int next = 0;
        foreach (RamRange range in ram)
        {
            PhysAddr at = range.Range.Start;
            while (at < range.Range.End)
            {
                while (next < nodes.Count && nodes[next].Range.End <= at)
                {
                    next++;
                }

                if (next == nodes.Count || nodes[next].Range.Start > at)
                {
                    throw new SourceFormatException($"RAM from {at} on, of {range.Range}, belongs to no NUMA node.", Remedy);
                }

                NodeRange node = nodes[next];
                PhysAddr end = node.Range.End < range.Range.End ? node.Range.End : range.Range.End;
                Append(pieces, new Piece(new MemoryBlock(new AddressRange(at, end), node.Node), range.Kind, node.HotPluggable));
                at = end;
            }
        }

        return MemoryMap.Create([.. pieces.Select(piece => piece.Block)]);
    }

    /// <summary>Gives all RAM to one node, for machines that have only one.</summary>
    /// <param name="ram">Ascending, without overlap.</param>
    /// <param name="node">The node id.</param>
    /// <returns>The memory map.</returns>
    public static MemoryMap AssignAll(IReadOnlyList<RamRange> ram, int node) => Assign(ram, [new NodeRange(new AddressRange(0, PhysAddr.MaxValue), node)]);

    private static void Append(List<Piece> pieces, Piece piece)
    {
        if (pieces.Count > 0 && pieces[^1].Joins(piece))
        {
            Piece before = pieces[^1];
            pieces[^1] = before with { Block = before.Block with { Range = new AddressRange(before.Block.Range.Start, piece.Block.Range.End) } };
            return;
        }

        pieces.Add(piece);
    }

    private sealed record Piece(MemoryBlock Block, string Kind, bool HotPluggable)
    {
        public bool Joins(Piece next) => Block.Range.End == next.Block.Range.Start && Block.Node == next.Block.Node
            && Kind == next.Kind && HotPluggable == next.HotPluggable;
    }
}
