using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>What links call a region: <c>hole.0x107a000000-0x1080000000</c>. It needs no escape in a URL.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Range">Where it lies.</param>
public readonly partial record struct RegionKey(RegionKind Kind, AddressRange Range)
{
    /// <summary>The words of the kinds in URLs, in the order of the kinds.</summary>
    public static IReadOnlyList<string> KindWords { get; } = ["firmware", "ram", "cmr", "tdmr", "hole", "reserved-pamt", "pamt"];

    /// <summary>The word of a kind in URLs.</summary>
    public static string WordOf(RegionKind kind) => KindWords[(int)kind];

    /// <summary>The kind of a word; null for any other word.</summary>
    public static RegionKind? KindOf(string word)
    {
        for (int i = 0; i < KindWords.Count; i++)
        {
            if (KindWords[i] == word)
            {
                return (RegionKind)i;
            }
        }

        return null;
    }

    /// <summary>Parses a key.</summary>
    /// <returns>Null for any other text.</returns>
    public static RegionKey? Parse(string text)
    {
        Match parts = Form().Match(text);
        if (!parts.Success || KindOf(parts.Groups[1].Value) is not RegionKind kind)
        {
            return null;
        }

        ulong start = Number(parts.Groups[2]), end = Number(parts.Groups[3]);
        return start < end && end <= PhysAddr.MaxValue ? new RegionKey(kind, new AddressRange(start, end)) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{WordOf(Kind)}.{Range.Start}-{Range.End}";

    private static ulong Number(Group digits) => ulong.Parse(digits.ValueSpan, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([a-z-]+)\.0x([0-9a-f]{1,14})-0x([0-9a-f]{1,14})\z")]
    private static partial Regex Form();
}
