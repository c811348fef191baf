using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Layout;

/// <summary>Sizes of the parts of a PAMT (<c>tdmr_get_pamt_sz</c>, and <c>tdmr_get_pamt_bitmap_sz</c> of the Dynamic PAMT
/// series). Every part is rounded up to 4 KiB.</summary>
public static class PamtSizes
{
    internal const int Shift4K = 12;
    internal const int Shift2M = 21;
    internal const int Shift1G = 30;
    internal const ulong PageSize = 1UL << Shift4K;

    /// <summary>The 4 KiB level of a TDMR.</summary>
    /// <returns>Bytes.</returns>
    public static ByteSize Of4K(ByteSize tdmr, TdmrLimits limits) => new(Part(tdmr.Bytes, Shift4K, Checked(limits).Pamt4KEntrySize));

    /// <summary>The 2 MiB level of a TDMR.</summary>
    /// <returns>Bytes.</returns>
    public static ByteSize Of2M(ByteSize tdmr, TdmrLimits limits) => new(Part(tdmr.Bytes, Shift2M, Checked(limits).Pamt2MEntrySize));

    /// <summary>The 1 GiB level of a TDMR.</summary>
    /// <returns>Bytes.</returns>
    public static ByteSize Of1G(ByteSize tdmr, TdmrLimits limits) => new(Part(tdmr.Bytes, Shift1G, Checked(limits).Pamt1GEntrySize));

    // Wraps as the kernel's unsigned long does; no size below 2^52 can reach that with 16-bit entry sizes.
    internal static ulong Part(ulong tdmrSize, int pageShift, ulong entrySize) => unchecked(AlignPage((tdmrSize >> pageShift) * entrySize));

    internal static ulong Bitmap(ulong tdmrSize, int bitsPerPage) =>
        unchecked(AlignPage((((tdmrSize >> Shift4K) * (ulong)bitsPerPage) + 7) / 8));

    internal static ulong AlignPage(ulong bytes) => unchecked((bytes + PageSize - 1) & ~(PageSize - 1));

    private static TdmrLimits Checked(TdmrLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return limits;
    }
}
