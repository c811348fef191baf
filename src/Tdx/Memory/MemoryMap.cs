namespace TdxDash.Tdx.Memory;

/// <summary>One range of the memory that Linux holds in <c>memblock.memory</c>, with its NUMA node.</summary>
/// <param name="Range">Bytes; need not be page aligned.</param>
/// <param name="Node">NUMA node id, 0 to 1023 (Linux's <c>MAX_NUMNODES</c> on x86-64 is 1024).</param>
public sealed record MemoryBlock(AddressRange Range, int Node)
{
    /// <summary>The largest node id.</summary>
    public const int MaxNode = 1023;
}

/// <summary>The memory of one machine as Linux's TDX code sees it: ascending, without overlap, bounded in number.
/// Adjacent blocks are kept apart, as memblock keeps ranges of different nodes or flags apart.</summary>
public sealed class MemoryMap
{
    /// <summary>The most blocks that are accepted from outside.</summary>
    public const int MaxBlocks = 65_536;

    private MemoryMap(IReadOnlyList<MemoryBlock> blocks) => Blocks = blocks;

    /// <summary>The blocks, ascending.</summary>
    public IReadOnlyList<MemoryBlock> Blocks { get; }

    /// <summary>The sum of all block sizes.</summary>
    public ByteSize Total => new(Blocks.Aggregate(0UL, (sum, block) => sum + block.Range.Size.Bytes));

    /// <summary>Makes a map.</summary>
    /// <param name="blocks">Ascending, without overlap; touching blocks are fine.</param>
    /// <exception cref="FormatException">More than <see cref="MaxBlocks"/>, a node out of range, or two blocks that
    /// overlap or are out of order; the message names the blocks and the remedy.</exception>
    public static MemoryMap Create(IReadOnlyList<MemoryBlock> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        if (blocks.Count > MaxBlocks)
        {
            throw new FormatException($"The memory map has {blocks.Count} ranges; at most {MaxBlocks} are accepted. Check that the file is a memory map.");
        }

        for (int i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Node is < 0 or > MemoryBlock.MaxNode)
            {
                throw new FormatException($"Range {i} {blocks[i].Range} names NUMA node {blocks[i].Node}; nodes are 0 to {MemoryBlock.MaxNode}.");
            }

            if (i > 0 && blocks[i].Range.Start < blocks[i - 1].Range.End)
            {
                throw new FormatException($"Range {i} {blocks[i].Range} overlaps or precedes range {i - 1} {blocks[i - 1].Range}; ranges must ascend without overlap.");
            }
        }

        return new MemoryMap([.. blocks]);
    }
}
