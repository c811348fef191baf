using System.Buffers.Binary;
using CsCheck;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Metadata;

public sealed class MetadataListTests
{
    [Fact]
    public void Parse_SequencesOfFieldsAndElements_GivesEachFieldAtItsCode()
    {
        // VENDOR_ID and BUILD_DATE share one header; CPUID_CONFIG_VALUES has two elements in each field.
        byte[] list = List(2, 0x0800004200000000, 0x8086, 20240725, 0x9900004700000500, 1, 2, 3, 4);

        IReadOnlyList<MetadataValue> fields = MetadataList.Parse(list);

        Assert.Equal(
            ["0x0800000200000000", "0x0800000200000001", "0x9900000300000500", "0x9900000300000502"],
            fields.Select(f => f.Id.ToString()));
        Assert.Equal([[0x8086UL], [20240725UL], [1UL, 2UL], [3UL, 4UL]], fields.Select(f => f.Values));
    }

    [Fact]
    public void Parse_NoSequence_GivesNoField() => Assert.Empty(MetadataList.Parse(List(0)));

    [Fact]
    public void Parse_BytesBehindTheList_AreIgnored() =>
        Assert.Single(MetadataList.Parse([.. List(1, 0x0000000200000000, 2), .. new byte[100]]));

    [Fact]
    public void Parse_EveryTruncation_Throws()
    {
        byte[] list = List(2, 0x0800004200000000, 0x8086, 20240725, 0x9900004700000500, 1, 2, 3, 4);

        for (int cut = 0; cut < list.Length; cut++)
        {
            Assert.Throws<FormatException>(() => MetadataList.Parse(list.AsSpan(0, cut)));
        }
    }

    [Theory]
    [InlineData(2, 0x0000000200000000UL, "where the header of a sequence should be")]
    [InlineData(0, 0x0000000200000000UL, "its 0 sequences end at byte 8")]
    [InlineData(1, 0x0000004200000000UL, "has 2 fields of 1 elements")]
    [InlineData(1, 0x4000000200000000UL, "has bits set")]
    [InlineData(1, 0x0010000200000000UL, "has bits set")]
    [InlineData(1, 0x0008000200000000UL, "has bits set")]
    [InlineData(1, 0x0000000201000000UL, "has bits set")]
    public void Parse_Contradiction_SaysWhere(int sequences, ulong header, string expected)
    {
        var error = Assert.Throws<FormatException>(() => MetadataList.Parse(List(sequences, header, 7)));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_CodesBeyondTheClass_Throws() =>
        Assert.Throws<FormatException>(() => MetadataList.Parse(List(1, 0x0000004200FFFFFF, 1, 2)));

    [Fact]
    public void Parse_AnyBytes_GivesFieldsOrAFormatException() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            try
            {
                // At most one value for every eight bytes: nothing is read twice or from elsewhere.
                return MetadataList.Parse(bytes).Sum(f => f.Values.Count) <= bytes.Length / 8;
            }
            catch (FormatException e)
            {
                return e.Message.Length > 0;
            }
        });

    private static byte[] List(int sequences, params ulong[] words)
    {
        byte[] list = new byte[8 + (8 * words.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(list, (ushort)list.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(list.AsSpan(2), (ushort)sequences);
        for (int i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(list.AsSpan(8 + (8 * i)), words[i]);
        }

        return list;
    }
}
