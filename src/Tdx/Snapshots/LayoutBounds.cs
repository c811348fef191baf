using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using static TdxDash.Tdx.Snapshots.SnapshotRules;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What must hold for a snapshot's layout: numbers that a map of <see cref="MemoryMap.MaxBlocks"/> blocks can come to,
/// order, and sums that no reader's arithmetic can leave.</summary>
internal static class LayoutBounds
{
    /// <summary>The most TDMRs of a layout; every module seen so far takes 64.</summary>
    public const int MaxTdmrs = 4_096;

    /// <summary>The most reserved areas of a whole layout.</summary>
    public const int MaxReserved = 131_072;

    // Below, between and above all blocks.
    private const int MaxHoles = MemoryMap.MaxBlocks + 1;

    public static void Check(LayoutFacts facts)
    {
        if (!facts.Layout.TryGet(out TdmrLayout? layout))
        {
            return;
        }

        CheckCounts(layout, facts.Limits.Or(null));
        Require(layout.TdmrsNeeded >= 0, $"layout.tdmrsNeeded is {layout.TdmrsNeeded}.");
        Require(layout.FailedTdmr is null || (layout.FailedTdmr >= 0 && layout.FailedTdmr < layout.Tdmrs.Count), $"layout.failedTdmr is {layout.FailedTdmr}, which is not there.");
        Require(layout.Error != LayoutError.None || layout.Tdmrs.All(tdmr => tdmr.Pamt is not null), "a layout without error has a TDMR without PAMT.");
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            Require(i == 0 || layout.Tdmrs[i].Range.Start >= layout.Tdmrs[i - 1].Range.End, $"layout TDMR {i} {layout.Tdmrs[i].Range} does not lie above TDMR {i - 1}.");
            CheckReserved(layout, i);
        }

        CheckPamts(layout.Tdmrs);
    }

    // A module that says 0 still gets one TDMR from Linux, which looks at the limit when it takes the next one.
    private static void CheckCounts(TdmrLayout layout, TdmrLimits? limits)
    {
        int most = Math.Min(MaxTdmrs, Math.Max(1, (int?)limits?.MaxTdmrs ?? MaxTdmrs));
        Require(layout.Tdmrs.Count <= most, $"layout has {layout.Tdmrs.Count} TDMRs; at most {most} are accepted.");
        int mostOfOne = MaxHoles + layout.Tdmrs.Count;
        long all = 0;
        for (int i = 0; i < layout.Tdmrs.Count; i++)
        {
            int count = layout.Tdmrs[i].Reserved.Count;
            Require(count <= mostOfOne, $"layout TDMR {i} has {count} reserved areas; at most {mostOfOne} are accepted.");
            all += count;
        }

        Require(all <= MaxReserved, $"layout has {all} reserved areas in all; at most {MaxReserved} are accepted.");
    }

    private static void CheckPamts(IReadOnlyList<Tdmr> tdmrs)
    {
        ulong bytes = 0;
        for (int i = 0; i < tdmrs.Count; i++)
        {
            if (tdmrs[i].Pamt is not { } pamt)
            {
                continue;
            }

            ulong room = PhysAddr.MaxValue - pamt.Start.Value;
            bool fits = new[] { pamt.Size4K, pamt.Size2M, pamt.Size1G }.All(size => size.Bytes <= room) && pamt.Size.Bytes > 0 && pamt.Size.Bytes <= room;
            Require(fits, $"the PAMT of layout TDMR {i} at {pamt.Start} is empty or ends beyond 2^52.");
            Require(pamt.Node is >= 0 and <= MemoryBlock.MaxNode, $"the PAMT of layout TDMR {i} names NUMA node {pamt.Node}; nodes are 0 to {MemoryBlock.MaxNode}.");
            bytes += pamt.Size.Bytes;
            Require(bytes <= PhysAddr.MaxValue, $"the PAMTs of layout TDMRs 0 to {i} have {Hex.Plain(bytes)} bytes in all, more than 2^52.");
        }
    }

    private static void CheckReserved(TdmrLayout layout, int index)
    {
        Tdmr tdmr = layout.Tdmrs[index];
        for (int i = 0; i < tdmr.Reserved.Count; i++)
        {
            ReservedArea area = tdmr.Reserved[i];
            Require(tdmr.Range.Contains(area.Range), $"reserved area {area.Range} does not lie inside layout TDMR {index} {tdmr.Range}.");
            Require(area.Cause == ReservedCause.Hole || area.PamtOfTdmr is not null, $"reserved area {area.Range} is a PAMT's and does not name the TDMR.");
            Require(area is { BlockBefore: null or >= 0, BlockAfter: null or >= 0 }, $"reserved area {area.Range} names a negative block.");
            Require(area.PamtOfTdmr is null || (area.PamtOfTdmr >= 0 && area.PamtOfTdmr < layout.Tdmrs.Count), $"reserved area {area.Range} names a PAMT of TDMR {area.PamtOfTdmr}, which is not there.");

            // With holes between CMRs, memory outside of them can hold a PAMT: it then lies in a hole, and Linux reserves both.
            bool apart = i == 0 || layout.Holes == HoleSource.Cmrs || area.Range.Start >= tdmr.Reserved[i - 1].Range.End;
            Require(apart, $"reserved area {area.Range} of layout TDMR {index} overlaps or precedes the one before it.");
        }
    }
}
