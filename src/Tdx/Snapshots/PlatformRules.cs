using System.Numerics;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using static TdxDash.Tdx.Snapshots.SnapshotRules;

namespace TdxDash.Tdx.Snapshots;

/// <summary>What must hold for what schema 2 added to snapshots.</summary>
internal static class PlatformRules
{
    private const int FirstSchema = 2;

    public static void Check(Snapshot snapshot)
    {
        Require((snapshot.Platform is not null) == (snapshot.Schema >= FirstSchema), snapshot.Platform is null
            ? $"schema {snapshot.Schema} needs the member platform."
            : $"schema {snapshot.Schema} has no member platform.");
        Require(snapshot.Schema >= FirstSchema || !snapshot.Module.TakenAcrossUpdate, $"schema {snapshot.Schema} has no member module.takenAcrossUpdate.");
        if (snapshot.Platform is not { } platform)
        {
            return;
        }

        CheckKvm(platform.KvmTdx.Or(null));
        CheckBlocks(platform.MemoryBlocks.Or(null));
        Require(platform.KeyIdsInUse.Or(0) >= 0, $"platform.keyIdsInUse is {platform.KeyIdsInUse.Or(0)}.");
        Require(platform.KeyIdLimitHits.Or(0) >= 0, $"platform.keyIdLimitHits is {platform.KeyIdLimitHits.Or(0)}.");
        CheckSysfs(platform.SysfsModule.Or(null));
    }

    private static void CheckKvm(KvmTdxCapabilities? kvm)
    {
        int count = kvm?.Cpuid.Count ?? 0;
        Require(count <= KvmTdxCapabilities.MaxCpuid, $"platform.kvmTdx.cpuid has {count} entries; at most {KvmTdxCapabilities.MaxCpuid} are accepted.");
    }

    private static void CheckSysfs(SysfsModule? module) => Require(
        module is null or { MajorVersion: >= 0 and <= ushort.MaxValue, MinorVersion: >= 0 and <= ushort.MaxValue, BuildNumber: >= 0 },
        $"platform.sysfsModule has version {module?.MajorVersion}.{module?.MinorVersion} and build number {module?.BuildNumber}.");

    private static void CheckBlocks(MemoryBlocks? blocks)
    {
        if (blocks is null)
        {
            return;
        }

        ulong size = blocks.BlockSize.Bytes;
        Require(BitOperations.IsPow2(size) && size <= PhysAddr.MaxValue, $"platform.memoryBlocks.blockSize is {Hex.Plain(size)}, which is no power of two up to 2^52.");
        Require(blocks.Online >= 0 && blocks.Offline >= 0, $"platform.memoryBlocks has {blocks.Online} blocks online and {blocks.Offline} offline.");
        Require((ulong)blocks.Online + (ulong)blocks.Offline <= PhysAddr.MaxValue / size, $"platform.memoryBlocks has {blocks.Online} and {blocks.Offline} blocks of {Hex.Plain(size)} bytes, more than 2^52 bytes.");
    }
}
