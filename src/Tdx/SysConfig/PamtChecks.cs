using TdxDash.Tdx.Memory;
using static TdxDash.Tdx.SysConfig.SysConfigStatus;

namespace TdxDash.Tdx.SysConfig;

/// <summary>The checks of one TDMR's PAMT: form and size, against other PAMTs, against memory in use.</summary>
internal static class PamtChecks
{
    /// <summary>4K, 2M and 1G.</summary>
    public const int Levels = 3;

    private const ulong PageSize = 4 * ByteSize.KiB;

    /// <summary>Bytes of a PAMT entry (TDX module source, <c>pamt_entry_t</c>).</summary>
    private const ulong EntrySize = 16;

    /// <summary>With Dynamic PAMT one bit stands for a 4 KiB page (TDX module source 1.5.20 and 2.0).</summary>
    private const ulong BitsPerByte = 8;

    private static readonly int[] PageShift = [12, 21, 30];

    public static ulong Check(SysConfigPlatform platform, IReadOnlyList<TdmrInfo> tdmrs, int index, bool dynamicPamt)
    {
        ulong status = CheckForm(platform, tdmrs[index], index, dynamicPamt);
        if (status == Success)
        {
            status = CheckAgainstPamts(tdmrs, index);
        }

        return status == Success ? CheckAgainstMemory(tdmrs, index) : status;
    }

    private static ulong CheckForm(SysConfigPlatform platform, TdmrInfo info, int index, bool dynamicPamt)
    {
        for (int level = Levels - 1; level >= 0; level--)
        {
            RawRange pamt = info.Pamt(level);
            ulong pages = info.Tdmr.Size >> PageShift[level];
            ulong needed = level == 0 && dynamicPamt ? pages / BitsPerByte : pages * EntrySize;
            if (!pamt.IsValid || pamt.Size == 0 || pamt.Base % PageSize != 0 || pamt.Size % PageSize != 0 || !TdmrChecks.IsPlain(platform, pamt) || pamt.Size < needed)
            {
                return ForPart(InvalidPamt, index, level);
            }
        }

        return Success;
    }

    private static ulong CheckAgainstPamts(IReadOnlyList<TdmrInfo> tdmrs, int index)
    {
        TdmrInfo info = tdmrs[index];
        for (int other = 0; other < index; other++)
        {
            for (int level = 0; level < Levels; level++)
            {
                RawRange pamt = info.Pamt(level);
                TdmrInfo earlier = tdmrs[other];
                if (pamt.Overlaps(earlier.Pamt4K) || pamt.Overlaps(earlier.Pamt2M) || pamt.Overlaps(earlier.Pamt1G))
                {
                    return ForPair(PamtOverlap, index, level, other);
                }
            }
        }

        if (info.Pamt4K.Overlaps(info.Pamt2M) || info.Pamt4K.Overlaps(info.Pamt1G))
        {
            return ForPair(PamtOverlap, index, level: 0, index);
        }

        return info.Pamt2M.Overlaps(info.Pamt1G) ? ForPair(PamtOverlap, index, level: 1, index) : Success;
    }

    private static ulong CheckAgainstMemory(IReadOnlyList<TdmrInfo> tdmrs, int index)
    {
        for (int other = 0; other <= index; other++)
        {
            int level = FirstLevelIn(tdmrs[other], tdmrs[index]);
            if (level < Levels)
            {
                return ForPair(PamtOverlap, index, level, other);
            }

            level = other < index ? FirstLevelIn(tdmrs[index], tdmrs[other]) : Levels;
            if (level < Levels)
            {
                return ForPair(PamtOverlap, other, level, index);
            }
        }

        return Success;
    }

    /// <summary>The first PAMT level of one TDMR that covers memory of another that is not reserved; <see cref="Levels"/> when none does.</summary>
    private static int FirstLevelIn(TdmrInfo memory, TdmrInfo pamtOwner)
    {
        int level = 0;
        while (level < Levels && !UsesMemoryOf(memory, pamtOwner.Pamt(level)))
        {
            level++;
        }

        return level;
    }

    /// <summary>Whether a PAMT covers memory of a TDMR that is not reserved.</summary>
    private static bool UsesMemoryOf(TdmrInfo info, RawRange pamt)
    {
        foreach (RawRange piece in AvailableMemory.Of(info))
        {
            if (piece.Overlaps(pamt))
            {
                return true;
            }
        }

        return false;
    }
}
