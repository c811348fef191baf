using TdxDash.Tdx.Memory;

namespace TdxDash.Bench;

/// <summary>Memory maps of made-up but realistic hosts, always the same ones: 1 to 8 sockets, one to four nodes a socket,
/// firmware holes below 4 GiB and above, CXL memory and hot-plugged memory.</summary>
internal static class RealisticHosts
{
    public const int Count = 860;
    private const ulong KiB = ByteSize.KiB;
    private const ulong MiB = ByteSize.MiB;
    private const ulong GiB = ByteSize.GiB;

    private static readonly int[] Sockets = [1, 1, 2, 2, 2, 4, 4, 8];

    public static IEnumerable<MemoryBlock[]> All()
    {
        var random = new Random(1);
        for (int i = 0; i < Count; i++)
        {
            yield return [.. Host(random, Sockets[i % Sockets.Length])];
        }
    }

    private static List<MemoryBlock> Host(Random random, int sockets)
    {
        var blocks = new List<MemoryBlock> { Block(4 * KiB, (ulong)random.Next(0x8f, 0xa0) * 4 * KiB, 0) };
        AddLow(random, blocks);
        int nodesPerSocket = random.Next(3) == 0 ? 2 : 1;
        ulong perNode = (ulong)(32 << random.Next(0, 5)) * GiB;
        ulong start = 4 * GiB;
        for (int node = 0; node < sockets * nodesPerSocket; node++)
        {
            start = AddNode(random, blocks, node, start, perNode);
        }

        if (random.Next(8) == 0)
        {
            AddNode(random, blocks, sockets * nodesPerSocket, start + (256 * GiB), 128 * GiB);
        }

        return blocks;
    }

    // Between 1 MiB and the hole below 4 GiB firmware cuts pieces for ACPI and its own variables.
    private static void AddLow(Random random, List<MemoryBlock> blocks)
    {
        ulong start = MiB;
        ulong top = (ulong)random.Next(0x6f8, 0x7f0) * MiB;
        for (int pieces = random.Next(0, 7); pieces > 0; pieces--)
        {
            ulong end = start + ((ulong)random.Next(4, 300) * MiB);
            blocks.Add(Block(start, end, 0));
            start = end + ((ulong)random.Next(1, 1024) * 4 * KiB);
        }

        blocks.Add(Block(start, top, 0));
    }

    private static ulong AddNode(Random random, List<MemoryBlock> blocks, int node, ulong start, ulong size)
    {
        ulong end = start + size;
        ulong first = start;
        if (random.Next(5) < 2)
        {
            ulong hole = start + ((ulong)random.Next(1, 30) * GiB) + ((ulong)random.Next(1, 1000) * MiB);
            blocks.Add(Block(first, hole, node));
            first = hole + ((ulong)random.Next(1, 512) * 4 * KiB);
        }

        // The last 64 MiB and more of a socket go to SEAMRR and other protected memory.
        blocks.Add(Block(first, end - ((ulong)random.Next(0, 5) * 32 * MiB), node));
        return end;
    }

    private static MemoryBlock Block(ulong start, ulong end, int node) => new(new AddressRange(start, end), node);
}
