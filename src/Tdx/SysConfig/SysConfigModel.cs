using TdxDash.Tdx.Memory;
using static TdxDash.Tdx.SysConfig.SysConfigStatus;

namespace TdxDash.Tdx.SysConfig;

/// <summary>A model of TDH.SYS.CONFIG (TDX module source 1.5.01 to 1.5.25 and 2.0, <c>tdh_sys_config.c</c>): the same checks in the
/// same order with the same statuses, so that a layout's fate is known before the module sees it.</summary>
public static class SysConfigModel
{
    /// <summary>The most TDMRs of one call.</summary>
    public const int MaxTdmrs = 64;

    /// <summary>Alignment of the address array and of each TDMR_INFO, and the size that is checked of each, in bytes.</summary>
    public const ulong InfoAlignment = 512;

    /// <summary>R8 bit 16: asks for Dynamic PAMT, of modules that offer it (<c>sys_config_options_t</c>). The 4K level of every PAMT is
    /// then a bitmap.</summary>
    public const ulong DynamicPamtOption = 1UL << 16;

    /// <summary>The highest first HKID bit with which Dynamic PAMT can be had, as its tree covers addresses of 48 bits
    /// (<c>MAX_DYNAMIC_PAMT_HKID_START_BIT</c>; MIN_DYNAMIC_PAMT_NUM_HKID_BITS is what that leaves of the physical address bits).</summary>
    public const int MaxDynamicPamtHkidStartBit = 48;

    private const ulong HkidOperandMask = 0xFFFF;

    private static readonly TdmrInfo Unwritten = new(0, default, default, default, default, []);

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

        ulong hkid = operands.R8 & HkidOperandMask;
        ulong options = operands.R8 & ~HkidOperandMask;
        if ((options & ~(platform.OffersDynamicPamt ? DynamicPamtOption : 0)) != 0 || !platform.IsPrivate(hkid))
        {
            return Refused(OperandInvalid | R8);
        }

        // The module keeps the HKID before it looks whether Dynamic PAMT can be had.
        bool dynamicPamt = options == DynamicPamtOption;
        ulong status = dynamicPamt && platform.HkidStartBit > MaxDynamicPamtHkidStartBit ? OperandInvalid | R8 : CheckTdmrs(platform, operands, dynamicPamt);
        return new SysConfigAnswer(status, status == Success ? SysState.SysConfigDone : platform.State, hkid);

        SysConfigAnswer Refused(ulong refusal) => new(refusal, platform.State, 0);
    }

    private static ulong CheckTdmrs(SysConfigPlatform platform, SysConfigOperands operands, bool dynamicPamt)
    {
        int count = (int)operands.Rdx;
        IReadOnlyList<TdmrInfo> tdmrs = operands.Tdmrs.Count >= count
            ? operands.Tdmrs
            : [.. operands.Tdmrs, .. Enumerable.Repeat(Unwritten, count - operands.Tdmrs.Count)];
        for (int i = 0; i < count; i++)
        {
            if (!IsSharedAligned(platform, tdmrs[i].Address))
            {
                return OperandInvalid | Rcx;
            }

            ulong status = TdmrChecks.Check(platform, tdmrs, i);
            if (status == Success)
            {
                status = PamtChecks.Check(platform, tdmrs, i, dynamicPamt);
            }

            if (status == Success)
            {
                status = CmrChecks.Check(platform.Cmrs, tdmrs[i], i);
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
