using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Seamcalls;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether the TDX module is there, fits the kernel, and was initialised.</summary>
internal static class ModuleChecks
{
    public static readonly CheckSpec Loaded = new("module.loaded", "The TDX module is loaded",
        "The firmware or the boot loader loads the module before Linux starts.", SeamcallStatus.Explain(0x8000_FF00_FFFF_0000).Remedy);

    public static readonly CheckSpec Recent = new("module.version", "The module is new enough for the kernel",
        "Linux asks the module for its limits before it initialises it; a 1.0 module answers that only afterwards.", SeamcallStatus.Explain(SeamcallStatus.SysNotReady, SeamcallLeaf.SysRd).Remedy);

    public static readonly CheckSpec NoRbpMod = new("module.no-rbp-mod", "The module preserves the frame pointer (NO_RBP_MOD)",
        "Without it a SEAMCALL clobbers RBP; Linux 6.14 and newer refuse such a module.", "Update the TDX module to 1.5.01 or newer.");

    public static readonly CheckSpec Seamcalls = new("module.seamcalls", "SEAMCALLs succeed",
        "Each failed SEAMCALL has a status that names the cause.", "Look the status up with tdxprobe explain.");

    public static readonly CheckSpec Initialized = new("module.initialized", "The module is initialised",
        "Kernels from 7.1 initialise TDX at boot, older ones when KVM is loaded with kvm_intel.tdx=1.", "Load kvm_intel with tdx=1 and look at the kernel log again.");

    public static readonly CheckSpec Production = new("module.production", "The module is a production build",
        "A debug module lets its owner look into trust domains, and no verifier accepts its quotes.", "Load the production module that Intel publishes for this processor.", false);

    public static readonly CheckSpec Updates = new("module.updates", "The module can be updated at run time",
        "Each update without a reboot uses up a slot of the P-SEAMLDR; without one, the next security fix needs a reboot.", "Plan a reboot: it gives all slots back.", false);

    private const int DebugBit = 31;
    private static readonly (int Major, int Minor) FirstUsable = (1, 5);
    private static readonly Version FirstWithRbpCheck = new(6, 14);

    public static IEnumerable<Check> Run(ReadinessEvidence evidence) =>
    [
        CheckLoaded(evidence), CheckRecent(evidence), CheckNoRbpMod(evidence), CheckSeamcalls(evidence), CheckInitialized(evidence), CheckProduction(evidence), CheckUpdates(evidence),
    ];

    private static Check CheckLoaded(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.ModuleNotLoaded) is { } line)
        {
            return Loaded.Failed(line);
        }

        string? seen = evidence.Identity.Version is { IsKnown: true } version ? $"module {version.Value} ({version.Source})"
            : evidence.LogFacts is { Version: { } printed } ? $"module {printed.Major}.{printed.Minor} ({evidence.Log.Source})"
            : evidence.InitializedBy ?? (evidence.LogFacts.FailedSeamcalls.Count > 0 ? $"the module answered a SEAMCALL ({evidence.Log.Source})" : null);
        return seen is null ? Loaded.Skipped("no source tells whether the module is loaded") : Loaded.Passed(seen);
    }

    private static Check CheckRecent(ReadinessEvidence evidence)
    {
        if (evidence.LogFacts.FailedSeamcalls.FirstOrDefault(IsTooOld) is { } failed)
        {
            return Recent.Failed($"{Told(failed)} ({evidence.Log.Source})");
        }

        if (evidence.InitializedBy is { } by)
        {
            return Recent.Passed(by);
        }

        Reading<ModuleVersion> version = evidence.Identity.Version;
        (int Major, int Minor)? known = version.TryGet(out ModuleVersion exact) ? (exact.Major, exact.Minor)
            : evidence.LogFacts.Version is { } printed ? (printed.Major, printed.Minor)
            : null;
        return known is { } seen
            ? Recent.Judged(seen.CompareTo(FirstUsable) >= 0, $"module {seen.Major}.{seen.Minor} ({(version.IsKnown ? version.Source : evidence.Log.Source)})")
            : Recent.Skipped(version);
    }

    private static bool IsTooOld(FailedSeamcall failed) =>
        failed.Leaf is SeamcallLeaf.SysRd or SeamcallLeaf.SysRdAll && (failed.Status & SeamcallStatus.NameMask) == SeamcallStatus.SysNotReady;

    private static Check CheckNoRbpMod(ReadinessEvidence evidence)
    {
        CheckSpec spec = NoRbpMod with { Mandatory = evidence.Release is { } release && release >= FirstWithRbpCheck };
        if (evidence.Line(FailureCause.NoRbpMod) is { } line)
        {
            return NoRbpMod.Failed(line);
        }

        return spec.Judged(evidence.Identity.Features, bits => ((bits >> FeatureBits.NoRbpMod) & 1) != 0, bits => $"TDX_FEATURES0 is {Hex.Plain(bits)}");
    }

    private static Check CheckSeamcalls(ReadinessEvidence evidence)
    {
        if (evidence.LogFacts.FailedSeamcalls.Count == 0)
        {
            return evidence.Log.IsKnown ? Seamcalls.Passed($"no line tells of one ({evidence.Log.Source})") : Seamcalls.Skipped(evidence.Log);
        }

        FailedSeamcall failed = evidence.LogFacts.FailedSeamcalls[^1];
        bool stopped = evidence.InitializedBy is null;
        return (Seamcalls with { Mandatory = stopped }).Failed($"{Told(failed)} ({evidence.Log.Source})", failed.Explain().Remedy);
    }

    private static string Told(FailedSeamcall failed)
    {
        SeamcallStatus status = failed.Explain();
        bool reads = failed.Leaf == SeamcallLeaf.SysRd && failed.Registers.ContainsKey("RDX");
        string field = reads ? $" of field {new FieldId(failed.Registers["RDX"])} ({MetadataText.NameOf(new FieldId(failed.Registers["RDX"]))})" : "";
        string detail = reads || status.Detail.Length == 0 ? "" : $", {status.Detail}";
        return $"{SeamcallLeaf.NameOf(failed.Leaf)}{field} failed with {status.Name} ({Hex.Plain(status.Value)}{detail}): {status.Meaning}";
    }

    private static Check CheckInitialized(ReadinessEvidence evidence)
    {
        KernelLogFacts log = evidence.LogFacts;
        if (evidence.InitializedBy is { } by)
        {
            return Initialized.Passed(by);
        }

        if (log.Initialized == false)
        {
            LoggedCause last = log.Causes.Last(cause => cause.Line.Contains("nitializ", StringComparison.Ordinal));
            return Initialized.Failed($"{last.Line} ({evidence.Log.Source})", FailureRemedies.Of(evidence.RootCause));
        }

        if (log.EndsAtKeyIds)
        {
            return Initialized.Failed($"the log tells the KeyIDs and nothing after them: nobody asked for TDX ({evidence.Log.Source})");
        }

        return log.Causes.Count > 0 ? Initialized.Failed($"nothing tells of initialisation, and something stood in its way: {log.Causes[0].Line} ({evidence.Log.Source})", FailureRemedies.Of(evidence.RootCause))
            : evidence.Log.IsKnown ? Initialized.Skipped($"nothing tells of initialisation ({evidence.Log.Source})")
            : Initialized.Skipped(evidence.Log);
    }

    private static Check CheckProduction(ReadinessEvidence evidence)
    {
        Reading<uint> attributes = evidence.Identity.Attributes;
        return !attributes.TryGet(out uint bits) ? Production.Skipped(attributes)
            : (bits >> DebugBit) != 0 ? Production.Warned($"attributes {Hex.Plain(bits)}: the debug bit is set ({attributes.Source})")
            : Production.Passed($"attributes {Hex.Plain(bits)} ({attributes.Source})");
    }

    private static Check CheckUpdates(ReadinessEvidence evidence)
    {
        if (evidence.ModuleUpdate is { IsKnown: true, Value.Error.Length: > 0 } node)
        {
            return Updates.Warned($"the last update ended with {node.Value.Error} ({node.Source})", "Look at the kernel log; if the module no longer answers, only a reboot brings it back.");
        }

        Reading<int> left = evidence.Snapshot.Kernel.RemainingUpdates;
        return !left.TryGet(out int count) ? Updates.Skipped(left)
            : count > 0 ? Updates.Passed(ReadinessEvidence.Text($"{count} updates are left ({left.Source})"))
            : Updates.Warned($"no update is left ({left.Source})");
    }
}
