using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>Works the CMRs of a plan out.</summary>
internal static class PlanCmrs
{
    private const ulong Page = 4 * ByteSize.KiB, FirstConvertible = ByteSize.MiB;

    /// <summary>CMRs that span memory in whole pages from the first MiB on, those that touch as one.</summary>
    /// <param name="memory">Ascending.</param>
    public static AddressRange[] Spanning(IEnumerable<AddressRange> memory)
    {
        var cmrs = new List<AddressRange>();
        foreach (AddressRange range in memory)
        {
            ulong start = Math.Max((range.Start.Value + Page - 1) & ~(Page - 1), FirstConvertible), end = range.End.Value & ~(Page - 1);
            if (start >= end)
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

        return [.. cmrs];
    }

    /// <summary>CMRs that are given, with memory that came and without memory that went, as the firmware would report them then.</summary>
    /// <param name="given">Ascending, without overlap.</param>
    /// <param name="added">Convertible memory that came, without overlap.</param>
    /// <param name="removed">Memory that went, without overlap.</param>
    public static AddressRange[] Changed(AddressRange[] given, IReadOnlyList<AddressRange> added, IReadOnlyList<AddressRange> removed)
    {
        if (added.Count == 0 && removed.Count == 0)
        {
            return given;
        }

        // What is given stays as it is: only what came joins what it touches.
        var cmrs = new List<AddressRange>();
        bool lastCame = false;
        IEnumerable<(AddressRange Range, bool Came)> all = given.Select(cmr => (cmr, false)).Concat(Without(Spanning(added.OrderBy(range => range.Start)), given).Select(range => (range, true)));
        foreach ((AddressRange range, bool came) in all.OrderBy(item => item.Range.Start))
        {
            if (cmrs.Count > 0 && cmrs[^1].End == range.Start && (came || lastCame))
            {
                cmrs[^1] = new AddressRange(cmrs[^1].Start, range.End);
            }
            else
            {
                cmrs.Add(range);
            }

            lastCame = came;
        }

        return [.. Without(cmrs, [.. removed.OrderBy(range => range.Start).Select(InWholePages)])];
    }

    /// <summary>What is left of ranges without others.</summary>
    /// <param name="ranges">Ascending.</param>
    /// <param name="taken">Ascending.</param>
    public static IEnumerable<AddressRange> Without(IEnumerable<AddressRange> ranges, IReadOnlyList<AddressRange> taken)
    {
        int first = 0;
        foreach (AddressRange range in ranges)
        {
            ulong at = range.Start.Value;
            while (first < taken.Count && taken[first].End.Value <= at)
            {
                first++;
            }

            for (int i = first; i < taken.Count && taken[i].Start < range.End; i++)
            {
                if (taken[i].Start.Value > at)
                {
                    yield return new AddressRange(at, taken[i].Start.Value);
                }

                at = Math.Max(at, taken[i].End.Value);
            }

            if (at < range.End.Value)
            {
                yield return new AddressRange(at, range.End.Value);
            }
        }
    }

    private static AddressRange InWholePages(AddressRange range) => new(range.Start.Value & ~(Page - 1), (range.End.Value + Page - 1) & ~(Page - 1));
}
