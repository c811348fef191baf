using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Tests.Layout;

/// <summary>Generates memory maps that shrink: a list of (gap, length, node), from single pages to many GiB.</summary>
internal static class MapGenerator
{
    private static readonly Gen<ulong> Length = Gen.OneOf(
        Gen.ULong[1, 16], Gen.ULong[1, 0x2000], Gen.ULong[1, 0x80], Gen.ULong[0x1_0000, 0x40_0000], Gen.ULong[0, 63].Select(gib => (gib << 18) + 1));

    private static readonly Gen<ulong> Gap = Gen.OneOf(Gen.Const(0UL), Gen.ULong[0, 8], Gen.ULong[0, 0x4000], Gen.ULong[0, 0x10_0000]);

    private static readonly int[] NodeIds = [0, 0, 1, 2, 7, 63, 1023, int.MaxValue];

    /// <summary>Page-aligned ranges of up to four nodes.</summary>
    public static Gen<RawRange[]> Ranges(int most, int least = 0) => Gen.Select(Gap, Length, Gen.Int[0, 3]).Array[least, most].Select(parts =>
    {
        ulong frame = 0;
        var ranges = new RawRange[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            (ulong gap, ulong length, int node) = parts[i];
            ranges[i] = new RawRange((frame + gap) << 12, (frame + gap + length) << 12, node);
            frame += gap + length;
        }

        return ranges;
    });

    /// <summary>Ranges that begin and end anywhere inside pages, some of them without a whole page, of nodes with any id.</summary>
    public static Gen<RawRange[]> OddRanges(int most) => Gen.Select(Ranges(most), Gen.Int[0, 7].Array[most], Gen.Int[0, 8191].Array[most]).Select((ranges, nodes, shifts) =>
    {
        ulong end = 0;
        return ranges.Select((range, i) =>
        {
            ulong start = Math.Max(end, range.Start + (ulong)(shifts[i] & 0xFFF));
            end = Math.Max(start + 1, range.End + (ulong)(shifts[i] >> 1));
            return new RawRange(start, end, NodeIds[nodes[i]]);
        }).ToArray();
    });

    /// <summary>The same as a map.</summary>
    public static Gen<MemoryMap> Maps(int most) => Ranges(most).Select(
        ranges => MemoryMap.Create([.. ranges.Select(r => new MemoryBlock(new AddressRange(r.Start, r.End), r.Node))]));
}
