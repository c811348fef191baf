using TdxDash.Tdx.Memory;
using static TdxDash.Tdx.SysConfig.SysConfigStatus;

namespace TdxDash.Tdx.SysConfig;

/// <summary>The checks of one TDMR by itself and against the one before it: range, order, reserved areas.</summary>
internal static class TdmrChecks
{
    private const ulong PageSize = 4 * ByteSize.KiB;

    public static ulong Check(SysConfigPlatform platform, IReadOnlyList<TdmrInfo> tdmrs, int index)
    {
        RawRange range = tdmrs[index].Tdmr;
        if (!range.IsValid)
        {
            return ForTdmr(InvalidTdmr, index);
        }

        // The one before was found valid, so that its end lies above its base: one comparison covers order and overlap.
        if (index > 0 && range.Base < tdmrs[index - 1].Tdmr.End)
        {
            return ForTdmr(NonOrderedTdmr, index);
        }

        if (range.Base % ByteSize.GiB != 0 || range.Size % ByteSize.GiB != 0 || range.Size == 0 || !IsPlain(platform, range))
        {
            return ForTdmr(InvalidTdmr, index);
        }

        return CheckReserved(tdmrs[index], index);
    }

    /// <summary>Whether a range lies inside the physical address space and carries no HKID bits.</summary>
    public static bool IsPlain(SysConfigPlatform platform, RawRange range)
    {
        ulong last = range.End - 1;
        return last < PhysAddr.MaxValue && ((range.Base | last) & platform.HkidMask) == 0;
    }

    private static ulong CheckReserved(TdmrInfo info, int index)
    {
        int count = Math.Min(info.Reserved.Count, TdmrInfo.MaxReservedAreas);
        for (int j = 0; j < count; j++)
        {
            RawRange area = info.Reserved[j];
            if (area.Size == 0)
            {
                // The module names the null area, not the one that wrongly follows it.
                if (j + 1 < count && info.Reserved[j + 1].Size != 0)
                {
                    return ForPart(NonOrderedReservedInTdmr, index, j);
                }

                continue;
            }

            if (!area.IsValid)
            {
                return ForPart(InvalidReservedInTdmr, index, j);
            }

            if (j > 0 && area.Base < info.Reserved[j - 1].End)
            {
                return ForPart(NonOrderedReservedInTdmr, index, j);
            }

            if (area.Base % PageSize != 0 || area.Size % PageSize != 0 || area.End > info.Tdmr.Size)
            {
                return ForPart(InvalidReservedInTdmr, index, j);
            }
        }

        return Success;
    }
}
