using CsCheck;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Memory;

public sealed class NodeAssignmentTests
{
    private const ulong Block = 128 * ByteSize.MiB;

    private static readonly Gen<List<RamRange>> GenRam = Gen.Select(Gen.ULong[1, 64], Gen.ULong[1, 64]).List[1, 20].Select(list =>
    {
        ulong at = 0;
        var ram = new List<RamRange>();
        foreach ((ulong gap, ulong size) in list)
        {
            ram.Add(new RamRange(new AddressRange(at + (gap << 20), at + ((gap + size) << 20)), "System RAM"));
            at += (gap + size) << 20;
        }

        return ram;
    });

    [Fact]
    public void FromBlocks_Neighbours_AreOneRange() => Assert.Equal(
        [
            new NodeRange(new AddressRange(0, 2 * Block), 0),
            new NodeRange(new AddressRange(2 * Block, 3 * Block), 1),
            new NodeRange(new AddressRange(32 * Block, 33 * Block), 1),
        ],
        NodeAssignment.FromBlocks(Block, [new NodeBlocks(1, [32, 2]), new NodeBlocks(0, [1, 0])]));

    [Theory]
    [InlineData(0UL, 0L, "block size")]
    [InlineData(3UL << 20, 0L, "block size")]
    [InlineData(Block, -1L, "beyond 2^52")]
    [InlineData(Block, 1L << 40, "beyond 2^52")]
    public void FromBlocks_Bad_IsRefused(ulong size, long block, string why) => Assert.Contains(
        why, Assert.Throws<SourceFormatException>(() => NodeAssignment.FromBlocks(size, [new NodeBlocks(0, [block])])).Reason, StringComparison.Ordinal);

    [Fact]
    public void FromBlocks_SharedBlock_IsRefused() => Assert.Contains("memory7", Assert.Throws<SourceFormatException>(
        () => NodeAssignment.FromBlocks(Block, [new NodeBlocks(0, [7]), new NodeBlocks(1, [7])])).Reason, StringComparison.Ordinal);

    [Fact]
    public void Assign_RangeOverABorder_IsSplit() => Assert.Equal(
        [new MemoryBlock(new AddressRange(0x1000, Block), 0), new MemoryBlock(new AddressRange(Block, 3 * Block), 1)],
        NodeAssignment.Assign(
            [Ram(0x1000, 3 * Block)],
            [new NodeRange(new AddressRange(0, Block), 0), new NodeRange(new AddressRange(Block, 4 * Block), 1)]).Blocks);

    [Fact]
    public void Assign_TouchingRam_JoinsOnlyWhatMemblockJoins()
    {
        NodeRange[] nodes = [new(new AddressRange(0, 4 * Block), 0), new(new AddressRange(4 * Block, 8 * Block), 0, HotPluggable: true)];

        Assert.Equal(
            [
                new MemoryBlock(new AddressRange(0, 2 * Block), 0),
                new MemoryBlock(new AddressRange(2 * Block, 4 * Block), 0),
                new MemoryBlock(new AddressRange(4 * Block, 5 * Block), 0),
            ],
            NodeAssignment.Assign([Ram(0, Block), Ram(Block, 2 * Block), Ram(2 * Block, 5 * Block, "System RAM (kmem)")], nodes).Blocks);
    }

    [Fact]
    public void Assign_UncoveredRam_IsRefusedWithItsAddress() => Assert.Contains("0x8000000", Assert.Throws<SourceFormatException>(
        () => NodeAssignment.Assign([Ram(0x1000, 2 * Block)], [new NodeRange(new AddressRange(0, Block), 0)])).Reason, StringComparison.Ordinal);

    [Fact]
    public void Assign_AnyRamAndBorders_KeepsEveryByteInItsNode() => Gen.Select(GenRam, Gen.ULong[1, 3000].HashSet[1, 6]).Sample((ram, borders) =>
    {
        List<NodeRange> nodes = [];
        ulong at = 0;
        foreach (ulong border in borders.Order().Select(b => b << 20).Append(PhysAddr.MaxValue))
        {
            nodes.Add(new NodeRange(new AddressRange(at, border), nodes.Count));
            at = border;
        }

        MemoryMap map = NodeAssignment.Assign(ram, nodes);
        Assert.Equal(ram.Aggregate(0UL, (sum, range) => sum + range.Range.Size.Bytes), map.Total.Bytes);
        Assert.All(map.Blocks, block => Assert.True(nodes[block.Node].Range.Contains(block.Range)));
    });

    private static RamRange Ram(ulong start, ulong end, string kind = "System RAM") => new(new AddressRange(start, end), kind);
}
