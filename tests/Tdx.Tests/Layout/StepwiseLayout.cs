using TdxDash.Tdx.Layout;

namespace TdxDash.Tdx.Tests.Layout;

/// <summary>The rules as tdx.c and PAMT_PLACEMENT.md state them, step by step and without any short cut: what the engine is
/// compared with on generated maps.</summary>
internal static class StepwiseLayout
{
    private const ulong GiB = 1UL << 30;

    public static string Describe(RawRange[] ranges, TdmrLimits limits)
    {
        var usable = ranges.Select(r => (Start: (r.Start + 4095) >> 12, End: r.End >> 12, r.Node)).Where(r => r.Start < r.End).ToList();
        var blocks = usable.Select(r => (Start: Math.Max(r.Start, 0x100), r.End, r.Node)).Where(r => r.Start < r.End).ToList();
        var tdmrs = new List<(ulong Base, ulong End)>();
        foreach ((ulong start, ulong end, _) in blocks)
        {
            ulong low = (start << 12) / GiB * GiB;
            ulong high = ((end << 12) + GiB - 1) / GiB * GiB;
            ulong covered = tdmrs.Count == 0 ? 0 : tdmrs[^1].End;
            if (high <= covered)
            {
                continue;
            }

            // The first slot is filled before any is counted.
            if (tdmrs.Count == Math.Max((int)limits.MaxTdmrs, 1))
            {
                return "ENOSPC TDMRs";
            }

            tdmrs.Add((Math.Max(low, covered), high));
        }

        if (tdmrs.Count == 0)
        {
            return "ENOMEM 0";
        }

        var pamts = new List<(ulong Start, ulong End)>();
        foreach ((ulong start, ulong end) in tdmrs)
        {
            ulong Part(int shift, ulong entry) => (((((end - start) >> shift) * entry) + 4095) / 4096) * 4096;
            ulong pages = (Part(12, limits.Pamt4KEntrySize) + Part(21, limits.Pamt2MEntrySize) + Part(30, limits.Pamt1GEntrySize)) / 4096;
            int node = blocks.First(b => b.End > start >> 12).Node;
            if (Place(usable, blocks, pamts, node, pages) is not ulong frame)
            {
                return $"ENOMEM {pamts.Count}";
            }

            pamts.Add((frame, frame + pages));
        }

        var text = new System.Text.StringBuilder();
        foreach ((ulong start, ulong end) in tdmrs)
        {
            var areas = Holes(blocks, start, end).Concat(Clipped(pamts, start, end)).ToList();
            if (areas.Count > limits.MaxReservedPerTdmr)
            {
                return $"ENOSPC {tdmrs.IndexOf((start, end))}";
            }

            text.Append($"{start:x}-{end:x}:{string.Concat(areas.Order().Select(a => $" {a.Start:x}-{a.End:x}"))}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<(ulong Start, ulong End)> Holes(List<(ulong Start, ulong End, int Node)> blocks, ulong tdmrStart, ulong tdmrEnd)
    {
        ulong previous = tdmrStart;
        foreach ((ulong start, ulong end, _) in blocks.Select(b => (b.Start << 12, b.End << 12, b.Node)))
        {
            if (start >= tdmrEnd)
            {
                break;
            }

            if (end < tdmrStart)
            {
                continue;
            }

            if (start > previous)
            {
                yield return (previous, start);
            }

            previous = end;
        }

        if (previous < tdmrEnd)
        {
            yield return (previous, tdmrEnd);
        }
    }

    private static IEnumerable<(ulong Start, ulong End)> Clipped(List<(ulong Start, ulong End)> pamts, ulong start, ulong end) =>
        pamts.Select(p => (Start: Math.Max(p.Start << 12, start), End: Math.Min(p.End << 12, end))).Where(p => p.Start < p.End);

    private static ulong? Place(
        List<(ulong Start, ulong End, int Node)> usable, List<(ulong Start, ulong End, int Node)> blocks, List<(ulong Start, ulong End)> pamts, int asked, ulong pages)
    {
        if (pages == 0)
        {
            return null;
        }

        int[] nodes = [.. usable.Select(r => r.Node).Distinct().Order()];
        foreach (int node in nodes.Where(n => n == asked).Concat(nodes.Where(n => n > asked)).Concat(nodes.Where(n => n < asked)))
        {
            ulong nodeStart = usable.Where(r => r.Node == node).Min(r => r.Start);
            ulong nodeEnd = usable.Where(r => r.Node == node).Max(r => r.End);
            foreach ((ulong low, ulong high) in new[] { (0x10_0000UL, ulong.MaxValue), (0x1000UL, 0x10_0000UL), (0UL, 0x1000UL) })
            {
                (ulong start, ulong end) = (Math.Max(nodeStart, low), Math.Min(nodeEnd, high));
                if (start >= end)
                {
                    continue;
                }

                for (ulong frame = (start + (pages - 1)) & ~(pages - 1); start <= frame + pages - 1 && frame + pages - 1 < end; frame += pages)
                {
                    if (frame >= start && !pamts.Any(p => p.Start < frame + pages && frame < p.End) && Covered(blocks, node, frame, frame + pages))
                    {
                        return frame;
                    }
                }
            }
        }

        return null;
    }

    private static bool Covered(List<(ulong Start, ulong End, int Node)> blocks, int node, ulong start, ulong end)
    {
        foreach ((ulong blockStart, ulong blockEnd, _) in blocks.Where(b => b.Node == node))
        {
            if (start >= blockStart && start < blockEnd)
            {
                start = Math.Min(blockEnd, end);
            }
        }

        return start == end;
    }
}
