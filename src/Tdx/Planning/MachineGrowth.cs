using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>Memory that a machine gets at its upper end.</summary>
internal static class MachineGrowth
{
    /// <summary>What new ranges begin at a multiple of.</summary>
    public const ulong Border = ByteSize.GiB;

    private const ulong Page = 4 * ByteSize.KiB;

    /// <summary>Whether a machine has addresses, and its memory map a range, for so much more.</summary>
    public static bool HasRoom(PlanMachine machine, ByteSize more) => more.Bytes == 0 || (RoomForRanges(machine) > 0 && more.Bytes <= Room(machine));

    /// <summary>The machine with more memory: the last range grows where its CMR does too, else another one follows at the next border, on the last range's node.</summary>
    public static PlanMachine WithMemory(PlanMachine machine, ByteSize more)
    {
        MemoryBlock last = machine.Map.Blocks[^1];
        ulong top = last.Range.End.Value, bytes = more.Bytes;
        bool grows = machine.Cmrs.Count > 0 && machine.Cmrs[^1].End.Value == (top & ~(Page - 1)) && top <= PhysAddr.MaxValue - bytes;
        return grows
            ? machine with
            {
                Map = MemoryMap.Create([.. machine.Map.Blocks.SkipLast(1), last with { Range = new AddressRange(last.Range.Start.Value, top + bytes) }]),
                Cmrs = [.. machine.Cmrs.SkipLast(1), new AddressRange(machine.Cmrs[^1].Start.Value, (top + bytes) & ~(Page - 1))],
            }
            : WithRanges(machine, [new MemoryBlock(new AddressRange(Above(machine), Above(machine) + bytes), last.Node)]);
    }

    /// <summary>The machine with more ranges of memory above all others, each with a CMR of its own.</summary>
    public static PlanMachine WithRanges(PlanMachine machine, IReadOnlyList<MemoryBlock> blocks) => machine with
    {
        Map = MemoryMap.Create([.. machine.Map.Blocks, .. blocks]),
        Cmrs = [.. machine.Cmrs, .. blocks.Select(block => block.Range)],
    };

    /// <summary>The first border above all memory and CMRs.</summary>
    public static ulong Above(PlanMachine machine) => (Math.Max(machine.End.Value, machine.Cmrs.Count > 0 ? machine.Cmrs[^1].End.Value : 0) + Border - 1) & ~(Border - 1);

    /// <summary>Bytes from there to the end of addresses.</summary>
    public static ulong Room(PlanMachine machine) => PhysAddr.MaxValue - Math.Min(PhysAddr.MaxValue, Above(machine));

    /// <summary>Ranges that the memory map can have beside those that it has.</summary>
    public static long RoomForRanges(PlanMachine machine) => MemoryMap.MaxBlocks - machine.Map.Blocks.Count;
}
