using static TdxDash.Tdx.SysConfig.SysConfigStatus;

namespace TdxDash.Tdx.SysConfig;

/// <summary>The checks of one TDMR's PAMT and memory against the CMRs.</summary>
internal static class CmrChecks
{
    /// <summary>The used CMRs, with touching ones joined: memory may span them.</summary>
    public static RawRange[] Merge(IReadOnlyList<RawRange> cmrs)
    {
        var merged = new List<RawRange>(cmrs.Count);
        foreach (RawRange cmr in cmrs)
        {
            if (cmr.Size == 0)
            {
                continue;
            }

            if (merged.Count > 0 && merged[^1].End == cmr.Base)
            {
                merged[^1] = new RawRange(merged[^1].Base, merged[^1].Size + cmr.Size);
            }
            else
            {
                merged.Add(cmr);
            }
        }

        return [.. merged];
    }

    public static ulong Check(RawRange[] cmrs, TdmrInfo info, int index)
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

    private static bool IsInside(RawRange[] cmrs, RawRange range)
    {
        foreach (RawRange cmr in cmrs)
        {
            if (range.IsInside(cmr))
            {
                return true;
            }
        }

        return false;
    }
}
