using TdxDash.Tdx.Memory;
using static TdxDash.Tdx.SysConfig.SysConfigStatus;

namespace TdxDash.Tdx.SysConfig;

/// <summary>A model of TDH.SYS.CONFIG (TDX module 1.5 source, <c>tdh_sys_config.c</c>): the same checks in the same order
/// with the same statuses, so that a layout's fate is known before the module sees it.</summary>
public static class SysConfigModel
{
    /// <summary>The most TDMRs of one call.</summary>
    public const int MaxTdmrs = 64;

    /// <summary>Alignment of the address array and of each TDMR_INFO, and the size that is checked of each, in bytes.</summary>
    public const ulong InfoAlignment = 512;

    private const ulong HkidOperandMask = 0xFFFF;

    /// <summary>Judges one call.</summary>
    public static SysConfigAnswer Call(SysConfigPlatform platform, SysConfigOperands operands)
    {
        if (platform.GlobalLockHeld)
        {
            return Refused(SysBusy);
        }

        if (platform.State != SysState.SysInitDone || platform.InitializedLogicalProcessors < platform.LogicalProcessors)
        {
            return Refused(SysConfigNotPending);
        }

        if (!IsSharedAligned(platform, operands.Rcx))
        {
            return Refused(OperandInvalid | Rcx);
        }

        if (operands.Rdx is 0 or > MaxTdmrs)
        {
            return Refused(OperandInvalid | Rdx);
        }

        if (operands.R8 > HkidOperandMask || !platform.IsPrivate(operands.R8))
        {
            return Refused(OperandInvalid | R8);
        }

        ulong status = CheckTdmrs(platform, operands);
        return new SysConfigAnswer(status, status == Success ? SysState.SysConfigDone : platform.State, operands.R8);

        SysConfigAnswer Refused(ulong refusal) => new(refusal, platform.State, 0);
    }

    private static ulong CheckTdmrs(SysConfigPlatform platform, SysConfigOperands operands)
    {
        if ((ulong)operands.Tdmrs.Count < operands.Rdx)
        {
            throw new ArgumentException($"RDX says {operands.Rdx} TDMRs, but only {operands.Tdmrs.Count} are given.", nameof(operands));
        }

        RawRange[] cmrs = CmrChecks.Merge(platform.Cmrs);
        for (int i = 0; i < (int)operands.Rdx; i++)
        {
            if (!IsSharedAligned(platform, operands.Tdmrs[i].Address))
            {
                return OperandInvalid | Rcx;
            }

            ulong status = TdmrChecks.Check(platform, operands.Tdmrs, i);
            if (status == Success)
            {
                status = PamtChecks.Check(platform, operands.Tdmrs, i);
            }

            if (status == Success)
            {
                status = CmrChecks.Check(cmrs, operands.Tdmrs[i], i);
            }

            if (status != Success)
            {
                return status;
            }
        }

        return Success;
    }

    /// <summary>Whether an address could be data that the host shares with the module: aligned, inside the physical address
    /// space, with the HKID of shared memory, outside the SEAM range.</summary>
    private static bool IsSharedAligned(SysConfigPlatform platform, ulong address)
    {
        ulong hkid = (address & platform.HkidMask) >> platform.HkidStartBit;
        var data = new RawRange(address & ~platform.HkidMask, InfoAlignment);
        return address % InfoAlignment == 0 && address < PhysAddr.MaxValue && hkid < platform.PrivateHkidMin && !data.Overlaps(platform.Seamrr);
    }
}
