using System.Buffers.Binary;
using TdxDash.Fuzz.Engine;
using TdxDash.Tdx.Memory;

namespace TdxDash.Fuzz.Targets;

/// <summary>The ACPI SRAT.</summary>
internal sealed class SratTarget() : FuzzTarget("srat")
{
    private const ulong GiB = ByteSize.GiB;

    public override IEnumerable<byte[]> Seeds() =>
    [
        Table(Memory(0, 0, 2 * GiB, 1), Memory(0, 4 * GiB, 6 * GiB, 1), Memory(1, 10 * GiB, 8 * GiB, 1), Memory(1, 64 * GiB, 4 * GiB, 3)),
        Table([0, 16, 1, 0, 1, .. new byte[11]], X2Apic(7), X2Apic(3), Memory(3, 0, GiB, 1), Memory(7, GiB, GiB, 1)),
        Table([5, 32, .. new byte[22], 1, .. new byte[7]], Memory(0, 0, 4 * GiB, 1), Memory(0, GiB, GiB, 1), Memory(0, 2 * GiB, 4 * GiB, 1)),
    ];

    // Otherwise one input of a few hundred gets past length and checksum.
    public override byte[] Repair(byte[] mutated, Random random) => mutated.Length < 48 || random.Next(16) == 0 ? mutated : Sealed(mutated);

    public override string Check(byte[] input)
    {
        try
        {
            IReadOnlyList<NodeRange> ranges = SratTable.Parse(input);
            for (int i = 0; i < ranges.Count; i++)
            {
                Promise(ranges[i].Range.End.Value <= PhysAddr.MaxValue && ranges[i].Node is >= 0 and <= MemoryBlock.MaxNode, $"range {i} {ranges[i]} is out of bounds");
                Promise(i == 0 || ranges[i].Range.Start >= ranges[i - 1].Range.End, $"range {i} {ranges[i]} overlaps or precedes the one before");
            }

            return $"accepted {Math.Min(ranges.Count, 4)} {ranges.Select(range => range.Node).Distinct().Count()}";
        }
        catch (SourceFormatException e)
        {
            return e.Reason;
        }
    }

    private static byte[] Table(params byte[][] structures) => Sealed([.. "SRAT"u8, .. new byte[4], 3, .. new byte[39], .. structures.SelectMany(bytes => bytes)]);

    private static byte[] Sealed(byte[] table)
    {
        byte[] result = [.. table];
        "SRAT"u8.CopyTo(result);
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4), result.Length);
        result[9] = 0;
        result[9] = unchecked((byte)-result.Sum(b => b));
        return result;
    }

    private static byte[] Memory(uint domain, ulong start, ulong length, uint flags)
    {
        byte[] body = new byte[40];
        (body[0], body[1]) = (1, 40);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(2), domain);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(8), start);
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(16), length);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(28), flags);
        return body;
    }

    private static byte[] X2Apic(uint domain)
    {
        byte[] body = new byte[24];
        (body[0], body[1], body[12]) = (2, 24, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(4), domain);
        return body;
    }
}
