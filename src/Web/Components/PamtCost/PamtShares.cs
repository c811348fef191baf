using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Components.PamtCost;

/// <summary>What PAMT takes from one NUMA node.</summary>
/// <param name="Node">The node that the kernel asks for memory.</param>
/// <param name="Memory">The node's usable memory.</param>
/// <param name="Tdmrs">TDMRs whose PAMT is asked of it.</param>
/// <param name="Size4K">Bytes for 4 KiB pages.</param>
/// <param name="Size2M">Bytes for 2 MiB pages.</param>
/// <param name="Size1G">Bytes for 1 GiB pages.</param>
public sealed record NodeShare(int Node, ByteSize Memory, int Tdmrs, ByteSize Size4K, ByteSize Size2M, ByteSize Size1G)
{
    /// <summary>All three parts.</summary>
    public ByteSize Pamt => Wording.Together([Size4K, Size2M, Size1G]);
}

/// <summary>One point of what Dynamic PAMT would cost.</summary>
/// <param name="ShareInUse">The share of memory that trust domains use with 4 KiB mappings, 0 to 1.</param>
/// <param name="Cost">What it costs then.</param>
public sealed record DynamicPoint(double ShareInUse, DynamicPamtCost Cost);

/// <summary>What PAMT costs on a host: by node, and with Dynamic PAMT.</summary>
public sealed record PamtShares
{
    private const int Steps = 20;

    /// <summary>The nodes, ascending.</summary>
    public required IReadOnlyList<NodeShare> Nodes { get; init; }

    /// <summary>Usable memory of the host.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>PAMT of all TDMRs without Dynamic PAMT, by size alone; wherever the layout ended.</summary>
    public required ByteSize Static { get; init; }

    /// <summary>Dynamic PAMT over the share of memory in use, in steps of 5 %.</summary>
    public required IReadOnlyList<DynamicPoint> Dynamic { get; init; }

    /// <summary>Whether the module has the feature DYNAMIC_PAMT; null where that is not known.</summary>
    public required bool? IsOffered { get; init; }

    /// <summary>PAMT_PAGE_BITMAP_ENTRY_BITS that was used.</summary>
    public required byte BitmapBits { get; init; }

    /// <summary>Whether <see cref="BitmapBits"/> was read from the module; otherwise it is what every module seen so far has.</summary>
    public required bool AreBitsRead { get; init; }

    /// <summary>The lowest share of memory in use at which Dynamic PAMT costs as much as PAMT does without it; null when it never does.</summary>
    public double? BreakEven
    {
        get
        {
            for (int i = 1; i < Dynamic.Count; i++)
            {
                double before = Dynamic[i - 1].Cost.Total.Bytes, after = Dynamic[i].Cost.Total.Bytes, target = Static.Bytes;
                if (before < target && after >= target)
                {
                    double part = (target - before) / (after - before);
                    return Dynamic[i - 1].ShareInUse + (part * (Dynamic[i].ShareInUse - Dynamic[i - 1].ShareInUse));
                }
            }

            return null;
        }
    }

    /// <summary>Works it out.</summary>
    /// <returns>Null where there is no memory map or no TDMR.</returns>
    public static PamtShares? Of(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (!snapshot.Memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks) || !snapshot.Layout.Layout.TryGet(out TdmrLayout? layout)
            || layout.Tdmrs.Count == 0 || blocks.Count == 0 || !snapshot.Layout.Limits.TryGet(out TdmrLimits? limits))
        {
            return null;
        }

        ByteSize[] sizes = [.. layout.Tdmrs.Select(tdmr => tdmr.Range.Size)];
        ByteSize memory = Wording.Together(blocks.Select(block => block.Range.Size));
        var module = ModuleIdentity.From(snapshot);
        byte? bits = BitmapBitsOf(snapshot.Module.Metadata);
        byte used = bits ?? DynamicPamt.UsualBitmapBits;
        return new PamtShares
        {
            Nodes = [.. NodesOf(blocks, layout)],
            Memory = memory,
            Static = Wording.Together(sizes.Select(size => PamtSizes.Of4K(size, limits)).Concat(sizes.Select(size => PamtSizes.Of2M(size, limits))).Concat(sizes.Select(size => PamtSizes.Of1G(size, limits)))),
            Dynamic = [.. Enumerable.Range(0, Steps + 1).Select(step => new DynamicPoint(
                (double)step / Steps, DynamicPamt.Cost(sizes, memory, blocks[^1].Range.End, (double)step / Steps, limits, used)))],
            IsOffered = module.Features.TryGet(out ulong features) ? ((features >> FeatureBits.DynamicPamt) & 1) != 0 : null,
            BitmapBits = used,
            AreBitsRead = bits is not null,
        };
    }

    private static IEnumerable<NodeShare> NodesOf(IReadOnlyList<MemoryBlock> blocks, TdmrLayout layout)
    {
        ILookup<int, Pamt> pamts = layout.Tdmrs.Select(tdmr => tdmr.Pamt).OfType<Pamt>().ToLookup(pamt => pamt.Node);
        ILookup<int, ByteSize> memory = blocks.ToLookup(block => block.Node, block => block.Range.Size);
        foreach (int node in memory.Select(group => group.Key).Union(pamts.Select(group => group.Key)).Order())
        {
            yield return new NodeShare(
                node, Wording.Together(memory[node]), pamts[node].Count(),
                Wording.Together(pamts[node].Select(pamt => pamt.Size4K)), Wording.Together(pamts[node].Select(pamt => pamt.Size2M)), Wording.Together(pamts[node].Select(pamt => pamt.Size1G)));
        }
    }

    private static byte? BitmapBitsOf(Reading<IReadOnlyList<MetadataValue>> metadata)
    {
        ulong key = MetadataCatalogue.Find("PAMT_PAGE_BITMAP_ENTRY_BITS")!.Id.Key;
        MetadataValue? value = metadata.Or([])!.FirstOrDefault(value => value.Id.Key == key);
        return value is { Values: [> 0 and <= 64 and ulong bits] } ? (byte)bits : null;
    }
}
