namespace TdxDash.Tdx.SysConfig;

/// <summary>A base and a size as the module receives them: raw, with nothing checked yet. In a reserved area the base is
/// the offset from the TDMR base.</summary>
/// <param name="Base">Bytes.</param>
/// <param name="Size">Bytes.</param>
public readonly record struct RawRange(ulong Base, ulong Size)
{
    /// <summary>Base plus size, wrapping as in the module's own arithmetic.</summary>
    public ulong End => unchecked(Base + Size);

    /// <summary>Whether base plus size fits 64 bits; an empty range does (TDX module source, <c>is_valid_integer_range</c>).</summary>
    public bool IsValid => Base <= ulong.MaxValue - Size;

    /// <summary>Whether two valid ranges share a byte.</summary>
    public bool Overlaps(RawRange other) => Base < other.End && other.Base < End;
}

/// <summary>One TDMR_INFO entry as it is handed to TDH.SYS.CONFIG (Intel TDX module ABI specification, TDMR_INFO).</summary>
/// <param name="Address">The physical address of the entry itself.</param>
/// <param name="Tdmr">TDMR_BASE and TDMR_SIZE.</param>
/// <param name="Pamt4K">PAMT_4K_BASE and PAMT_4K_SIZE.</param>
/// <param name="Pamt2M">PAMT_2M_BASE and PAMT_2M_SIZE.</param>
/// <param name="Pamt1G">PAMT_1G_BASE and PAMT_1G_SIZE.</param>
/// <param name="Reserved">Reserved areas; entries behind the last one are null areas. At most <see cref="MaxReservedAreas"/> are looked at.</param>
public sealed record TdmrInfo(ulong Address, RawRange Tdmr, RawRange Pamt4K, RawRange Pamt2M, RawRange Pamt1G, IReadOnlyList<RawRange> Reserved)
{
    /// <summary>MAX_RESERVED_PER_TDMR of every module seen so far; the size of the array in the structure.</summary>
    public const int MaxReservedAreas = 16;

    /// <summary>The PAMT of a level: 0 is 4K, 1 is 2M, 2 is 1G.</summary>
    public RawRange Pamt(int level) => level switch
    {
        0 => Pamt4K,
        1 => Pamt2M,
        _ => Pamt1G,
    };
}
