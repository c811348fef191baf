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
        Require(snapshot.Report is null || (snapshot.Schema >= FirstSchema && snapshot.Origin == Origin.File), "the member report belongs to imported files alone, from schema 2 on.");
        CheckReport(snapshot.Report);
        if (snapshot.Platform is not { } platform)
        {
            return;
        }

        CheckKvm(platform.KvmTdx.Or(null));
        platform.MemoryBlocks.Or(null)?.Check();
        Require(platform.KeyIdsInUse.Or(0) >= 0, $"platform.keyIdsInUse is {platform.KeyIdsInUse.Or(0)}.");
        Require(platform.KeyIdLimitHits.Or(0) >= 0, $"platform.keyIdLimitHits is {platform.KeyIdLimitHits.Or(0)}.");
        CheckSysfs(platform.SysfsModule.Or(null));
    }

    private static void CheckReport(ReportFacts? report)
    {
        Require(report?.LogicalCpus.Or(0) is null or >= 0, $"report.logicalCpus is {report?.LogicalCpus.Or(0)}.");
        Require(report?.PrivateKeyIds.Or(0) is null or >= 0, $"report.privateKeyIds is {report?.PrivateKeyIds.Or(0)}.");
        Require(report?.CpuSignature.Or(null) is null or { Family: >= 0, Model: >= 0, Stepping: >= 0 }, "report.cpuSignature has a negative family, model or stepping.");
        Require(report?.Packages.Or([])!.All(package => package is not null) ?? true, "report.packages has the JSON word null as an element.");
    }

    private static void CheckKvm(KvmTdxCapabilities? kvm)
    {
        int count = kvm?.Cpuid.Count ?? 0;
        Require(count <= KvmTdxCapabilities.MaxCpuid, $"platform.kvmTdx.cpuid has {count} entries; at most {KvmTdxCapabilities.MaxCpuid} are accepted.");
    }

    private static void CheckSysfs(SysfsModule? module) => Require(
        module is null or { MajorVersion: >= 0 and <= ushort.MaxValue, MinorVersion: >= 0 and <= ushort.MaxValue, BuildNumber: >= 0 },
        $"platform.sysfsModule has version {module?.MajorVersion}.{module?.MinorVersion} and build number {module?.BuildNumber}.");
}
