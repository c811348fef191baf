using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>PAMT bytes by page size.</summary>
/// <param name="Of4K">For 4 KiB pages; with Dynamic PAMT the bitmap.</param>
/// <param name="Of2M">For 2 MiB pages.</param>
/// <param name="Of1G">For 1 GiB pages.</param>
public sealed record PamtBySize(ByteSize Of4K, ByteSize Of2M, ByteSize Of1G)
{
    /// <summary>All three.</summary>
    public ByteSize Total => Of4K + Of2M + Of1G;

    internal PamtBySize Plus(PamtBySize other) => new(Of4K + other.Of4K, Of2M + other.Of2M, Of1G + other.Of1G);
}

/// <summary>The PAMT that Linux asks of one NUMA node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="Static">The static PAMT.</param>
/// <param name="DynamicTables">The tables that Dynamic PAMT allocates at once.</param>
public sealed record PamtOfNode(int Node, ByteSize Memory, PamtBySize Static, PamtBySize DynamicTables);

/// <summary>A point of the curve of Dynamic PAMT.</summary>
/// <param name="Use">The part of memory that TDs use, in percent.</param>
/// <param name="Dynamic">What Dynamic PAMT then takes, in all.</param>
public sealed record PamtPoint(int Use, ByteSize Dynamic);

/// <summary>What the PAMT of a machine costs, static and dynamic.</summary>
public sealed record PlanPamt
{
    private const int CurveStep = 5;

    /// <summary>The static PAMT.</summary>
    public required PamtBySize Static { get; init; }

    /// <summary>The tables that Dynamic PAMT allocates at once.</summary>
    public required PamtBySize DynamicTables { get; init; }

    /// <summary>The kernel's reference counts for Dynamic PAMT, at most.</summary>
    public required ByteSize ReferenceCounts { get; init; }

    /// <summary>The pages of Dynamic PAMT at the plan's use of memory.</summary>
    public required ByteSize PagePairs { get; init; }

    /// <summary>Memory that the plan's TDs use.</summary>
    public required ByteSize InUse { get; init; }

    /// <summary>Whether the plan's kernel and module use Dynamic PAMT.</summary>
    public required bool IsDynamic { get; init; }

    /// <summary>All memory.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>By node, ascending.</summary>
    public required IReadOnlyList<PamtOfNode> Nodes { get; init; }

    /// <summary>Dynamic PAMT from no use to all memory in use, every five percent.</summary>
    public required IReadOnlyList<PamtPoint> Curve { get; init; }

    /// <summary>The use in percent from which on Dynamic PAMT takes as much as the static one; null where it never does.</summary>
    public required double? BreakEven { get; init; }

    /// <summary>The largest contiguous block that a TDMR's PAMT needs, as the plan's kernel and module use it.</summary>
    public required ByteSize LargestBlock { get; init; }

    /// <summary>The TDMR that needs it.</summary>
    public required int LargestBlockOf { get; init; }

    /// <summary>What Dynamic PAMT takes before any TD runs.</summary>
    public ByteSize DynamicBase => DynamicTables.Total + ReferenceCounts;

    /// <summary>What Dynamic PAMT takes at the plan's use.</summary>
    public ByteSize Dynamic => DynamicBase + PagePairs;

    /// <summary>What the plan pays.</summary>
    public ByteSize Paid => IsDynamic ? Dynamic : Static.Total;

    /// <summary>The same in percent of memory.</summary>
    public double PaidPercent => Memory.Bytes == 0 ? 0 : 100.0 * Paid.Bytes / Memory.Bytes;

    /// <summary>What Dynamic PAMT saves at the plan's use, in bytes; negative where it costs more.</summary>
    public long Gain => (long)Static.Total.Bytes - (long)Dynamic.Bytes;

    /// <summary>Works it out from the TDMRs of a layout, whether or not their PAMTs found room.</summary>
    internal static PlanPamt Of(PlanMachine machine, TdmrLayout layout, ByteSize inUse)
    {
        TdmrLimits limits = machine.Limits;
        var nodes = new SortedDictionary<int, PamtOfNode>();
        Dictionary<int, ulong> memoryOf = [];
        foreach (MemoryBlock held in machine.Map.Blocks)
        {
            memoryOf[held.Node] = memoryOf.GetValueOrDefault(held.Node) + held.Range.Size.Bytes;
        }

        ByteSize largest = default;
        int largestOf = 0, block = 0;
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            Tdmr tdmr = layout.Tdmrs[i];
            PamtBySize fixedTables = StaticOf(tdmr.Range.Size, limits), tables = TablesOf(tdmr.Range.Size, machine);
            int node = tdmr.Pamt?.Node ?? NodeOf(machine.Map, tdmr, ref block);
            PamtOfNode before = nodes.GetValueOrDefault(node) ?? new PamtOfNode(node, new ByteSize(memoryOf.GetValueOrDefault(node)), Nothing, Nothing);
            nodes[node] = before with { Static = before.Static.Plus(fixedTables), DynamicTables = before.DynamicTables.Plus(tables) };
            ByteSize size = machine.UsesDynamicPamt ? tables.Total : fixedTables.Total;
            (largest, largestOf) = size > largest ? (size, i) : (largest, largestOf);
        }

        PamtBySize all = nodes.Values.Aggregate(Nothing, (sum, node) => sum.Plus(node.Static)), allTables = nodes.Values.Aggregate(Nothing, (sum, node) => sum.Plus(node.DynamicTables));
        ByteSize counts = DynamicPamt.ReferenceCounts(machine.End), memory = machine.Memory;
        return new PlanPamt
        {
            Static = all,
            DynamicTables = allTables,
            ReferenceCounts = counts,
            PagePairs = PairsAt(inUse),
            InUse = inUse,
            IsDynamic = machine.UsesDynamicPamt,
            Memory = memory,
            Nodes = [.. nodes.Values],
            Curve = [.. Enumerable.Range(0, (100 / CurveStep) + 1).Select(i => new PamtPoint(i * CurveStep, allTables.Total + counts + PairsAt(new ByteSize(memory.Bytes / 100 * (ulong)(i * CurveStep)))))],
            BreakEven = BreakEvenOf(all.Total.Bytes, allTables.Total.Bytes + counts.Bytes),
            LargestBlock = largest,
            LargestBlockOf = largestOf,
        };

        ByteSize PairsAt(ByteSize used) => DynamicPamt.PagePairs(Share(used, machine.SmallPages), limits);

        double? BreakEvenOf(ulong fixedTotal, ulong dynamicBase)
        {
            // In pages: the first number of pages in use with which Dynamic PAMT reaches the static one.
            long pages = (long)(memory.Bytes >> PamtSizes.Shift4K);
            long below = Search.Largest(n => dynamicBase + PairsAt(new ByteSize((ulong)n << PamtSizes.Shift4K)).Bytes < fixedTotal, pages);
            return below >= pages || pages == 0 ? null : 100.0 * (below + 1) / pages;
        }
    }

    internal static PamtBySize StaticOf(ByteSize tdmr, TdmrLimits limits) => new(PamtSizes.Of4K(tdmr, limits), PamtSizes.Of2M(tdmr, limits), PamtSizes.Of1G(tdmr, limits));

    internal static PamtBySize TablesOf(ByteSize tdmr, PlanMachine machine) =>
        new(new ByteSize(PamtSizes.Bitmap(tdmr.Bytes, machine.BitmapBits)), PamtSizes.Of2M(tdmr, machine.Limits), PamtSizes.Of1G(tdmr, machine.Limits));

    internal static ByteSize Share(ByteSize size, decimal percent) => new((ulong)(size.Bytes * percent / 100));

    private static PamtBySize Nothing { get; } = new(default, default, default);

    // As tdmr_get_nid: the first block that ends above the TDMR's base.
    private static int NodeOf(MemoryMap map, Tdmr tdmr, ref int block)
    {
        while (block < map.Blocks.Count && map.Blocks[block].Range.End <= tdmr.Range.Start)
        {
            block++;
        }

        return block < map.Blocks.Count ? map.Blocks[block].Node : 0;
    }
}
