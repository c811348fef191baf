using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Demo;

/// <summary>A dozen made-up machines of different shapes. They are the same on every run and on every machine.</summary>
public static class DemoMachines
{
    private const string Emr = "tdx-1.5.08-emr", Srf = "tdx-1.5.16-srf", Gnr = "tdx-2.0.08-gnr";
    private const ulong TiB = ByteSize.TiB;

    /// <summary>All machines.</summary>
    public static IReadOnlyList<DemoMachine> All { get; } =
    [
        Make(1, "demo-r1-a01", "1 socket Sapphire Rapids, 256 GiB, Ubuntu 24.04", Spr(1, 256, DemoKernel.Ubuntu68) with { FirstKeyId = 64, KeyIdEnd = 128 }),
        Make(2, "demo-r1-a02", "2 sockets Sapphire Rapids, 512 GiB, Ubuntu 24.04", Spr(2, 256, DemoKernel.Ubuntu68)),
        Make(3, "demo-r1-a07", "2 sockets Emerald Rapids, 2 TiB, kernel 7.2", EmeraldRapids(DemoMemory.Of(2, 1_024), DemoKernel.Mainline72)),
        Make(4, "demo-r1-b01", "2 sockets Emerald Rapids in 4 NUMA nodes, 1 TiB, without debugfs, kernel 6.16",
            EmeraldRapids(DemoMemory.Of(4, 256), DemoKernel.Mainline616) with { HasDebugfs = false }),
        Make(5, "demo-r1-b02", "2 sockets Emerald Rapids, 1 TiB, one step from its reserved-area limit, kernel 6.16",
            EmeraldRapids(DemoMemory.AlmostShredded(2, 512), DemoKernel.Mainline616)),
        Make(6, "demo-r2-b02", "2 sockets Emerald Rapids, 256 GiB, initialisation fails: reserved areas exhausted, kernel 6.16",
            EmeraldRapids(DemoMemory.Shredded(2, 128), DemoKernel.Mainline616)),
        Make(7, "demo-r2-b01", "2 sockets Granite Rapids, 4 TiB, and a CXL node without CPUs, kernel 7.2",
            GraniteRapids([.. DemoMemory.Of(2, 2_048), new DemoRange(8 * TiB, 8 * TiB + (512 * ByteSize.GiB), 2)])),
        Make(8, "demo-r2-c01", "1 socket Sierra Forest, 512 GiB and 256 GiB hot-plugged, kernel 7.2",
            SierraForest([.. DemoMemory.Of(1, 512), new DemoRange(4 * TiB, (4 * TiB) + (256 * ByteSize.GiB), 0, "HOTPLUG")])),
        Make(9, "demo-r2-a01", "4 sockets Sapphire Rapids, 4 TiB, Ubuntu 24.04", Spr(4, 1_024, DemoKernel.Ubuntu68)),
        Make(10, "demo-r2-a03", "8 sockets Sapphire Rapids, 16 TiB, kernel 7.2", Spr(8, 2_048, DemoKernel.Mainline72)),
        Make(11, "demo-r3-a01", "2 sockets Emerald Rapids, 512 GiB, TDX off in the BIOS, kernel 6.16",
            EmeraldRapids(DemoMemory.Of(2, 256), DemoKernel.Mainline616) with { State = DemoState.OffInBios }),
        Make(12, "demo-r3-a02", "2 sockets Sapphire Rapids, 512 GiB, TDX module too old, Ubuntu 24.04",
            Spr(2, 256, DemoKernel.Ubuntu68) with { State = DemoState.ModuleTooOld, FirstKeyId = 1, KeyIdEnd = 128 }),
    ];

    /// <summary>The most machines of <see cref="Updatable"/>.</summary>
    public const int MostUpdatable = 256;

    private const int FirstUpdatable = 1_000;

    /// <summary>Machines of one shape with Linux 7.2, whose emulated modules can be updated: to watch many at once.</summary>
    /// <param name="count">How many, 0 to <see cref="MostUpdatable"/>.</param>
    public static IReadOnlyList<DemoMachine> Updatable(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostUpdatable);
        return [.. Enumerable.Range(1, count).Select(i => Make(FirstUpdatable + i, string.Create(CultureInfo.InvariantCulture, $"demo-u{i:000}"),
            "2 sockets Emerald Rapids, 128 GiB, kernel 7.2", EmeraldRapids(DemoMemory.Of(2, 64), DemoKernel.Mainline72)))];
    }

    /// <summary>Finds a machine by name.</summary>
    public static DemoMachine? Find(string name) => All.FirstOrDefault(machine => machine.Name == name);

    private static DemoMachine Make(int number, string name, string about, DemoShape shape) => new(number, name, about, shape);

    private static DemoShape Spr(int sockets, ulong gibPerSocket, DemoKernel kernel) =>
        new() { Cpu = DemoCpu.SapphireRapids, Sockets = sockets, Memory = DemoMemory.Of(sockets, gibPerSocket), Kernel = kernel, Profile = Emr };

    private static DemoShape EmeraldRapids(IReadOnlyList<DemoRange> memory, DemoKernel kernel) =>
        new() { Cpu = DemoCpu.EmeraldRapids, Sockets = 2, Memory = memory, Kernel = kernel, Profile = Emr };

    private static DemoShape GraniteRapids(IReadOnlyList<DemoRange> memory) =>
        new() { Cpu = DemoCpu.GraniteRapids, Sockets = 2, Memory = memory, Kernel = DemoKernel.Mainline72, Profile = Gnr };

    private static DemoShape SierraForest(IReadOnlyList<DemoRange> memory) =>
        new() { Cpu = DemoCpu.SierraForest, Sockets = 1, Memory = memory, Kernel = DemoKernel.Mainline72, Profile = Srf };
}
