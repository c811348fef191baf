namespace TdxDash.Tdx.Layout;

// The engine's own types: plain 64-bit words, so that any input whatever can be laid out with the kernel's own wrapping
// arithmetic. The public types refuse what no machine has.

/// <summary>One range as memblock holds it: bytes, end exclusive, in any alignment.</summary>
internal readonly record struct RawRange(ulong Start, ulong End, int Node);

/// <summary>One entry of the TDX memory list, in page frames.</summary>
/// <param name="Start">First page frame.</param>
/// <param name="End">The frame behind the last one.</param>
/// <param name="Node">NUMA node id.</param>
/// <param name="Source">Index of the range that it comes from.</param>
internal readonly record struct TdxMemoryBlock(ulong Start, ulong End, int Node, int Source);

/// <summary>One TDMR, in bytes.</summary>
internal struct RawTdmr
{
    public ulong Base;
    public ulong Size;
    public ulong PamtStart;
    public ulong Size4K;
    public ulong Size2M;
    public ulong Size1G;
    public int Node;
    public int FirstReserved;
    public int ReservedCount;

    public readonly ulong End => unchecked(Base + Size);

    public readonly ulong PamtSize => unchecked(Size4K + Size2M + Size1G);
}

/// <summary>One reserved area, in bytes with absolute addresses.</summary>
/// <param name="Start">First byte.</param>
/// <param name="End">The byte behind the last one.</param>
/// <param name="PamtOf">The TDMR whose PAMT lies here; -1 for a hole.</param>
/// <param name="Before">The region below a hole; -1 for none.</param>
/// <param name="After">The region above a hole; -1 for none.</param>
internal readonly record struct RawReserved(ulong Start, ulong End, int PamtOf, int Before, int After)
{
    public const int None = -1;
}

/// <summary>The module's limits and the kernel's ways, flattened for the engine.</summary>
internal readonly struct LayoutRules(TdmrLimits limits, int pamt4KBitmapBits = 0)
{
    public readonly int MaxTdmrs = limits.MaxTdmrs;
    public readonly int MaxReserved = limits.MaxReservedPerTdmr;

    // With Dynamic PAMT the static 4K part is a bitmap instead of entries.
    public ulong Size4K(ulong tdmrSize) => pamt4KBitmapBits == 0
        ? PamtSizes.Part(tdmrSize, PamtSizes.Shift4K, limits.Pamt4KEntrySize)
        : PamtSizes.Bitmap(tdmrSize, pamt4KBitmapBits);

    public ulong Size2M(ulong tdmrSize) => PamtSizes.Part(tdmrSize, PamtSizes.Shift2M, limits.Pamt2MEntrySize);

    public ulong Size1G(ulong tdmrSize) => PamtSizes.Part(tdmrSize, PamtSizes.Shift1G, limits.Pamt1GEntrySize);
}
