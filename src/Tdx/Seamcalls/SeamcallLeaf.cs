using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Seamcalls;

/// <summary>SEAMCALL leaves by name (Intel TDX module ABI specification; Linux <c>arch/x86/virt/vmx/tdx/tdx.h</c>).</summary>
public static class SeamcallLeaf
{
    /// <summary>TDH.SYS.INIT.</summary>
    public const ulong SysInit = 33;

    /// <summary>TDH.SYS.RD.</summary>
    public const ulong SysRd = 34;

    /// <summary>TDH.SYS.RDALL.</summary>
    public const ulong SysRdAll = 37;

    private const ulong SeamldrBit = 1UL << 63;
    private const ulong NumberMask = 0xFFFF;

    /// <summary>The name of a leaf.</summary>
    /// <param name="rax">RAX as passed; the version in bits 23:16 is passed over, bit 63 addresses the P-SEAMLDR.</param>
    /// <returns>The specification's name, for example <c>TDH.SYS.RD</c>; <c>leaf N</c> for an unknown one.</returns>
    public static string NameOf(ulong rax) => rax switch
    {
        SeamldrBit => "SEAMLDR.INFO",
        SeamldrBit + 1 => "SEAMLDR.INSTALL",
        _ when (rax & SeamldrBit) != 0 => $"P-SEAMLDR leaf {Hex.Plain(rax)}",
        _ => SeamcallTables.Instance.Leaves.GetValueOrDefault(rax & NumberMask) ?? string.Create(CultureInfo.InvariantCulture, $"leaf {rax & NumberMask}"),
    };
}
