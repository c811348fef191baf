using System.Globalization;
using System.Text.RegularExpressions;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Seamcalls;
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
        Identity = ModuleIdentity.From(module, snapshot.Kernel, snapshot.Platform, Log);
        AnyIdentity = ReferenceEquals(module, snapshot.Module) ? Identity : ModuleIdentity.From(snapshot.Module, snapshot.Kernel, snapshot.Platform, Log);
        Release = snapshot.Host.KernelRelease.TryGet(out string? release) ? VersionOf(release) : null;
    }

    public Snapshot Snapshot { get; }

    public Reading<KernelLogFacts> Log { get; }

    public KernelLogFacts LogFacts => Log.Or(null) ?? new KernelLogFacts();

    /// <summary>The module's own answers, unless they are emulated on a machine that is not a demo.</summary>
    public ModuleFacts RealModule { get; }

    public ModuleIdentity Identity { get; }

    /// <summary>The same with the answers of a module that is emulated on a machine that is not a demo.</summary>
    public ModuleIdentity AnyIdentity { get; }

    public Version? Release { get; }

    /// <summary>Ubuntu's Intel kernels carry TDX before upstream had it.</summary>
    public bool IsIntelKernel => Snapshot.Host.KernelRelease.Or("")!.Contains("-intel", StringComparison.Ordinal);

    /// <summary>What an imported file says besides; null for every other snapshot.</summary>
    public ReportFacts? Report => Snapshot.Report;

    public CpuFacts? Cpu => Snapshot.Host.Cpu.Or(null);

    public Reading<ulong> KeyIdPartitioning => Snapshot.Platform?.KeyIdPartitioning ?? Older<ulong>();

    public Reading<ulong> TmeActivate => Snapshot.Platform?.TmeActivate ?? Older<ulong>();

    public Reading<ulong> SeamrrBase => Snapshot.Platform?.SeamrrBase ?? Older<ulong>();

    public Reading<ulong> SeamrrMask => Snapshot.Platform?.SeamrrMask ?? Older<ulong>();

    public Reading<KvmTdxCapabilities> KvmTdx => Snapshot.Platform?.KvmTdx ?? Older<KvmTdxCapabilities>();

    public Reading<ModuleUpdateNode> ModuleUpdate => Snapshot.Platform?.ModuleUpdate ?? Older<ModuleUpdateNode>();

    public Reading<long> KeyIdsInUse => Snapshot.Platform?.KeyIdsInUse ?? Older<long>();

    public Reading<MemoryBlocks> MemoryBlocks => Snapshot.Platform?.MemoryBlocks ?? Older<MemoryBlocks>();

    public Reading<IReadOnlyList<string>> AttestationServices => Snapshot.Platform?.AttestationServices ?? Older<IReadOnlyList<string>>();

    public TdmrLayout? Layout => Snapshot.Layout.Layout.Or(null);

    public TdmrLimits? Limits => Snapshot.Layout.Limits.Or(null);

    /// <summary>What shows that the module is initialised; null where nothing does. KVM gives out KeyIDs only after it, the tdx_host device
    /// appears only after it, and only then the kernel makes other calls than TDH.SYS ones. A failure in the log outweighs all.</summary>
    public string? InitializedBy => LogFacts.Initialized switch
    {
        true => $"the kernel log says that the module is initialised ({Log.Source})",
        false => null,
        null when Snapshot.Kernel.KeyIdCapacity is { IsKnown: true, Value: > 0 } keys => $"KVM offers {keys.Value} private KeyIDs ({keys.Source})",
        null when Snapshot.Kernel.ModuleVersion is { IsKnown: true } version => $"the kernel reports module {version.Value} ({version.Source})",
        null when Snapshot.Platform?.SysfsModule is { IsKnown: true, Value.Status: "initialized" } old => $"the kernel says that the module is initialized ({old.Source})",
        null when LogFacts.FailedSeamcalls.FirstOrDefault(IsOfRunningModule) is { } call => $"the module executed {SeamcallLeaf.NameOf(call.Leaf)}, which it does only once it is initialised ({Log.Source})",
        null => null,
    };

    /// <summary>Whether the kernel tried to initialise the module and could not.</summary>
    public bool InitializationFailed => LogFacts.Initialized == false || (InitializedBy is null && LogFacts.FailedSeamcalls.Count > 0);

    /// <summary>The first cause in the log that says more than that initialisation failed; null where there is none.</summary>
    public FailureCause? RootCause => LogFacts.Causes.FirstOrDefault(cause => cause.Cause is not (FailureCause.Initialization or FailureCause.KexecRefused or FailureCause.PrivateMemoryError))?.Cause;

    /// <summary>The first line of the log with a cause, and its source; null where there is none.</summary>
    public string? Line(FailureCause cause) => LogFacts.LineOf(cause) is { } line ? $"{line} ({Log.Source})" : null;

    /// <summary>That a word stands on the kernel command line; null where it does not or the line is not known.</summary>
    public string? CommandLine(string word) =>
        CommandLineWords().Contains(word, StringComparer.Ordinal) ? $"{word} is on the kernel command line ({Snapshot.Host.KernelCommandLine.Source})" : null;

    /// <summary>How the command line sets a switch, the last time that it does; null where it does not. The kernel takes - and _ as one.</summary>
    public (bool On, string Seen)? CommandLineSwitch(string name)
    {
        foreach (string word in CommandLineWords().Reverse())
        {
            string[] parts = word.Split('=', 2);
            if (parts[0].Replace('-', '_') == name && SwitchOf(parts.Length < 2 ? "1" : parts[1]) is { } on)
            {
                return (on, $"{word} is on the kernel command line ({Snapshot.Host.KernelCommandLine.Source})");
            }
        }

        return null;
    }

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private string[] CommandLineWords() => Snapshot.Host.KernelCommandLine.Or("")!.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    // The kernel's kstrtobool.
    private static bool? SwitchOf(string value) => value.ToLowerInvariant() switch
    {
        "1" or "y" or "yes" or "t" or "true" or "on" => true,
        "0" or "n" or "no" or "f" or "false" or "off" => false,
        _ => null,
    };

    // A status of the software codes tells that the call did not reach the module.
    private static bool IsOfRunningModule(FailedSeamcall call) =>
        !SeamcallLeaf.NameOf(call.Leaf).StartsWith("TDH.SYS.", StringComparison.Ordinal) && SeamcallLeaf.NameOf(call.Leaf).StartsWith("TDH.", StringComparison.Ordinal)
        && (call.Status & SeamcallStatus.SoftwareMask) != SeamcallStatus.SoftwareMask;

    private static Reading<T> Older<T>() => Reading.NotOffered<T>("snapshot", "The snapshot was taken by a probe that did not read it. Update the probe.");

    private static Version? VersionOf(string release) => Leading().Match(release) is { Success: true } match
        ? new Version(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))
        : null;

    [GeneratedRegex(@"^([0-9]{1,4})\.([0-9]{1,4})")]
    private static partial Regex Leading();
}
