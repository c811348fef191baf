using System.Buffers.Binary;
using System.Globalization;

namespace TdxDash.Tdx.Platform;

/// <summary>What KVM offers to a trust domain: the answer to <c>KVM_TDX_CAPABILITIES</c> (Linux
/// <c>struct kvm_tdx_capabilities</c>, Documentation/virt/kvm/x86/intel-tdx.rst).</summary>
public sealed record KvmTdxCapabilities
{
    /// <summary>The most CPUID entries that are accepted; a TDX module configures at most 128 today.</summary>
    public const int MaxCpuid = 1_024;

    /// <summary>Where <c>cpuid.nent</c> stands in <c>struct kvm_tdx_capabilities</c>.</summary>
    public const int CountOffset = 2_048;

    private const int EntriesOffset = CountOffset + 8, EntryBytes = 40;

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

    /// <summary>The bytes of the kernel's structure with so many CPUID entries.</summary>
    public static int SizeWith(int entries) => EntriesOffset + (EntryBytes * entries);

    /// <summary>Reads the kernel's structure, little endian.</summary>
    /// <exception cref="FormatException">It is cut off, or has more entries than <see cref="MaxCpuid"/> or than bytes for them.</exception>
    public static KvmTdxCapabilities Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EntriesOffset)
        {
            throw new FormatException($"The answer to KVM_TDX_CAPABILITIES has {bytes.Length} bytes; it has at least {EntriesOffset}.");
        }

        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[CountOffset..]);
        if (count > MaxCpuid || bytes.Length < SizeWith((int)count))
        {
            throw new FormatException($"The answer to KVM_TDX_CAPABILITIES says {count} CPUID entries in {bytes.Length} bytes; at most {MaxCpuid} are accepted.");
        }

        var entries = new CpuidEntry[count];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = Entry(bytes.Slice(SizeWith(i), EntryBytes));
        }

        return new KvmTdxCapabilities
        {
            SupportedAttributes = Word(bytes, 0),
            SupportedXfam = Word(bytes, 1),
            KernelTdvmcallInfo1R11 = Word(bytes, 2),
            UserTdvmcallInfo1R11 = Word(bytes, 3),
            KernelTdvmcallInfo1R12 = Word(bytes, 4),
            UserTdvmcallInfo1R12 = Word(bytes, 5),
            Cpuid = entries,
        };
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int index) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[(index * 8)..]);

    private static CpuidEntry Entry(ReadOnlySpan<byte> bytes)
    {
        Span<uint> words = stackalloc uint[7];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(i * 4)..]);
        }

        return new CpuidEntry(words[0], words[1], words[2], words[3], words[4], words[5], words[6]);
    }
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
