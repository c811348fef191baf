using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>What the checks look at: the snapshot, and what follows from its kernel log and its real module.</summary>
internal sealed partial class ReadinessEvidence
{
    public ReadinessEvidence(Snapshot snapshot)
    {
        Snapshot = snapshot;
        Log = snapshot.Kernel.LogLines.Map(KernelLogFacts.From);
        ModuleFacts module = snapshot.Module;
        if (snapshot.Origin != Origin.Demo && module.Metadata is { IsKnown: true, Provenance: Provenance.Emulated })
        {
            module = module with
            {
                Metadata = Reading.NotOffered<IReadOnlyList<MetadataValue>>(module.Metadata.Source, "The module is emulated and says nothing about this machine."),
            };
        }

        RealModule = module;
        Identity = ModuleIdentity.From(module, snapshot.Kernel, snapshot.Platform);
        Release = snapshot.Host.KernelRelease.TryGet(out string? release) ? VersionOf(release) : null;
    }

    public Snapshot Snapshot { get; }

    public Reading<KernelLogFacts> Log { get; }

    public KernelLogFacts LogFacts => Log.Or(null) ?? new KernelLogFacts();

    /// <summary>The module's own answers, unless they are emulated on a machine that is not a demo.</summary>
    public ModuleFacts RealModule { get; }

    public ModuleIdentity Identity { get; }

    public Version? Release { get; }

    /// <summary>Ubuntu's Intel kernels carry TDX before upstream had it.</summary>
    public bool IsIntelKernel => Snapshot.Host.KernelRelease.Or("")!.Contains("-intel", StringComparison.Ordinal);

    public CpuFacts? Cpu => Snapshot.Host.Cpu.Or(null);

    public TdmrLayout? Layout => Snapshot.Layout.Layout.Or(null);

    public TdmrLimits? Limits => Snapshot.Layout.Limits.Or(null);

    /// <summary>What shows that the module is initialised; null where nothing does. KVM gives out KeyIDs only after it, and the
    /// tdx_host device appears only after it. A failure in the log outweighs both.</summary>
    public string? InitializedBy => LogFacts.Initialized switch
    {
        true => $"the kernel log says that the module is initialised ({Log.Source})",
        false => null,
        null when Snapshot.Kernel.KeyIdCapacity is { IsKnown: true, Value: > 0 } keys => $"KVM offers {keys.Value} private KeyIDs ({keys.Source})",
        null when Snapshot.Kernel.ModuleVersion is { IsKnown: true } version => $"the kernel reports module {version.Value} ({version.Source})",
        null => null,
    };

    public static string Absent<T>(Reading<T> reading) => reading.Remedy.Length == 0 ? $"{reading.Reason} ({reading.Source})" : $"{reading.Reason} ({reading.Source}) {reading.Remedy}";

    private static Version? VersionOf(string release) => Leading().Match(release) is { Success: true } match
        ? new Version(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex(@"^([0-9]{1,4})\.([0-9]{1,4})")]
    private static partial Regex Leading();
}
