using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Metadata;

/// <summary>A TDX module metadata field identifier (MD_FIELD_ID of the Intel TDX module ABI specification),
/// kept in lookup form: last element and last field are zero.</summary>
/// <param name="Value">All 64 bits; bit 63 marks a field whose value may differ between modules.</param>
public readonly record struct FieldId(ulong Value) : IComparable<FieldId>
{
    /// <summary>The id that starts an iteration: all ones.</summary>
    public const ulong Null = ulong.MaxValue;

    /// <summary>Bits 23:0, the number inside the class.</summary>
    public uint Code => (uint)(Value & 0xFF_FFFF);

    /// <summary>Bits 33:32 decoded: the element size in bytes, 1, 2, 4 or 8.</summary>
    public int ElementSize => 1 << (int)((Value >> 32) & 3);

    /// <summary>Bits 37:34 plus one: elements per field, 1 to 16.</summary>
    public int Elements => (int)((Value >> 34) & 0xF) + 1;

    /// <summary>Bits 46:38 plus one: fields in the sequence, 1 to 512.</summary>
    public int Fields => (int)((Value >> 38) & 0x1FF) + 1;

    /// <summary>Bits 61:56, the class code.</summary>
    public int Class => (int)((Value >> 56) & 0x3F);

    /// <summary>The id with bit 63 and the sequence counts cleared: two headers of one field compare equal in this form.</summary>
    public ulong Key => Value & 0x3F00_0003_00FF_FFFF;

    /// <summary><c>0x</c> and sixteen digits, as the specification and Linux write ids.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x16}");

    /// <summary>Parses the form of <see cref="ToString"/>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out FieldId id)
    {
        bool ok = Hex.TryParse(text, out ulong value);
        id = new FieldId(value);
        return ok;
    }

    /// <inheritdoc/>
    public int CompareTo(FieldId other) => Value.CompareTo(other.Value);

    /// <summary>Whether one id is smaller.</summary>
    public static bool operator <(FieldId left, FieldId right) => left.Value < right.Value;

    /// <summary>Whether one id is larger.</summary>
    public static bool operator >(FieldId left, FieldId right) => left.Value > right.Value;

    /// <summary>Whether one id is smaller or equal.</summary>
    public static bool operator <=(FieldId left, FieldId right) => left.Value <= right.Value;

    /// <summary>Whether one id is larger or equal.</summary>
    public static bool operator >=(FieldId left, FieldId right) => left.Value >= right.Value;
}
