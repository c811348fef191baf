using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Components.MemoryMap;

/// <summary>The unit in which the map, its table and its exports give sizes.</summary>
public enum MapUnit
{
    /// <summary>The largest unit that keeps the size at one or above.</summary>
    Auto,

    /// <summary>KiB.</summary>
    KiB,

    /// <summary>MiB.</summary>
    MiB,

    /// <summary>GiB.</summary>
    GiB,

    /// <summary>Pages of 4 KiB.</summary>
    Pages,

    /// <summary>Bytes in hex.</summary>
    Hex,
}

/// <summary>Sizes in the chosen unit; js/memory-map/addresses.js writes the same.</summary>
public static class SizeText
{
    private const ulong Page = 4_096;
    private const int Decimals = 1_000;

    /// <summary>The words of the units in URLs and in the choice on screen.</summary>
    public static IReadOnlyDictionary<string, MapUnit> Words { get; } = new Dictionary<string, MapUnit>
    {
        ["auto"] = MapUnit.Auto,
        ["KiB"] = MapUnit.KiB,
        ["MiB"] = MapUnit.MiB,
        ["GiB"] = MapUnit.GiB,
        ["pages"] = MapUnit.Pages,
        ["hex"] = MapUnit.Hex,
    };

    /// <summary>A size as people read it: <c>96 MiB</c>, <c>24,576 pages</c>, <c>0x600_0000</c>. Fixed units have at most three decimals.</summary>
    public static string Of(ByteSize size, MapUnit unit) => unit switch
    {
        MapUnit.KiB => Fixed(size.Bytes, ByteSize.KiB, "KiB"),
        MapUnit.MiB => Fixed(size.Bytes, ByteSize.MiB, "MiB"),
        MapUnit.GiB => Fixed(size.Bytes, ByteSize.GiB, "GiB"),
        MapUnit.Pages => Pages(size.Bytes),
        MapUnit.Hex => Hex.Grouped(size.Bytes),
        _ => size.ToString(),
    };

    private static string Pages(ulong bytes)
    {
        (ulong whole, ulong rest) = (bytes / Page, bytes % Page);
        string text = string.Create(CultureInfo.InvariantCulture, $"{whole:#,0} {(whole == 1 ? "page" : "pages")}");
        return rest == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text} + {rest:#,0} B");
    }

    // In whole numbers throughout, so that no rounding differs from the browser's. Halves go up.
    private static string Fixed(ulong bytes, ulong unit, string name)
    {
        ulong whole = bytes / unit;
        ulong part = (((bytes % unit) * Decimals) + (unit / 2)) / unit;
        (whole, part) = part == Decimals ? (whole + 1, 0) : (whole, part);
        if (whole == 0 && part == 0 && bytes > 0)
        {
            return $"<0.001 {name}";
        }

        string fraction = part == 0 ? "" : "." + part.ToString("000", CultureInfo.InvariantCulture).TrimEnd('0');
        return string.Create(CultureInfo.InvariantCulture, $"{whole:#,0}{fraction} {name}");
    }
}
