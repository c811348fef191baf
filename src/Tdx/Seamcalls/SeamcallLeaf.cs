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

    /// <summary>TDH.SYS.LP.INIT.</summary>
    public const ulong SysLpInit = 35;

    /// <summary>TDH.SYS.RDALL.</summary>
    public const ulong SysRdAll = 37;

    /// <summary>Bits 15:0 of RAX, the leaf number; the version in bits 23:16 is none of it.</summary>
    internal const ulong NumberMask = 0xFFFF;

    private const ulong SeamldrBit = 1UL << 63;

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

    /// <summary>Finds a leaf by its name, with dots or underscores and in any case.</summary>
    /// <param name="name">For example <c>TDH.SYS.CONFIG</c> or <c>TDH_SYS_CONFIG</c>.</param>
    /// <param name="leaf">The leaf number.</param>
    /// <returns>Whether there is one of that name.</returns>
    public static bool TryFind(string name, out ulong leaf)
    {
        ArgumentNullException.ThrowIfNull(name);
        string dotted = name.Replace('_', '.');
        (ulong found, string? known) = SeamcallTables.Instance.Leaves.FirstOrDefault(entry => string.Equals(entry.Value, dotted, StringComparison.OrdinalIgnoreCase));
        leaf = found;
        return known is not null;
    }
}
