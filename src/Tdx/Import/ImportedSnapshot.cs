using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>Makes a snapshot of what a text tells; all else says that the file does not say it.</summary>
internal static class ImportedSnapshot
{
    public const string File = "imported file";
    public const string Unsaid = "The file does not say.";
    private const string NoProbe = "The file was imported; no probe asked the module.";
    private const string LogRemedy = "Add the kernel log: dmesg, or journalctl -k -b.";

    /// <summary>Names a source inside the file.</summary>
    public static string SourceOf(string what) => $"{File}: {what}";

    public static Snapshot Of(ImportedMemory memory, KernelLogPart log, BootPart boot, AttributesPart attributes, ReportPart report)
    {
        KernelTdxFacts kernel = Kernel(log);
        var module = new ModuleFacts { Transport = Reading.NotOffered<string>(File, NoProbe), Metadata = Reading.NotOffered<IReadOnlyList<MetadataValue>>(File, NoProbe) };
        PlatformFacts platform = Platform(attributes, report);
        HostFacts host = Host(boot, report);
        return new Snapshot
        {
            Schema = Snapshot.CurrentSchema,
            Origin = Origin.File,
            Host = host,
            Memory = memory.Facts,
            Module = module,
            Kernel = kernel,
            Layout = LayoutPrediction.Of(Origin.File, memory.Facts.Map, ModuleIdentity.From(module, kernel, platform), LinuxBehavior.Of(host.KernelRelease.Or("")!, kernel.LogLines.Or([])!), TdmrBuilder.Build),
            Platform = platform,
            Report = Report(boot, report),
        };
    }

    private static Reading<T> None<T>() => Reading.NotOffered<T>(File, Unsaid);

    private static Reading<T> Known<T>(T value, string what) => Reading.Known(value, Provenance.ReportedByFile, SourceOf(what));

    private static Reading<string> Text(string? value, string what) => value is { Length: > 0 } ? Known(value, what) : None<string>();

    private static Reading<T> Value<T>(T? value, string what)
        where T : struct => value is { } known ? Known(known, what) : None<T>();

    private static HostFacts Host(BootPart boot, ReportPart report) => new()
    {
        Name = Text(boot.HostName, "boot log"),
        OperatingSystem = Text(report.OperatingSystem, "system-report"),
        KernelRelease = boot.Release is { Length: > 0 } release ? Known(release, "boot log") : Text(report.Release, "system-report"),
        KernelCommandLine = Text(boot.CommandLine, "boot log"),
        Cpu = None<CpuFacts>(),
        Product = Text(boot.Product, "boot log"),
        Firmware = Text(boot.Firmware, "boot log"),
    };

    private static KernelTdxFacts Kernel(KernelLogPart log) => new()
    {
        KvmIntelTdx = None<bool>(),
        ModuleVersion = None<string>(),
        SeamldrVersion = None<string>(),
        RemainingUpdates = None<int>(),
        KeyIdCapacity = None<long>(),
        LogLines = log.IsThere ? Known(log.Lines, "kernel log") : Reading.Unreadable<IReadOnlyList<string>>(File, "The file has no line of a kernel log that speaks of TDX.", LogRemedy),
    };

    private static PlatformFacts Platform(AttributesPart attributes, ReportPart report) => new()
    {
        KeyIdPartitioning = None<ulong>(),
        TmeCapability = None<ulong>(),
        TmeActivate = None<ulong>(),
        SeamrrBase = None<ulong>(),
        SeamrrMask = None<ulong>(),
        KvmTdx = None<KvmTdxCapabilities>(),
        ModuleUpdate = None<ModuleUpdateNode>(),
        KeyIdsInUse = None<long>(),
        KeyIdLimitHits = None<long>(),
        SysfsModule = attributes.Module is { } module ? Known(module, "TDX module in sysfs") : None<SysfsModule>(),
        MemoryBlocks = None<MemoryBlocks>(),
        AttestationServices = report.LooksForServices
            ? Known<IReadOnlyList<string>>([.. report.Services.Select(service => service.ToString())], "system-report")
            : None<IReadOnlyList<string>>(),
    };

    private static ReportFacts Report(BootPart boot, ReportPart report) => new()
    {
        CpuName = boot.CpuName is { Length: > 0 } name ? Known(name, "boot log") : Text(report.CpuName, "system-report"),
        CpuSignature = boot.Signature is { } signature ? Known(signature, "boot log") : None<CpuSignature>(),
        LogicalCpus = Value(boot.LogicalCpus, "boot log"),
        Hypervisor = Text(boot.DetectedHypervisor, "boot log"),
        CpuInfoHasTdx = Value(report.CpuInfoHasTdx, "system-report"),
        MemoryEncryption = Value(report.MemoryEncryption, "system-report, MSR 0x982"),
        SeamrrEnabled = Value(report.Seamrr, "system-report, MSR 0x1401"),
        PrivateKeyIds = Value(report.PrivateKeyIds, "system-report, MSR 0x87"),
        McheckStatus = Value(report.Mcheck, "system-report, MSR 0xa0"),
        IsProduction = Value(report.IsProduction, "system-report, MSR 0xce"),
        Registration = Text(report.Registration, "system-report, /var/log/mpa_registration.log"),
        Packages = report.Packages.Count > 0 ? Known(report.Packages, "system-report") : None<IReadOnlyList<string>>(),
    };
}
