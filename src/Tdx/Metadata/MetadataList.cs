using System.Buffers.Binary;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>Parses the list that TDH.SYS.RDALL fills (Intel TDX module ABI specification, metadata list): a header of 8 bytes
/// (u16 size in bytes with the header, u16 sequences, u32 reserved), then sequences, each a header (the first field's id with
/// the counts of elements and fields) and 8 bytes for every element whatever its size; all little endian.</summary>
public static class MetadataList
{
    private const int WordBytes = 8;

    private const ulong CodeMask = 0xFF_FFFF;

    /// <summary>Bits 31:24, 49:47, 55 and 62; the context in 54:52, which is 0 for the platform; and bits 50 and 51, which would
    /// change the step of the codes and add a mask, and which a list that was read never has.</summary>
    private const ulong HeaderMustBeZero = 0x40FF_8000_FF00_0000;

    private const ulong CountsMask = 0x1FFUL << 38 | 0xFUL << 34;

    /// <summary>Parses one list.</summary>
    /// <param name="list">The buffer, at least as long as the list says it is.</param>
    /// <returns>The fields in the module's order, one for each field code, each with all its elements. Ids are in lookup form and
    /// carry the size code and bit 63 of their sequence's header, which need not be those of the field's own id: one
    /// sequence can cover several catalogue entries, and arrays are not put together here.</returns>
    /// <exception cref="FormatException">The list is cut off or contradicts itself; the message says where.</exception>
    public static IReadOnlyList<MetadataValue> Parse(ReadOnlySpan<byte> list)
    {
        if (list.Length < WordBytes)
        {
            throw new FormatException($"The metadata list has {list.Length} bytes, fewer than its header of {WordBytes}.");
        }

        int size = BinaryPrimitives.ReadUInt16LittleEndian(list);
        int sequences = BinaryPrimitives.ReadUInt16LittleEndian(list[2..]);
        if (size < WordBytes || size > list.Length || size % WordBytes != 0)
        {
            throw new FormatException($"The metadata list says that it has {size} bytes, in a buffer of {list.Length}.");
        }

        var fields = new List<MetadataValue>();
        int at = WordBytes;
        for (int i = 0; i < sequences; i++)
        {
            at += ReadSequence(list[..size], at, fields);
        }

        return at == size
            ? fields
            : throw new FormatException($"The metadata list says that it has {size} bytes, but its {sequences} sequences end at byte {at}.");
    }

    /// <returns>The bytes of the sequence.</returns>
    private static int ReadSequence(ReadOnlySpan<byte> list, int at, List<MetadataValue> fields)
    {
        if (list.Length - at < WordBytes)
        {
            throw new FormatException($"The metadata list ends at byte {list.Length}, where the header of a sequence should be.");
        }

        var header = new FieldId(BinaryPrimitives.ReadUInt64LittleEndian(list[at..]));
        if ((header.Value & HeaderMustBeZero) != 0)
        {
            throw new FormatException($"The sequence header {header} at byte {at} of the metadata list has bits set that no list of the platform has.");
        }

        // The code of a field is that of its first element, and elements take consecutive codes.
        ulong lastCode = header.Code + (ulong)(header.Fields * header.Elements) - 1;
        int bytes = WordBytes * (1 + header.Fields * header.Elements);
        if (bytes > list.Length - at || lastCode > CodeMask)
        {
            throw new FormatException($"The sequence {header} at byte {at} of the metadata list has {header.Fields} fields of {header.Elements} elements, more than the list of {list.Length} bytes or its class can hold.");
        }

        int from = at + WordBytes;
        for (int field = 0; field < header.Fields; field++)
        {
            var elements = new ulong[header.Elements];
            for (int element = 0; element < elements.Length; element++, from += WordBytes)
            {
                elements[element] = BinaryPrimitives.ReadUInt64LittleEndian(list[from..]);
            }

            ulong code = header.Code + (ulong)(field * header.Elements);
            fields.Add(new MetadataValue(new FieldId((header.Value & ~(CountsMask | CodeMask)) | code), elements));
        }

        return bytes;
    }
}
