using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Host;

/// <summary>The CMRs that an emulated platform with a given memory would have.</summary>
public static class EmulatedCmrs
{
    /// <summary>The most CMRs that a module reports.</summary>
    public const int Most = 32;

    private const ulong LowestByte = ByteSize.MiB, PageMask = 0xFFF;

    /// <summary>Works them out: the memory from 1 MiB up in whole pages, touching pieces as one. Where that gives more than
    /// <see cref="Most"/>, the smallest gaps are closed first, as real CMRs also span what the firmware keeps to itself.</summary>
    /// <param name="memory">Ascending, without overlap.</param>
    /// <returns>Ascending; empty where the memory is not known.</returns>
    public static IReadOnlyList<AddressRange> Of(IReadOnlyList<MemoryBlock> memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var cmrs = new List<AddressRange>();
        foreach (MemoryBlock block in memory)
        {
            ulong start = (Math.Max(block.Range.Start.Value, LowestByte) + PageMask) & ~PageMask;
            ulong end = block.Range.End.Value & ~PageMask;
            if (end <= start)
            {
                continue;
            }

            if (cmrs.Count > 0 && cmrs[^1].End.Value == start)
            {
                cmrs[^1] = new AddressRange(cmrs[^1].Start.Value, end);
            }
            else
            {
                cmrs.Add(new AddressRange(start, end));
            }
        }

        return cmrs.Count <= Most ? cmrs : CloseGaps(cmrs);
    }

    private static List<AddressRange> CloseGaps(List<AddressRange> cmrs)
    {
        HashSet<int> kept = [.. Enumerable.Range(1, cmrs.Count - 1)
            .OrderByDescending(i => cmrs[i].Start.Value - cmrs[i - 1].End.Value).ThenBy(i => i).Take(Most - 1)];
        var result = new List<AddressRange>(Most) { cmrs[0] };
        for (int i = 1; i < cmrs.Count; i++)
        {
            if (kept.Contains(i))
            {
                result.Add(cmrs[i]);
            }
            else
            {
                result[^1] = new AddressRange(result[^1].Start, cmrs[i].End);
            }
        }

        return result;
    }
}
