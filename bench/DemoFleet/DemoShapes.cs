using System.Collections.Concurrent;
using TdxDash.HostProbe.Demo;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.DemoFleet;

/// <summary>A machine of which the fleet has many.</summary>
/// <param name="Family">The place in the list of families.</param>
/// <param name="Memory">The place in its list of memories.</param>
/// <param name="State">How far TDX comes.</param>
internal readonly record struct Model(int Family, int Memory, DemoState State);

/// <summary>The few kinds of machine that the fleet is made of, each read once by the probe's own readers.</summary>
internal sealed class DemoShapes
{
    private const string Emr = "tdx-1.5.08-emr", Srf = "tdx-1.5.16-srf", Gnr = "tdx-2.0.08-gnr";
    private const ulong TiB = ByteSize.TiB;

    private static readonly (DemoCpu Cpu, string Profile, (int Sockets, IReadOnlyList<DemoRange> Memory)[] Memories)[] Families =
    [
        (DemoCpu.SapphireRapids, Emr,
            [(1, DemoMemory.Of(1, 256)), (2, DemoMemory.Of(2, 256)), (2, DemoMemory.Of(2, 512)), (4, DemoMemory.Of(4, 1_024)), (8, DemoMemory.Of(8, 2_048)), (2, DemoMemory.AlmostShredded(2, 256))]),
        (DemoCpu.EmeraldRapids, Emr,
            [(2, DemoMemory.Of(2, 256)), (2, DemoMemory.Of(2, 512)), (2, DemoMemory.Of(2, 1_024)), (2, DemoMemory.Of(4, 256)), (2, DemoMemory.AlmostShredded(2, 512)), (2, DemoMemory.Shredded(2, 128))]),
        (DemoCpu.GraniteRapids, Gnr,
            [(2, DemoMemory.Of(2, 1_024)), (2, DemoMemory.Of(2, 2_048)), (2, [.. DemoMemory.Of(2, 2_048), new DemoRange(8 * TiB, (8 * TiB) + (512 * ByteSize.GiB), 2)]), (1, DemoMemory.Of(2, 512))]),
        (DemoCpu.SierraForest, Srf,
            [(1, DemoMemory.Of(1, 512)), (1, DemoMemory.Of(1, 1_024)), (1, [.. DemoMemory.Of(1, 512), new DemoRange(4 * TiB, (4 * TiB) + (256 * ByteSize.GiB), 0, "HOTPLUG")])]),
    ];

    // Of a hundred hosts, how many are of which family.
    private static readonly int[] Share = [35, 35, 20, 10];

    private readonly ConcurrentDictionary<(Model, DemoKernel), Snapshot> _read = new();

    /// <summary>Rolls a machine.</summary>
    public static Model Roll(Random dice)
    {
        int rolled = dice.Next(100), family = 0;
        while (rolled >= Share[family])
        {
            rolled -= Share[family++];
        }

        int memories = Families[family].Memories.Length, usual = family < 2 ? 4 : memories;
        // Of a hundred hosts with early firmware four are near the limit of reserved areas and one is beyond it.
        int memory = family < 2 && dice.Next(100) is var odd and < 5 ? usual + (odd == 0 && family == 1 ? 1 : 0) : dice.Next(usual);
        DemoState state = dice.Next(100) switch { 0 => DemoState.OffInBios, 1 when family == 0 => DemoState.ModuleTooOld, _ => DemoState.Runs };
        return new Model(family, memory, state);
    }

    /// <summary>The kernel that a machine begins the year with.</summary>
    public static DemoKernel FirstKernel(Model model, Random dice) =>
        model.Family >= 2 ? DemoKernel.Mainline616 : dice.Next(3) == 0 ? DemoKernel.Mainline616 : DemoKernel.Ubuntu68;

    /// <summary>A machine's snapshot under a kernel, as the probe reads it.</summary>
    public Snapshot Read(Model model, DemoKernel kernel) => _read.GetOrAdd((model, kernel), _ =>
    {
        (DemoCpu cpu, string profile, (int Sockets, IReadOnlyList<DemoRange> Memory)[] memories) = Families[model.Family];
        var shape = new DemoShape
        {
            Cpu = cpu,
            Sockets = memories[model.Memory].Sockets,
            Memory = memories[model.Memory].Memory,
            Kernel = kernel,
            Profile = profile,
            State = model.State,
            KeyIdEnd = model.Family == 2 ? 128u : 64u,
        };
        return new DemoMachine(1, "demo", "a machine of the made-up fleet", shape).Source(TransportDoors.Native, ModuleProfile.ShippedFolder, SnapshotSteps.Standard).Take();
    });
}
