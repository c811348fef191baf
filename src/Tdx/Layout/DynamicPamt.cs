using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>What Dynamic PAMT costs on one host.</summary>
/// <param name="StaticTables">The 4K bitmap and the 2M and 1G tables, allocated once: the kernel's <c>KB allocated for PAMT</c>.</param>
/// <param name="ReferenceCounts">The kernel's own counters.</param>
/// <param name="PagePairs">The 4 KiB level of those 2 MiB regions that are in use.</param>
public sealed record DynamicPamtCost(ByteSize StaticTables, ByteSize ReferenceCounts, ByteSize PagePairs)
{
    /// <summary>All of it.</summary>
    public ByteSize Total => StaticTables + ReferenceCounts + PagePairs;
}

/// <summary>Sizes with the module feature DYNAMIC_PAMT (TDX_FEATURES0 bit 36), as the Linux series of 2025 and 2026 computes
/// them: static 2M and 1G tables, the 4K level as a bitmap, and pages added for each 2 MiB region in use with 4 KiB mappings.</summary>
public static class DynamicPamt
{
    private const ulong RegionSize = 1UL << PamtSizes.Shift2M;
    private const ulong PagesPerRegion = RegionSize / PamtSizes.PageSize;
    private const ulong CounterSize = 4;

    /// <summary>PAMT_PAGE_BITMAP_ENTRY_BITS of every module seen so far.</summary>
    public const byte UsualBitmapBits = 1;

    /// <summary>The static tables of one TDMR: each part is rounded up to 4 KiB.</summary>
    /// <param name="tdmr">The TDMR's size.</param>
    /// <param name="limits">For the 2M and 1G entry sizes.</param>
    /// <param name="bitmapBits">PAMT_PAGE_BITMAP_ENTRY_BITS.</param>
    /// <returns>Bytes.</returns>
    public static ByteSize StaticTables(ByteSize tdmr, TdmrLimits limits, byte bitmapBits = UsualBitmapBits) =>
        new ByteSize(PamtSizes.Bitmap(tdmr.Bytes, bitmapBits)) + PamtSizes.Of2M(tdmr, limits) + PamtSizes.Of1G(tdmr, limits);

    /// <summary>The static tables of several TDMRs.</summary>
    /// <returns>Bytes.</returns>
    public static ByteSize StaticTables(IEnumerable<ByteSize> tdmrs, TdmrLimits limits, byte bitmapBits = UsualBitmapBits)
    {
        ArgumentNullException.ThrowIfNull(tdmrs);
        return tdmrs.Aggregate(default(ByteSize), (sum, tdmr) => sum + StaticTables(tdmr, limits, bitmapBits));
    }

    /// <summary>The pages that one 2 MiB region in use takes (<c>tdx_dpamt_entry_pages</c>): a pair with 16-byte entries.</summary>
    /// <returns>Bytes.</returns>
    public static ByteSize PagesOfRegion(TdmrLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return new ByteSize(limits.Pamt4KEntrySize * PagesPerRegion / PamtSizes.PageSize * PamtSizes.PageSize);
    }

    /// <summary>The pages for memory in use by guests with 4 KiB mappings; a region that is mapped as 2 MiB takes none.</summary>
    /// <param name="inUse">Memory in use, taken as whole 2 MiB regions; scattered use can touch more of them.</param>
    /// <param name="limits">For the 4K entry size.</param>
    /// <returns>Bytes.</returns>
    public static ByteSize PagePairs(ByteSize inUse, TdmrLimits limits)
    {
        ulong regions = (inUse.Bytes / RegionSize) + (inUse.Bytes % RegionSize == 0 ? 0UL : 1UL);
        return new ByteSize(checked(regions * PagesOfRegion(limits).Bytes));
    }

    /// <summary>The kernel's reference counts: 4 bytes for each 2 MiB up to the highest page (<c>init_pamt_metadata</c>).
    /// From version 3 of the series on the kernel backs only the parts where memory is, so that this is the most.</summary>
    /// <param name="highest">The end of memory.</param>
    /// <returns>Bytes.</returns>
    public static ByteSize ReferenceCounts(PhysAddr highest) => new((highest.Value + RegionSize - 1) / RegionSize * CounterSize);

    /// <summary>The whole cost as a function of the layout and of the share of memory that guests use.</summary>
    /// <param name="tdmrs">The sizes of all TDMRs.</param>
    /// <param name="memory">Usable memory.</param>
    /// <param name="highest">The end of memory.</param>
    /// <param name="shareInUse">0 to 1: the part of <paramref name="memory"/> that guests use with 4 KiB mappings.</param>
    /// <param name="limits">For the entry sizes.</param>
    /// <param name="bitmapBits">PAMT_PAGE_BITMAP_ENTRY_BITS.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not between 0 and 1.</exception>
    public static DynamicPamtCost Cost(
        IEnumerable<ByteSize> tdmrs, ByteSize memory, PhysAddr highest, double shareInUse, TdmrLimits limits, byte bitmapBits = UsualBitmapBits)
    {
        if (!(shareInUse is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(shareInUse), shareInUse, "The share of memory in use must be between 0 and 1.");
        }

        var inUse = new ByteSize((ulong)(memory.Bytes * shareInUse));
        return new DynamicPamtCost(StaticTables(tdmrs, limits, bitmapBits), ReferenceCounts(highest), PagePairs(inUse, limits));
    }
}
