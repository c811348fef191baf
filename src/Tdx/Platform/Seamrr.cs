using System.Globalization;
using System.Numerics;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Platform;

/// <summary>The memory that the processor keeps for the TDX module and P-SEAMLDR: IA32_SEAMRR_PHYS_BASE and IA32_SEAMRR_PHYS_MASK, MSRs
/// 0x1400 and 0x1401.</summary>
/// <param name="IsConfigured">Whether the BIOS set the range up, bit 3 of the base.</param>
/// <param name="IsLocked">Whether both registers are locked until the next reset, bit 10 of the mask.</param>
/// <param name="IsEnabled">Whether SEAM can be entered, bit 11 of the mask.</param>
/// <param name="Base">The first byte, a multiple of 32 MiB.</param>
/// <param name="Size">The size in bytes; null where the mask describes no contiguous range.</param>
public sealed record Seamrr(bool IsConfigured, bool IsLocked, bool IsEnabled, PhysAddr Base, ByteSize? Size)
{
    /// <summary>The MSR of the base.</summary>
    public const uint BaseMsr = 0x1400;

    /// <summary>The MSR of the mask.</summary>
    public const uint MaskMsr = 0x1401;

    private const int ConfiguredBit = 3, LockedBit = 10, EnabledBit = 11, FirstAddressBit = 25;
    private const ulong AddressBits = (PhysAddr.MaxValue - 1) & ~((1UL << FirstAddressBit) - 1);

    /// <summary>Decodes the two registers; bits without a meaning are passed over.</summary>
    public static Seamrr Decode(ulong baseValue, ulong maskValue) => new(
        ((baseValue >> ConfiguredBit) & 1) != 0,
        ((maskValue >> LockedBit) & 1) != 0,
        ((maskValue >> EnabledBit) & 1) != 0,
        new PhysAddr(baseValue & AddressBits),
        SizeOf(maskValue & AddressBits));

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        string state = $"{(IsEnabled ? "enabled" : "not enabled")}, {(IsLocked ? "locked" : "not locked")}";
        return IsConfigured
            ? string.Create(CultureInfo.InvariantCulture, $"{(Size is { } size ? $"{size}" : "a mask that is no range")} at {Base}, {state}")
            : $"not configured, {state}";
    }

    // As with an MTRR: an address lies inside when it equals the base in all bits of the mask. The ones of the mask reach up to the
    // processor's highest address bit, so its lowest one is the size.
    private static ByteSize? SizeOf(ulong mask)
    {
        ulong size = mask & (~mask + 1);
        return size != 0 && BitOperations.IsPow2((mask / size) + 1) ? new ByteSize(size) : null;
    }
}
