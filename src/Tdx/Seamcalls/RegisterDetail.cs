using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Seamcalls;

/// <summary>What the registers that the kernel prints beside a failed SEAMCALL add to its status.</summary>
internal static class RegisterDetail
{
    private const ulong IncorrectCpuid = 0xC000_0900_0000_0000;
    private const ulong InconsistentCpuid = 0xC000_0902_0000_0000;
    private static readonly string[] CpuidRegisters = ["EAX", "EBX", "ECX", "EDX"];

    /// <summary>Takes the registers of a leaf apart.</summary>
    /// <param name="status">The status without its low half.</param>
    /// <param name="leaf">RAX as passed.</param>
    /// <param name="registers">By upper-case name.</param>
    /// <returns>Empty where they add nothing.</returns>
    public static string Of(ulong status, ulong leaf, IReadOnlyDictionary<string, ulong> registers) => (status, leaf & SeamcallLeaf.NumberMask) switch
    {
        (IncorrectCpuid, SeamcallLeaf.SysInit or SeamcallLeaf.SysLpInit) or (InconsistentCpuid, SeamcallLeaf.SysLpInit) => Cpuid(status, registers),
        _ => "",
    };

    // TDH.SYS.INIT: RCX is leaf and sub-leaf, RDX and R8 mask the four registers, R9 and R10 hold what they must be.
    private static string Cpuid(ulong status, IReadOnlyDictionary<string, ulong> registers)
    {
        if (!registers.TryGetValue("RCX", out ulong leaf))
        {
            return "";
        }

        var words = new List<string> { $"CPUID leaf {Hex.Plain(leaf & uint.MaxValue)}" };
        if (leaf >> 32 is not (0 or uint.MaxValue))
        {
            words.Add($"sub-leaf {Hex.Plain(leaf >> 32)}");
        }

        ulong[] masks = Words(registers, "RDX", "R8"), wanted = status == IncorrectCpuid ? Words(registers, "R9", "R10") : [];
        for (int i = 0; i < masks.Length; i++)
        {
            if (masks[i] != 0)
            {
                words.Add($"{CpuidRegisters[i]} bits {Hex.Plain(masks[i])}{(wanted.Length == 0 ? "" : $" must be {Hex.Plain(wanted[i])}")}");
            }
        }

        return string.Join(", ", words);
    }

    private static ulong[] Words(IReadOnlyDictionary<string, ulong> registers, string low, string high) =>
        registers.TryGetValue(low, out ulong first) && registers.TryGetValue(high, out ulong second)
            ? [first & uint.MaxValue, first >> 32, second & uint.MaxValue, second >> 32]
            : [];
}
