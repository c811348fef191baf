using System.Buffers;
using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Import;

/// <summary>Reads and combines the ranges that kernels print.</summary>
internal static class ImportRanges
{
    private const string Head = "[mem 0x";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads <c>[mem 0x0000000000001000-0x000000000009efff]</c>, whose end is inclusive.</summary>
    /// <param name="text">Begins with the range.</param>
    /// <param name="range">The range.</param>
    /// <param name="rest">What follows it, without leading blanks.</param>
    /// <returns>Whether the text was of that form, below 2^52 and not backwards.</returns>
    public static bool TryRead(ReadOnlySpan<char> text, out AddressRange range, out ReadOnlySpan<char> rest)
    {
        range = default;
        rest = text;
        int dash = text.IndexOf('-'), end = text.IndexOf(']');
        if (!text.StartsWith(Head, StringComparison.Ordinal) || dash < 0 || end < dash || !text[(dash + 1)..].StartsWith("0x", StringComparison.Ordinal)
            || !TryHex(text[Head.Length..dash], out ulong first) || !TryHex(text[(dash + 3)..end], out ulong last) || last < first || last >= PhysAddr.MaxValue)
        {
            return false;
        }

        range = new AddressRange(first, last + 1);
        rest = text[(end + 1)..].TrimStart();
        return true;
    }

    /// <summary>Reads up to 16 hex digits.</summary>
    public static bool TryHex(ReadOnlySpan<char> text, out ulong value)
    {
        value = 0;
        return text.Length is >= 1 and <= 16 && !text.ContainsAnyExcept(HexDigits) && ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>What a set of ranges covers, ascending; what touches or overlaps is one.</summary>
    public static List<AddressRange> Union(IEnumerable<AddressRange> ranges)
    {
        var union = new List<AddressRange>();
        foreach (AddressRange range in ranges.OrderBy(range => range.Start.Value))
        {
            if (union.Count > 0 && range.Start <= union[^1].End)
            {
                union[^1] = range.End > union[^1].End ? new AddressRange(union[^1].Start, range.End) : union[^1];
            }
            else
            {
                union.Add(range);
            }
        }

        return union;
    }

    /// <summary>What is left of one set without another; both as <see cref="Union"/> gives them.</summary>
    public static List<AddressRange> Subtract(List<AddressRange> from, List<AddressRange> taken)
    {
        var left = new List<AddressRange>();
        int next = 0;
        foreach (AddressRange range in from)
        {
            PhysAddr at = range.Start;
            while (next < taken.Count && taken[next].End <= at)
            {
                next++;
            }

            for (int i = next; i < taken.Count && taken[i].Start < range.End; i++)
            {
                if (taken[i].Start > at)
                {
                    left.Add(new AddressRange(at, taken[i].Start));
                }

                at = taken[i].End > at ? taken[i].End : at;
            }

            if (at < range.End)
            {
                left.Add(new AddressRange(at, range.End));
            }
        }

        return left;
    }

    /// <summary>How much all ranges hold.</summary>
    public static ByteSize Total(IEnumerable<AddressRange> ranges) => new(ranges.Aggregate(0UL, (sum, range) => sum + range.Size.Bytes));
}
