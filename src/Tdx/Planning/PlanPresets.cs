namespace TdxDash.Tdx.Planning;

/// <summary>A plan to begin with.</summary>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Text">Its text.</param>
public sealed record PlanPreset(string Title, string Text);

/// <summary>Plans to begin with, of servers of usual shapes; the address holes and what firmware keeps follow real maps.</summary>
public static class PlanPresets
{
    // What Intel ArcherCity, a Sapphire Rapids reference platform, leaves below 2 GiB, and the hole for devices behind it.
    private const string Low = "hole 2G-4G, firmware 0x9e000-0x9f000, firmware 0xa0000-0x100000, firmware 0x6d8f0000-0x777ff000, firmware 0x77800000-0x80000000";

    // The Emerald Rapids machine of canonical/tdx issue 135 leaves seventeen pieces there.
    private const string Shredded = "hole 2G-4G, firmware 0x9f000-0x100000, firmware 16 x 64 KiB in 0x5d000000-0x6e000000, firmware 0x6f800000-0x80000000";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<PlanPreset> All { get; } =
    [
        new("1 socket, 256 GiB", $"1 socket x 8 dimms x 32 GiB, {Low}, keyids 32, tds 8 x 16 GiB x 4 vcpus"),
        new("2 sockets, 1 TiB", $"2 sockets x 8 dimms x 64 GiB, {Low}, keyids 32, tds 20 x 32 GiB x 8 vcpus"),
        new("2 sockets in 4 NUMA nodes, 2 TiB", $"2 sockets x 2 nodes x 4 dimms x 128 GiB, {Low}, keyids 64, tds 40 x 32 GiB x 8 vcpus"),
        new("4 sockets, 4 TiB", $"4 sockets x 8 dimms x 128 GiB, {Low}, keyids 64, tds 60 x 32 GiB x 8 vcpus"),
        new("8 sockets, 8 TiB, Dynamic PAMT", $"8 sockets x 8 dimms x 128 GiB, {Low}, module tdx-2.0.08-gnr, dynamic-pamt, keyids 64, tds 60 x 64 GiB x 16 vcpus"),
        new("2 sockets, 1 TiB, and CXL memory", $"2 sockets x 8 dimms x 64 GiB, {Low}, cxl 512 GiB, keyids 32"),
        new("2 sockets, 256 GiB, a firmware that leaves many pieces", $"2 sockets x 8 dimms x 16 GiB, {Shredded}, keyids 32"),
    ];
}
