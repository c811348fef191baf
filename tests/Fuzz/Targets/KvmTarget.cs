using System.Buffers.Binary;
using TdxDash.Fuzz.Engine;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Fuzz.Targets;

/// <summary>The answer to KVM_TDX_CAPABILITIES.</summary>
internal sealed class KvmTarget() : FuzzTarget("kvm")
{
    public override IEnumerable<byte[]> Seeds() => [Answer(0), Answer(1), Answer(70), Answer(KvmTdxCapabilities.MaxCpuid)];

    // A count of 32 bits at random fits no input.
    public override byte[] Repair(byte[] mutated, Random random)
    {
        if (mutated.Length < KvmTdxCapabilities.SizeWith(0) || random.Next(4) == 0)
        {
            return mutated;
        }

        byte[] repaired = [.. mutated];
        BinaryPrimitives.WriteInt32LittleEndian(repaired.AsSpan(KvmTdxCapabilities.CountOffset), random.Next((mutated.Length / 40) + 2));
        return repaired;
    }

    public override string Check(byte[] input)
    {
        KvmTdxCapabilities kvm;
        try
        {
            kvm = KvmTdxCapabilities.Parse(input);
        }
        catch (FormatException e)
        {
            return e.Message;
        }

        Promise(kvm.Cpuid.Count <= KvmTdxCapabilities.MaxCpuid && KvmTdxCapabilities.SizeWith(kvm.Cpuid.Count) <= input.Length, $"{kvm.Cpuid.Count} entries in {input.Length} bytes");
        Snapshot host = TestSnapshots.WorkingHost();
        SnapshotTarget.HoldTogether(host with { Platform = host.Platform! with { KvmTdx = Reading.Known(kvm, Provenance.Kernel, "/dev/kvm") } });
        return $"accepted {Math.Min(kvm.Cpuid.Count, 4)}";
    }

    private static byte[] Answer(int entries)
    {
        byte[] bytes = new byte[KvmTdxCapabilities.SizeWith(entries)];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(i * 7);
        }

        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(KvmTdxCapabilities.CountOffset), entries);
        return bytes;
    }
}
