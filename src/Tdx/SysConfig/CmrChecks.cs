using static TdxDash.Tdx.SysConfig.SysConfigStatus;

namespace TdxDash.Tdx.SysConfig;

/// <summary>The checks of one TDMR's PAMT and memory against the CMRs.</summary>
internal static class CmrChecks
{
    public static ulong Check(IReadOnlyList<RawRange> cmrs, TdmrInfo info, int index)
    {
        for (int level = PamtChecks.Levels - 1; level >= 0; level--)
        {
            if (!IsInside(cmrs, info.Pamt(level)))
            {
                return ForPart(PamtOutsideCmrs, index, level);
            }
        }

        foreach (RawRange piece in AvailableMemory.Of(info))
        {
            if (!IsInside(cmrs, piece))
            {
                return ForTdmr(TdmrOutsideCmrs, index);
            }
        }

        return Success;
    }

    // Memory may span CMRs that touch (is_area_in_cmr). Used CMRs are compared only with the used one before them in the list.
    private static bool IsInside(IReadOnlyList<RawRange> cmrs, RawRange range)
    {
        ulong start = 0;
        ulong end = 0;
        for (int i = 0; i < cmrs.Count; i++)
        {
            RawRange cmr = cmrs[i];
            if (cmr.Size == 0)
            {
                continue;
            }

            start = cmr.Base == end ? start : cmr.Base;
            end = cmr.End;
            if (range.Base >= start && range.End <= end)
            {
                return true;
            }
        }

        return false;
    }
}
