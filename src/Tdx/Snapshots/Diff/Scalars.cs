using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>The words of enumerations, as the canonical form writes them.</summary>
internal static class Words
{
    public static string Of<T>(T value)
        where T : struct, Enum => WordConverter<T>.Word(value).Value;
}

/// <summary>The shapes of plain values.</summary>
internal static class Scalars
{
    public static readonly Shape<string> Text = new ScalarShape<string>(value => value);

    public static readonly Shape<bool> Truth = new ScalarShape<bool>(value => value ? "true" : "false");

    /// <summary>A number that names something, such as a CPU model: its delta says nothing.</summary>
    public static readonly Shape<int> Label = new ScalarShape<int>(value => value.ToString(CultureInfo.InvariantCulture));

    public static readonly Shape<int> Node = new ScalarShape<int>(value => value.ToString(CultureInfo.InvariantCulture), (before, after) => new NodeChange(before, after));

    public static readonly Shape<int?> OptionalIndex = new ScalarShape<int?>(value => value?.ToString(CultureInfo.InvariantCulture) ?? "none");

    public static readonly Shape<int> Count = new ScalarShape<int>(value => value.ToString(CultureInfo.InvariantCulture), (before, after) => new NumberChange(before, after, DiffUnit.Count));

    public static readonly Shape<long> LongCount = new ScalarShape<long>(value => value.ToString(CultureInfo.InvariantCulture), (before, after) => new NumberChange(before, after, DiffUnit.Count));

    public static readonly Shape<int> Bits = new ScalarShape<int>(value => value.ToString(CultureInfo.InvariantCulture), (before, after) => new NumberChange(before, after, DiffUnit.Bits));

    public static readonly Shape<ushort> ShortCount = new ScalarShape<ushort>(value => value.ToString(CultureInfo.InvariantCulture), (before, after) => new NumberChange(before, after, DiffUnit.Count));

    public static readonly Shape<ushort> ShortBytes = new ScalarShape<ushort>(value => new ByteSize(value).ToString(), (before, after) => new NumberChange(before, after, DiffUnit.Bytes));

    public static readonly Shape<ulong> KiB = new ScalarShape<ulong>(
        value => string.Create(CultureInfo.InvariantCulture, $"{value} KiB"), (before, after) => new NumberChange(before, after, DiffUnit.KiB));

    public static readonly Shape<ByteSize> Size = new ScalarShape<ByteSize>(value => value.ToString(), (before, after) => new NumberChange(before.Bytes, after.Bytes, DiffUnit.Bytes));

    public static readonly Shape<AddressRange> Range = new ScalarShape<AddressRange>(
        value => string.Create(CultureInfo.InvariantCulture, $"[0x{value.Start.Value:x}, 0x{value.End.Value:x})"), RegionChange.Of);

    public static Shape<T> Word<T>()
        where T : struct, Enum => new ScalarShape<T>(Words.Of);
}

/// <summary>The shapes of lists that several members share.</summary>
internal static class Lists
{
    /// <summary>Lines, each addressed by its index.</summary>
    public static readonly Shape<IReadOnlyList<string>> Lines = new ListShape<string>("lines", Matches.ByLine, Scalars.Text, (_, index) => index.ToString(CultureInfo.InvariantCulture));

    /// <summary>Words, each addressed by itself.</summary>
    public static readonly Shape<IReadOnlyList<string>> Flags = new ListShape<string>("flags", Matches.ByLine, Scalars.Text, (word, _) => word);

    /// <summary>Regions, each addressed by its start.</summary>
    public static ListShape<T> Regions<T>(string noun, Func<T, AddressRange> rangeOf, Shape<T> region) =>
        new(noun, (before, after) => RegionMatch.Match(before, after, rangeOf), region, (value, _) => rangeOf(value).Start.ToString())
        {
            Detail = (value, sign) => RegionDetail(rangeOf(value), sign),
        };

    public static RegionChange RegionDetail(AddressRange range, DiffSign sign) => sign == DiffSign.Added
        ? new RegionChange(RegionChangeKind.Added, null, range)
        : new RegionChange(RegionChangeKind.Removed, range, null);
}
