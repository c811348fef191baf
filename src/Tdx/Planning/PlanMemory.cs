using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>Lays the memory of a plan out on the address axis.</summary>
internal sealed class PlanMemory
{
    private const ulong Page = 4 * ByteSize.KiB;
    private readonly PlanSpec _spec;
    private readonly List<Stretch> _stretches = [];
    private readonly List<AddressRange> _added = [], _removed = [];
    private AddressRange[] _holes = [];
    private int _nextNode;
    private ulong _top;

    private PlanMemory(PlanSpec spec) => _spec = spec;

    /// <summary>Works out memory and CMRs.</summary>
    /// <exception cref="PlanException">There can be no such machine.</exception>
    public static (MemoryMap Map, IReadOnlyList<AddressRange> Cmrs) Of(PlanSpec spec)
    {
        var memory = new PlanMemory(spec);
        memory._holes = Ascending(spec.Holes, PlanPart.Hole, "hole");
        memory.AddRam();
        memory.AddSockets();
        memory.AddExtras();
        memory._stretches.Sort((a, b) => a.Range.Start.CompareTo(b.Range.Start));
        memory.RemoveExtras();
        AddressRange[] cmrs = spec.Cmrs.Count > 0
            ? PlanCmrs.Changed(Ascending(spec.Cmrs, PlanPart.Cmr, "cmr"), memory._added, memory._removed)
            : PlanCmrs.Spanning(memory._stretches.Where(stretch => stretch.IsConvertible).Select(stretch => stretch.Range));
        return (memory.Map(), cmrs);
    }

    private static AddressRange[] Ascending(IReadOnlyList<AddressRange> ranges, PlanPart part, string word)
    {
        (AddressRange Range, int Index)[] sorted = [.. ranges.Select((range, index) => (range, index)).OrderBy(item => item.range.Start)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Range.Overlaps(sorted[i - 1].Range))
            {
                (AddressRange, int) later = sorted[i].Index > sorted[i - 1].Index ? sorted[i] : sorted[i - 1], earlier = sorted[i].Index > sorted[i - 1].Index ? sorted[i - 1] : sorted[i];
                throw new PlanException(part, later.Item2, $"The {word} {later.Item1} overlaps the {word} {earlier.Item1}.", "Leave one of them out, or part them.");
            }
        }

        return [.. sorted.Select(item => item.Range)];
    }

    private void AddRam()
    {
        (MemoryBlock Block, int Index)[] sorted = [.. _spec.Ram.Select((block, index) => (block, index)).OrderBy(item => item.block.Range.Start)];
        for (int i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Block.Range.Overlaps(sorted[i - 1].Block.Range))
            {
                (MemoryBlock Block, int Index) later = sorted[i].Index > sorted[i - 1].Index ? sorted[i] : sorted[i - 1], earlier = sorted[i].Index > sorted[i - 1].Index ? sorted[i - 1] : sorted[i];
                throw new PlanException(PlanPart.Ram, later.Index, $"The memory {later.Block.Range} of node {later.Block.Node} overlaps the memory {earlier.Block.Range} of node {earlier.Block.Node}.", "Part the two ranges.");
            }
        }

        int hole = 0;
        foreach ((MemoryBlock block, int _) in sorted)
        {
            ulong at = block.Range.Start.Value;
            while (hole < _holes.Length && _holes[hole].End.Value <= at)
            {
                hole++;
            }

            for (int i = hole; i < _holes.Length && _holes[i].Start < block.Range.End; i++)
            {
                Keep(at, _holes[i].Start.Value, block.Node);
                at = _holes[i].End.Value;
            }

            Keep(at, block.Range.End.Value, block.Node);
            _nextNode = Math.Max(_nextNode, block.Node + 1);
        }

        void Keep(ulong start, ulong end, int node)
        {
            if (start < end)
            {
                Add(new Stretch(new AddressRange(start, end), node, IsConvertible: true, Merges: false));
            }
        }
    }

    private void AddSockets()
    {
        ulong at = _top;
        for (int i = 0; i < _spec.Sockets.Count; i++)
        {
            PlanSockets sockets = _spec.Sockets[i];
            for (int node = 0; node < sockets.Sockets * sockets.NodesPerSocket; node++, _nextNode++)
            {
                if (_nextNode > MemoryBlock.MaxNode)
                {
                    throw new PlanException(PlanPart.Sockets, i, $"The plan has more than {MemoryBlock.MaxNode + 1} NUMA nodes.", "Plan fewer sockets or fewer nodes for each.");
                }

                at = AddNode(i, at, sockets.BytesPerNode);
            }
        }
    }

    private ulong AddNode(int sockets, ulong at, ulong bytes)
    {
        while (bytes > 0)
        {
            int hole = Array.FindIndex(_holes, range => range.End.Value > at);
            if (hole >= 0 && _holes[hole].Start.Value <= at)
            {
                at = _holes[hole].End.Value;
                continue;
            }

            ulong room = (hole < 0 ? PhysAddr.MaxValue : _holes[hole].Start.Value) - at;
            if (room == 0)
            {
                throw new PlanException(PlanPart.Sockets, sockets, "The memory reaches beyond 2^52, the end of the physical address space.", "Plan less memory.");
            }

            ulong size = Math.Min(room, bytes);
            Add(new Stretch(new AddressRange(at, at + size), _nextNode, IsConvertible: true, Merges: true));
            at += size;
            bytes -= size;
        }

        return at;
    }

    // Those with an address first: the others go above all of them.
    private void AddExtras()
    {
        foreach ((PlanExtra extra, int index) in _spec.Extras.Select((extra, index) => (extra, index)).Where(item => item.extra.Kind != PlanExtraKind.Removed).OrderBy(item => item.extra.At is null))
        {
            int node = extra.Node ?? (extra.Kind == PlanExtraKind.Cxl ? _nextNode : 0);
            if (node > MemoryBlock.MaxNode)
            {
                throw new PlanException(PlanPart.Extra, index, $"The plan has more than {MemoryBlock.MaxNode + 1} NUMA nodes.", "Give this memory a node: @node0.");
            }

            ulong start = extra.At?.Value ?? FreeAbove(extra.Size.Bytes);
            if (start > PhysAddr.MaxValue - extra.Size.Bytes)
            {
                throw new PlanException(PlanPart.Extra, index, $"{PlanText.Size(extra.Size)} at {Hex.Plain(start)} reach beyond 2^52, the end of the physical address space.", "Give a lower address or less memory.");
            }

            var range = new AddressRange(start, start + extra.Size.Bytes);
            if (extra.At is not null)
            {
                CheckFree(range, index);
            }

            Add(new Stretch(range, node, extra.Kind != PlanExtraKind.Cxl, Merges: extra.Kind == PlanExtraKind.Added));
            if (extra.Kind != PlanExtraKind.Cxl)
            {
                _added.Add(range);
            }

            _nextNode = Math.Max(_nextNode, node + 1);
        }
    }

    private void CheckFree(AddressRange range, int index)
    {
        foreach (Stretch other in _stretches)
        {
            if (other.Range.Overlaps(range))
            {
                throw new PlanException(PlanPart.Extra, index, $"The memory {range} overlaps the memory {other.Range} of node {other.Node}.", "Give another address, or leave 'at' out: it then goes above all other memory.");
            }
        }

        foreach (AddressRange hole in _holes)
        {
            if (hole.Overlaps(range))
            {
                throw new PlanException(PlanPart.Extra, index, $"The memory {range} overlaps the hole {hole}.", "Give another address, or leave 'at' out.");
            }
        }
    }

    private ulong FreeAbove(ulong bytes)
    {
        ulong at = (_top + ByteSize.GiB - 1) & ~(ByteSize.GiB - 1);
        foreach (AddressRange hole in _holes)
        {
            if (hole.End.Value > at && hole.Start.Value < at + bytes)
            {
                at = (hole.End.Value + ByteSize.GiB - 1) & ~(ByteSize.GiB - 1);
            }
        }

        return at;
    }

    private void Add(Stretch stretch)
    {
        _stretches.Add(stretch);
        _top = Math.Max(_top, stretch.Range.End.Value);
    }

    private void RemoveExtras()
    {
        for (int index = 0; index < _spec.Extras.Count; index++)
        {
            if (_spec.Extras[index] is { Kind: PlanExtraKind.Removed } removal)
            {
                Remove(removal, index);
            }
        }
    }

    // From the upper end down, as DIMMs that are taken out leave the map's end.
    private void Remove(PlanExtra removal, int index)
    {
        ulong left = removal.Size.Bytes, lowest = removal.At?.Value ?? 0, highest = removal.At is { } at ? at.Value + left : PhysAddr.MaxValue;
        for (int i = _stretches.Count - 1; i >= 0 && left > 0; i--)
        {
            Stretch stretch = _stretches[i];
            ulong start = Math.Max(stretch.Range.Start.Value, lowest), end = Math.Min(stretch.Range.End.Value, highest);
            if (start >= end || (removal.Node is { } node && node != stretch.Node))
            {
                continue;
            }

            var taken = new AddressRange(end - Math.Min(end - start, left), end);
            left -= taken.Size.Bytes;
            _removed.Add(taken);
            _stretches.RemoveAt(i);
            _stretches.InsertRange(i, [.. PlanCmrs.Without([stretch.Range], [taken]).Select(range => stretch with { Range = range })]);
        }

        if (left > 0)
        {
            string where = (removal.At is { } from ? $" from {from} on" : "") + (removal.Node is { } node ? string.Create(CultureInfo.InvariantCulture, $" of node {node}") : "");
            throw new PlanException(PlanPart.Extra, index, $"{PlanText.Size(removal.Size)} are to go{where}, where only {PlanText.Size(new ByteSize(removal.Size.Bytes - left))} of memory are.", "Take out less, or elsewhere.");
        }
    }

    private MemoryMap Map()
    {
        List<AddressRange> cuts = FirmwareCuts();
        var blocks = new List<MemoryBlock>();
        bool mergesBefore = false;
        int cut = 0;
        foreach (Stretch stretch in _stretches)
        {
            ulong at = stretch.Range.Start.Value;
            while (cut < cuts.Count && cuts[cut].End.Value <= at)
            {
                cut++;
            }

            for (int i = cut; i < cuts.Count && cuts[i].Start < stretch.Range.End; i++)
            {
                Append(at, cuts[i].Start.Value, stretch);
                at = Math.Max(at, cuts[i].End.Value);
            }

            Append(at, stretch.Range.End.Value, stretch);
        }

        return blocks.Count > 0
            ? blocks.Count <= MemoryMap.MaxBlocks ? MemoryMap.Create(blocks) : throw new PlanException(PlanPart.Whole, 0, $"The plan has {blocks.Count} ranges of memory; at most {MemoryMap.MaxBlocks} are accepted.", "Plan fewer pieces.")
            : throw new PlanException(PlanPart.Whole, 0, "The plan has no memory.", "Begin with sockets, such as 2 sockets x 1 TiB, hole 2G-4G.");

        void Append(ulong start, ulong end, Stretch stretch)
        {
            if (start >= end)
            {
                return;
            }

            bool joins = mergesBefore && stretch.Merges && blocks[^1].Range.End.Value == start && blocks[^1].Node == stretch.Node;
            if (joins)
            {
                start = blocks[^1].Range.Start.Value;
                blocks.RemoveAt(blocks.Count - 1);
            }

            blocks.Add(new MemoryBlock(new AddressRange(start, end), stretch.Node));
            mergesBefore = stretch.Merges;
        }
    }

    private List<AddressRange> FirmwareCuts()
    {
        var cuts = new List<(AddressRange Range, int Index)>();
        for (int index = 0; index < _spec.Firmware.Count; index++)
        {
            PlanFirmware firmware = _spec.Firmware[index];
            // Whole pages where they are enough, so that each piece is as many pages as it says.
            ulong share = firmware.Within.Size.Bytes / (ulong)firmware.Pieces, pages = share / Page * Page;
            ulong stride = pages >= firmware.Size.Bytes ? pages : share;
            if (firmware.Size.Bytes > stride)
            {
                throw new PlanException(PlanPart.Firmware, index, $"{firmware.Pieces} pieces of {PlanText.Size(firmware.Size)} do not fit into {firmware.Within}.", "Give fewer or smaller pieces, or a larger range.");
            }

            if (cuts.Count + firmware.Pieces > MemoryMap.MaxBlocks)
            {
                throw new PlanException(PlanPart.Firmware, index, $"The firmware keeps more than {MemoryMap.MaxBlocks} pieces.", "Plan fewer pieces.");
            }

            for (int piece = 0; piece < firmware.Pieces; piece++)
            {
                // In the middle of its share.
                ulong start = firmware.Within.Start.Value + (stride * (ulong)piece) + (firmware.Pieces == 1 && firmware.Size == firmware.Within.Size ? 0 : (stride - firmware.Size.Bytes) / 2 / Page * Page);
                cuts.Add((new AddressRange(start, start + firmware.Size.Bytes), index));
            }
        }

        cuts.Sort((a, b) => a.Range.Start.CompareTo(b.Range.Start));
        for (int i = 1; i < cuts.Count; i++)
        {
            if (cuts[i].Range.Overlaps(cuts[i - 1].Range))
            {
                throw new PlanException(PlanPart.Firmware, Math.Max(cuts[i].Index, cuts[i - 1].Index), $"The firmware's piece {cuts[i].Range} overlaps its piece {cuts[i - 1].Range}.", "Part the two.");
            }
        }

        return [.. cuts.Select(cut => cut.Range)];
    }

    private sealed record Stretch(AddressRange Range, int Node, bool IsConvertible, bool Merges);
}
