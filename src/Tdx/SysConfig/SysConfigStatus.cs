namespace TdxDash.Tdx.SysConfig;

/// <summary>The completion statuses of TDH.SYS.CONFIG (TDX module source, <c>api_error_code_e</c>) and their low halves.</summary>
public static class SysConfigStatus
{
    /// <summary>The configuration was accepted.</summary>
    public const ulong Success = 0;

    /// <summary>An operand is not valid; byte 0 names it.</summary>
    public const ulong OperandInvalid = 0xC000_0100_0000_0000;

    /// <summary>Another call holds the global lock.</summary>
    public const ulong SysBusy = 0x8000_0202_0000_0000;

    /// <summary>The module does not await TDH.SYS.CONFIG now.</summary>
    public const ulong SysConfigNotPending = 0xC000_050C_0000_0000;

    /// <summary>A TDMR is misaligned, empty, wraps or lies beyond the physical address space.</summary>
    public const ulong InvalidTdmr = 0xC000_0A00_0000_0000;

    /// <summary>A TDMR lies below or over the one before it.</summary>
    public const ulong NonOrderedTdmr = 0xC000_0A01_0000_0000;

    /// <summary>Memory of a TDMR that is not reserved lies outside every CMR.</summary>
    public const ulong TdmrOutsideCmrs = 0xC000_0A02_0000_0000;

    /// <summary>A PAMT is misaligned, too small, wraps or lies beyond the physical address space.</summary>
    public const ulong InvalidPamt = 0xC000_0A10_0000_0000;

    /// <summary>A PAMT lies outside every CMR.</summary>
    public const ulong PamtOutsideCmrs = 0xC000_0A11_0000_0000;

    /// <summary>A PAMT overlaps another one, or memory of a TDMR that is not reserved.</summary>
    public const ulong PamtOverlap = 0xC000_0A12_0000_0000;

    /// <summary>A reserved area is misaligned, wraps or leaves its TDMR.</summary>
    public const ulong InvalidReservedInTdmr = 0xC000_0A20_0000_0000;

    /// <summary>A reserved area lies below or over the one before it, or follows a null area.</summary>
    public const ulong NonOrderedReservedInTdmr = 0xC000_0A21_0000_0000;

    /// <summary>Operand ids of the low half (TDX module source, <c>operand_id</c>).</summary>
    internal const ulong Rcx = 1;
    internal const ulong Rdx = 2;
    internal const ulong R8 = 8;

    internal static ulong ForTdmr(ulong status, int tdmr) => status | (uint)tdmr;

    internal static ulong ForPart(ulong status, int tdmr, int part) => status | (uint)tdmr | ((ulong)part << 8);

    internal static ulong ForPair(ulong status, int tdmr, int level, int other) => ForPart(status, tdmr, level) | ((ulong)other << 16);
}
