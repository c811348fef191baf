using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Demo;

/// <summary>The memory of demo machines, after the pattern of real ones: what the firmware leaves below 2 GiB, then for each socket a
/// stretch that ends 96 MiB before a multiple of its size plus 2 GiB.</summary>
internal static class DemoMemory
{
    private const ulong TopOfLow = 2 * ByteSize.GiB, FirstHigh = 4 * ByteSize.GiB, FirmwareTail = 96 * ByteSize.MiB;

    // Intel ArcherCity, a Sapphire Rapids reference platform.
    private static readonly (ulong Start, ulong End)[] UsualLow =
        [(0x1000, 0x9e000), (0x9f000, 0xa0000), (0x100000, 0x6d8f0000), (0x777ff000, 0x77800000)];

    // The Emerald Rapids machine of canonical/tdx issue 135: too many pieces for 16 reserved areas.
    private static readonly (ulong Start, ulong End)[] ShreddedLow =
    [
        (0x1000, 0x9f000), (0x100000, 0x5d169000), (0x5d22b000, 0x5d3cf000), (0x5d46a000, 0x5e5b3000), (0x5e5c3000, 0x5e5d3000),
        (0x5e5e5000, 0x5eb58000), (0x61358000, 0x6172b000), (0x61795000, 0x617ff000), (0x61913000, 0x61999000), (0x619e0000, 0x619e2000),
        (0x619ea000, 0x61a27000), (0x61baf000, 0x623c3000), (0x62472000, 0x62824000), (0x63a25000, 0x63d58000), (0x64158000, 0x64159000),
        (0x64195000, 0x6e9cf000), (0x6f7ff000, 0x6f800000),
    ];

    /// <summary>A machine with a usual firmware.</summary>
    public static IReadOnlyList<DemoRange> Of(int nodes, ulong gibPerNode) => [.. Low(UsualLow), .. High(nodes, gibPerNode)];

    /// <summary>A machine whose firmware leaves so many pieces that TDMR 0 needs 15 reserved areas.</summary>
    public static IReadOnlyList<DemoRange> AlmostShredded(int nodes, ulong gibPerNode) =>
        [.. Low([.. ShreddedLow[..^3], ShreddedLow[^2]]), .. High(nodes, gibPerNode)];

    /// <summary>A machine whose firmware leaves more pieces than a TDMR has reserved areas.</summary>
    public static IReadOnlyList<DemoRange> Shredded(int nodes, ulong gibPerNode) => [.. Low(ShreddedLow), .. High(nodes, gibPerNode)];

    private static IEnumerable<DemoRange> Low((ulong Start, ulong End)[] ranges) => ranges.Select(range => new DemoRange(range.Start, range.End, 0));

    private static IEnumerable<DemoRange> High(int nodes, ulong gibPerNode)
    {
        ulong stride = gibPerNode * ByteSize.GiB;
        for (int node = 0; node < nodes; node++)
        {
            ulong start = node == 0 ? FirstHigh : TopOfLow + (stride * (ulong)node);
            yield return new DemoRange(start, TopOfLow + (stride * (ulong)(node + 1)) - FirmwareTail, node);
        }
    }
}
