using System.Globalization;

namespace TdxDash.Tdx.Memory;

/// <summary>A number of bytes.</summary>
/// <param name="Bytes">The number.</param>
public readonly record struct ByteSize(ulong Bytes) : IComparable<ByteSize>
{
    /// <summary>1 KiB in bytes.</summary>
    public const ulong KiB = 1UL << 10;

    /// <summary>1 MiB in bytes.</summary>
    public const ulong MiB = 1UL << 20;

    /// <summary>1 GiB in bytes.</summary>
    public const ulong GiB = 1UL << 30;

    /// <summary>1 TiB in bytes.</summary>
    public const ulong TiB = 1UL << 40;

    private static readonly (ulong Unit, string Name)[] Units = [(TiB, "TiB"), (GiB, "GiB"), (MiB, "MiB"), (KiB, "KiB")];

    /// <summary>The size in the largest binary unit that keeps it at one or above, with at most two decimals:
    /// <c>8.02 GiB</c>, <c>24 GiB</c>, <c>512 B</c>.</summary>
    public override string ToString()
    {
        foreach ((ulong unit, string name) in Units)
        {
            if (Bytes >= unit)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{(double)Bytes / unit:0.##} {name}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Bytes} B");
    }

    /// <inheritdoc/>
    public int CompareTo(ByteSize other) => Bytes.CompareTo(other.Bytes);

    /// <summary>Adds two sizes.</summary>
    /// <exception cref="OverflowException">The sum does not fit 64 bits.</exception>
    public static ByteSize operator +(ByteSize left, ByteSize right) => new(checked(left.Bytes + right.Bytes));

    /// <summary>Whether one size is smaller.</summary>
    public static bool operator <(ByteSize left, ByteSize right) => left.Bytes < right.Bytes;

    /// <summary>Whether one size is larger.</summary>
    public static bool operator >(ByteSize left, ByteSize right) => left.Bytes > right.Bytes;

    /// <summary>Whether one size is smaller or equal.</summary>
    public static bool operator <=(ByteSize left, ByteSize right) => left.Bytes <= right.Bytes;

    /// <summary>Whether one size is larger or equal.</summary>
    public static bool operator >=(ByteSize left, ByteSize right) => left.Bytes >= right.Bytes;
}
