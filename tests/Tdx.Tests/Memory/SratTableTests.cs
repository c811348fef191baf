using System.Buffers.Binary;
using CsCheck;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Memory;

public sealed class SratTableTests
{
    private const ulong GiB = ByteSize.GiB;

    [Fact]
    public void Parse_TwoNodes_GivesEnabledRangesAscending()
    {
        byte[] table = Table(Memory(1, 4 * GiB, 4 * GiB, 1), Memory(0, 0, 2 * GiB, 1), Memory(1, 16 * GiB, 4 * GiB, 3), Memory(1, 64 * GiB, GiB, 0), Memory(0, 0, 0, 1));

        Assert.Equal(
            [
                new NodeRange(new AddressRange(0, 2 * GiB), 1),
                new NodeRange(new AddressRange(4 * GiB, 8 * GiB), 0),
                new NodeRange(new AddressRange(16 * GiB, 20 * GiB), 0, HotPluggable: true),
            ],
            SratTable.Parse(table));
    }

    [Fact]
    public void Parse_Processors_NumberTheNodesFirst()
    {
        byte[] table = Table(Memory(7, 0, GiB, 1), Memory(3, GiB, GiB, 1), X2Apic(3), X2Apic(7));

        Assert.Equal([1, 0], SratTable.Parse(table).Select(range => range.Node));
    }

    [Fact]
    public void Parse_OverlapInOneNode_IsCut() =>
        Assert.Equal(
            [new NodeRange(new AddressRange(0, 2 * GiB), 0), new NodeRange(new AddressRange(2 * GiB, 3 * GiB), 0, HotPluggable: true)],
            SratTable.Parse(Table(Memory(0, 0, 2 * GiB, 1), Memory(0, GiB, 2 * GiB, 3))));

    [Fact]
    public void Parse_Malformed_SaysWhy()
    {
        byte[] good = Table(Memory(0, 0, GiB, 1));
        byte[] badSum = [.. good];
        badSum[9]++;

        Refused("cut off", Table([(byte)1, (byte)0]));
        Refused("has 38 bytes, not 40", Table([1, 38, .. new byte[36]]));
        Refused("and there are", good.AsSpan(0, good.Length - 1).ToArray());
        Refused("checksum", badSum);
        Refused("no SRAT signature", "SLIT"u8.ToArray());
        Refused("beyond 2^52", Table(Memory(0, 1UL << 51, ulong.MaxValue, 1)));
        Refused("overlap", Table(Memory(0, 0, 2 * GiB, 1), Memory(1, GiB, 2 * GiB, 1)));
    }

    [Fact]
    public void Parse_AnyBody_GivesRangesOrItsOwnError() => Gen.Byte.Array[0, 300].Sample(body =>
    {
        try
        {
            return SratTable.Parse(Table(body)).Count >= 0;
        }
        catch (SourceFormatException e)
        {
            return e.Reason.Length > 0;
        }
    });

    private static void Refused(string why, byte[] table) =>
        Assert.Contains(why, Assert.Throws<SourceFormatException>(() => SratTable.Parse(table)).Reason, StringComparison.Ordinal);

    private static byte[] Table(params byte[][] structures)
    {
        byte[] table = [.. "SRAT"u8, .. new byte[44], .. structures.SelectMany(bytes => bytes)];
        BinaryPrimitives.WriteInt32LittleEndian(table.AsSpan(4), table.Length);
        table[8] = 3;
        table[9] = (byte)-table.Sum(b => b);
        return table;
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
