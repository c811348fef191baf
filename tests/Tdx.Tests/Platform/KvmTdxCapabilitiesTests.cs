using System.Buffers.Binary;
using CsCheck;
using TdxDash.Tdx.Platform;

namespace TdxDash.Tdx.Tests.Platform;

public sealed class KvmTdxCapabilitiesTests
{
    [Fact]
    public void Parse_OfAnAnswer_ReadsEveryFieldAtItsOffset()
    {
        // Offsets as in Linux's struct kvm_tdx_capabilities and struct kvm_cpuid_entry2, written out by hand.
        byte[] bytes = new byte[2_056 + 80];
        for (int i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 8), 0x1111_0000_0000_0000UL + (ulong)i);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2_048), 2);
        uint[] second = [0x7, 1, 1, 0x1C30, 2, 3, 0x8000_0004];
        for (int i = 0; i < second.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(2_096 + (i * 4)), second[i]);
        }

        var kvm = KvmTdxCapabilities.Parse(bytes);

        Assert.Equal(
            [0x1111_0000_0000_0000, 0x1111_0000_0000_0001, 0x1111_0000_0000_0002, 0x1111_0000_0000_0003, 0x1111_0000_0000_0004, 0x1111_0000_0000_0005],
            new[] { kvm.SupportedAttributes, kvm.SupportedXfam, kvm.KernelTdvmcallInfo1R11, kvm.UserTdvmcallInfo1R11, kvm.KernelTdvmcallInfo1R12, kvm.UserTdvmcallInfo1R12 });
        Assert.Equal([new CpuidEntry(0, 0, 0, 0, 0, 0, 0), new CpuidEntry(0x7, 1, 1, 0x1C30, 2, 3, 0x8000_0004)], kvm.Cpuid);
    }

    [Fact]
    public void Parse_CutOffAnywhere_IsRefused()
    {
        byte[] bytes = Answer(3);
        Assert.Equal(3, KvmTdxCapabilities.Parse(bytes).Cpuid.Count);
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<FormatException>(() => KvmTdxCapabilities.Parse(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public void Parse_OfMoreEntriesThanAccepted_IsRefusedUnread()
    {
        Assert.Equal(KvmTdxCapabilities.MaxCpuid, KvmTdxCapabilities.Parse(Answer(KvmTdxCapabilities.MaxCpuid)).Cpuid.Count);
        byte[] bytes = Answer(KvmTdxCapabilities.MaxCpuid + 1);
        Assert.Contains("says 1025 CPUID entries", Assert.Throws<FormatException>(() => KvmTdxCapabilities.Parse(bytes)).Message, StringComparison.Ordinal);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(KvmTdxCapabilities.CountOffset), uint.MaxValue);
        Assert.Throws<FormatException>(() => KvmTdxCapabilities.Parse(bytes));
    }

    [Fact]
    public void Parse_OfAnyBytes_GivesWhatTheyHoldOrRefuses() => Gen.Select(Gen.Byte.Array[0, 2_300], Gen.UInt[0, 6]).Sample((bytes, count) =>
    {
        if (bytes.Length >= KvmTdxCapabilities.SizeWith(0))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(KvmTdxCapabilities.CountOffset), count);
        }

        bool fits = bytes.Length >= KvmTdxCapabilities.SizeWith((int)count);
        Exception? refused = Record.Exception(() => Assert.Equal((int)count, KvmTdxCapabilities.Parse(bytes).Cpuid.Count));
        return fits ? refused is null : refused is FormatException;
    });

    private static byte[] Answer(int entries)
    {
        byte[] bytes = new byte[KvmTdxCapabilities.SizeWith(entries)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(KvmTdxCapabilities.CountOffset), (uint)entries);
        return bytes;
    }
}
