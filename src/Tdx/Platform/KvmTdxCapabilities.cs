using System.Globalization;

namespace TdxDash.Tdx.Platform;

/// <summary>What KVM offers to a trust domain: the answer to <c>KVM_TDX_CAPABILITIES</c> (Linux
/// <c>struct kvm_tdx_capabilities</c>, Documentation/virt/kvm/x86/intel-tdx.rst).</summary>
public sealed record KvmTdxCapabilities
{
    /// <summary>The most CPUID entries that are accepted; a TDX module configures at most 128 today.</summary>
    public const int MaxCpuid = 1_024;

    /// <summary>The TD attributes that may be set.</summary>
    public required ulong SupportedAttributes { get; init; }

    /// <summary>The extended state components (XFAM) that may be set.</summary>
    public required ulong SupportedXfam { get; init; }

    /// <summary>R11 of TDG.VP.VMCALL&lt;GetTdVmCallInfo&gt;, leaf 1: the sub-functions that the kernel handles. 0 before Linux 6.16.</summary>
    public required ulong KernelTdvmcallInfo1R11 { get; init; }

    /// <summary>R11 of the same: the sub-functions that user space may handle.</summary>
    public required ulong UserTdvmcallInfo1R11 { get; init; }

    /// <summary>R12 of the same, of the kernel.</summary>
    public required ulong KernelTdvmcallInfo1R12 { get; init; }

    /// <summary>R12 of the same, of user space.</summary>
    public required ulong UserTdvmcallInfo1R12 { get; init; }

    /// <summary>The CPUID bits that user space may configure, in the kernel's order.</summary>
    public required IReadOnlyList<CpuidEntry> Cpuid { get; init; }
}

/// <summary>One CPUID leaf with the bits that may be configured (Linux <c>struct kvm_cpuid_entry2</c>).</summary>
/// <param name="Function">EAX on input.</param>
/// <param name="Index">ECX on input; meaningful where <paramref name="Flags"/> has bit 0.</param>
/// <param name="Flags">Bit 0: the index counts.</param>
/// <param name="Eax">EAX.</param>
/// <param name="Ebx">EBX.</param>
/// <param name="Ecx">ECX.</param>
/// <param name="Edx">EDX.</param>
public sealed record CpuidEntry(uint Function, uint Index, uint Flags, uint Eax, uint Ebx, uint Ecx, uint Edx)
{
    private const uint IndexCounts = 1;

    /// <summary>The leaf as it is written in specifications: <c>0x7.1</c>; without a sub-leaf <c>0x80000008</c>.</summary>
    public string Leaf => (Flags & IndexCounts) != 0
        ? string.Create(CultureInfo.InvariantCulture, $"0x{Function:x}.{Index:x}")
        : string.Create(CultureInfo.InvariantCulture, $"0x{Function:x}");
}
