using CsCheck;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Snapshots;

/// <summary>Makes platform facts, valid in all their members.</summary>
internal static class PlatformGenerator
{
    private static readonly Gen<Reading<ulong>> Msr = SnapshotGenerator.Of(Gen.ULong);

    // Few leaves, so that two lists share some; a leaf may stand twice.
    private static readonly Gen<CpuidEntry> Cpuid = Gen.Select(Gen.UInt[0, 3], Gen.UInt[0, 2], Gen.UInt[0, 1], Gen.UInt, Gen.UInt[0, 1],
        (function, index, flags, eax, ebx) => new CpuidEntry(function, index, flags, eax, ebx, eax ^ ebx, 0));

    private static readonly Gen<KvmTdxCapabilities> Kvm =
        from values in Gen.ULong.Array[6]
        from cpuid in Cpuid.Array[0, 8]
        select new KvmTdxCapabilities
        {
            SupportedAttributes = values[0],
            SupportedXfam = values[1],
            KernelTdvmcallInfo1R11 = values[2],
            UserTdvmcallInfo1R11 = values[3],
            KernelTdvmcallInfo1R12 = values[4],
            UserTdvmcallInfo1R12 = values[5],
            Cpuid = cpuid,
        };

    private static readonly Gen<ModuleUpdateNode> Updates = Gen.Select(SnapshotGenerator.Words, SnapshotGenerator.Words, (status, error) => new ModuleUpdateNode(status, error));

    private static readonly Gen<MemoryBlocks> Blocks = Gen.Select(Gen.Int[12, 31], Gen.Int[0, 1 << 20], Gen.Int[0, 9],
        (order, online, offline) => new MemoryBlocks(new ByteSize(1UL << order), online, offline));

    private static readonly Gen<SysfsModule> Sysfs = Gen.Select(SnapshotGenerator.Words, Gen.UInt, Gen.Int[0, 2], Gen.Int[0, 9], Gen.Int[0, 1_000], Gen.Int[0, DateOnly.MaxValue.DayNumber],
        (status, attributes, major, minor, build, day) => new SysfsModule(status, attributes, attributes >> 16, major, minor, build, DateOnly.FromDayNumber(day)));

    /// <summary>Any platform facts that the codec accepts.</summary>
    public static readonly Gen<PlatformFacts> Facts =
        from msrs in Msr.Array[5]
        from kvm in SnapshotGenerator.Of(Kvm)
        from update in SnapshotGenerator.Of(Updates)
        from keyIds in SnapshotGenerator.Of(Gen.Long[0, long.MaxValue])
        from hits in SnapshotGenerator.Of(Gen.Long[0, long.MaxValue])
        from sysfs in SnapshotGenerator.Of(Sysfs)
        from blocks in SnapshotGenerator.Of(Blocks)
        from services in SnapshotGenerator.Of(SnapshotGenerator.Lines)
        select new PlatformFacts
        {
            KeyIdPartitioning = msrs[0],
            TmeCapability = msrs[1],
            TmeActivate = msrs[2],
            SeamrrBase = msrs[3],
            SeamrrMask = msrs[4],
            KvmTdx = kvm,
            ModuleUpdate = update,
            KeyIdsInUse = keyIds,
            KeyIdLimitHits = hits,
            SysfsModule = sysfs,
            MemoryBlocks = blocks,
            AttestationServices = services,
        };
}
