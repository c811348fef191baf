using System.Globalization;

namespace TdxDash.Tdx.Memory;

/// <summary>A host physical address in bytes, at most 2^52 (the architectural limit of x86-64 physical addresses,
/// Intel SDM vol. 3A section 4.1.4); 2^52 itself is allowed as an exclusive end.</summary>
public readonly record struct PhysAddr : IComparable<PhysAddr>
{
    /// <summary>The largest value: the exclusive end of the physical address space.</summary>
    public const ulong MaxValue = 1UL << 52;

    /// <summary>Makes an address.</summary>
    /// <param name="value">Bytes from physical zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value lies beyond 2^52.</exception>
    public PhysAddr(ulong value)
    {
        if (value > MaxValue)
        {
            throw new ArgumentOutOfRangeException(nameof(value), $"Address 0x{value:x} lies beyond 2^52, the end of the physical address space.");
        }

        Value = value;
    }

    /// <summary>Bytes from physical zero.</summary>
    public ulong Value { get; }

    /// <summary>The plain form that is copied, stored and sent: <c>0x1080000000</c>.</summary>
    public override string ToString() => Hex.Plain(Value);

    /// <summary>The form shown on screen, grouped in fours from the right: <c>0x10_8000_0000</c>.</summary>
    public string ToGrouped() => Hex.Grouped(Value);

    /// <inheritdoc/>
    public int CompareTo(PhysAddr other) => Value.CompareTo(other.Value);

    /// <summary>Whether one address lies below another.</summary>
    public static bool operator <(PhysAddr left, PhysAddr right) => left.Value < right.Value;

    /// <summary>Whether one address lies above another.</summary>
    public static bool operator >(PhysAddr left, PhysAddr right) => left.Value > right.Value;

    /// <summary>Whether one address lies below another or equals it.</summary>
    public static bool operator <=(PhysAddr left, PhysAddr right) => left.Value <= right.Value;

    /// <summary>Whether one address lies above another or equals it.</summary>
    public static bool operator >=(PhysAddr left, PhysAddr right) => left.Value >= right.Value;
}

/// <summary>The two written forms of a 64-bit value, and the parser of the plain one.</summary>
public static class Hex
{
    /// <summary><c>0x</c> and lower-case digits without padding.</summary>
    public static string Plain(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    /// <summary><c>0x</c> and lower-case digits in groups of four from the right, joined by underscores.</summary>
    public static string Grouped(ulong value)
    {
        string digits = value.ToString("x", CultureInfo.InvariantCulture);
        var text = new System.Text.StringBuilder("0x", digits.Length + 6);
        for (int i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % 4 == 0)
            {
                text.Append('_');
            }

            text.Append(digits[i]);
        }

        return text.ToString();
    }

    /// <summary>Parses <c>0x</c> followed by one to sixteen hex digits; nothing else is accepted.</summary>
    /// <returns>Whether the text was of that form.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        // The base class library passes over zero characters at the end.
        return text.Length is >= 3 and <= 18 && text.StartsWith("0x", StringComparison.Ordinal) && char.IsAsciiHexDigit(text[^1])
            && ulong.TryParse(text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Parses the same of UTF-8.</summary>
    /// <returns>Whether the text was of that form.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out ulong value)
    {
        value = 0;
        return utf8.Length is >= 3 and <= 18 && utf8.StartsWith("0x"u8) && char.IsAsciiHexDigit((char)utf8[^1])
            && ulong.TryParse(utf8[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
