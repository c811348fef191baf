using System.Globalization;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Seamcalls;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Readiness;

/// <summary>The checks of firmware, module and memory: whether TDX works on a machine that can have it.</summary>
internal static class ModuleChecks
{
    public const string KeyIds = "firmware.keyids";
    public const string Loaded = "module.loaded";
    public const string NoRbpMod = "module.no-rbp-mod";
    public const string Limits = "layout.limits";
    public const string Accepted = "layout.accepted";
    public const string Initialized = "module.initialized";
    public const string Pamt = "layout.pamt";
    public const string KernelKvm = "kernel.kvm";
    public const string KvmIntel = "kernel.kvm-intel-tdx";

    private const uint FewestKeyIds = 2;
    private static readonly Version FirstKvmSupport = new(6, 16);
    private static readonly Version FirstWithRbpCheck = new(6, 14);

    /// <summary>Runs them in the order of the kernel's own initialisation.</summary>
    /// <param name="evidence">What to look at.</param>
    /// <param name="platform">Whether the platform checks hold; all is skipped where they do not.</param>
    public static IEnumerable<Check> Run(ReadinessEvidence evidence, bool platform)
    {
        Check[] all = [CheckKeyIds(evidence), CheckLoaded(evidence), CheckNoRbpMod(evidence), CheckLimits(evidence), CheckAccepted(evidence), CheckInitialized(evidence), CheckPamt(evidence), CheckKvm(evidence), CheckKvmIntel(evidence)];
        return platform ? SkipBehindMissingModule(all) : all.Select(check => check with { Outcome = CheckOutcome.Skipped, Evidence = "the platform has no TDX" });
    }

    private static IEnumerable<Check> SkipBehindMissingModule(Check[] checks)
    {
        bool missing = checks.Any(check => check.Id is KeyIds or Loaded && check.Outcome == CheckOutcome.Failed);
        return checks.Select(check => missing && (check.Id is NoRbpMod or Initialized or Pamt)
            ? check with { Outcome = CheckOutcome.Skipped, Evidence = "there is no module to look at" }
            : check);
    }

    private static Check CheckKeyIds(ReadinessEvidence evidence)
    {
        var check = new Check(KeyIds, "TDX has private KeyIDs", CheckOutcome.Skipped, "", "The first private KeyID protects the module's own memory, every other one serves a trust domain.",
            "Raise the TME-MT/TDX key split in the BIOS.", true);
        if (evidence.LogFacts.Failures.FirstOrDefault(line => line.Contains("private KeyIDs available", StringComparison.Ordinal)) is { } line)
        {
            return check with { Outcome = CheckOutcome.Failed, Evidence = $"{line} ({evidence.Log.Source})" };
        }

        if (evidence.LogFacts.PrivateKeyIds is { } range)
        {
            return check with
            {
                Outcome = range.End >= range.Start + FewestKeyIds ? CheckOutcome.Passed : CheckOutcome.Failed,
                Evidence = $"private KeyID range [{range.Start}, {range.End}) ({evidence.Log.Source})",
            };
        }

        Reading<long> capacity = evidence.Snapshot.Kernel.KeyIdCapacity;
        return capacity.TryGet(out long keys)
            ? check with { Outcome = keys > 0 ? CheckOutcome.Passed : CheckOutcome.Failed, Evidence = $"{keys} KeyIDs for guests ({capacity.Source})" }
            : check with { Evidence = ReadinessEvidence.Absent(evidence.Log.IsKnown ? capacity.Map(_ => "") : evidence.Log.Map(_ => "")) };
    }

    private static Check CheckLoaded(ReadinessEvidence evidence)
    {
        var check = new Check(Loaded, "The TDX module is loaded", CheckOutcome.Skipped, "no source tells whether the module is loaded", "The firmware or the boot loader loads the module before Linux starts.",
            SeamcallStatus.Explain(0x8000_FF00_FFFF_0000).Remedy, true);
        if (evidence.LogFacts.Failures.FirstOrDefault(line => line.Contains("module not loaded", StringComparison.Ordinal)) is { } line)
        {
            return check with { Outcome = CheckOutcome.Failed, Evidence = $"{line} ({evidence.Log.Source})" };
        }

        if (evidence.LogFacts.Failures.FirstOrDefault(failure => failure.Contains("not enabled by BIOS", StringComparison.Ordinal)) is { } bios)
        {
            return check with { Outcome = CheckOutcome.Failed, Evidence = $"{bios} ({evidence.Log.Source})", Remedy = "Enable TDX and its SEAM loader in the BIOS, and reboot." };
        }

        string? seen = evidence.Identity.Version is { IsKnown: true } version ? $"module {version.Value} ({version.Source})"
            : evidence.LogFacts is { Version: { } printed } ? $"module {printed.Major}.{printed.Minor} ({evidence.Log.Source})"
            : evidence.InitializedBy ?? (evidence.LogFacts.FailedSeamcalls.Count > 0 ? $"the module answered a SEAMCALL ({evidence.Log.Source})" : null);
        return seen is null ? check : check with { Outcome = CheckOutcome.Passed, Evidence = seen };
    }

    private static Check CheckNoRbpMod(ReadinessEvidence evidence)
    {
        bool mandatory = evidence.Release is { } release && release >= FirstWithRbpCheck;
        var check = new Check(NoRbpMod, "The module preserves the frame pointer (NO_RBP_MOD)", CheckOutcome.Skipped, "", "Without it a SEAMCALL clobbers RBP; Linux 6.14 and newer refuse such a module.",
            "Update the TDX module to 1.5.01 or newer.", mandatory);
        if (evidence.LogFacts.Failures.FirstOrDefault(line => line.Contains("RBP", StringComparison.Ordinal)) is { } line)
        {
            return check with { Outcome = CheckOutcome.Failed, Evidence = $"{line} ({evidence.Log.Source})", Mandatory = true };
        }

        Reading<ulong> features = evidence.Identity.Features;
        return features.TryGet(out ulong bits)
            ? check with
            {
                Outcome = ((bits >> FeatureBits.NoRbpMod) & 1) != 0 ? CheckOutcome.Passed : CheckOutcome.Failed,
                Evidence = $"TDX_FEATURES0 is {Hex.Plain(bits)} ({features.Source})",
            }
            : check with { Evidence = ReadinessEvidence.Absent(features) };
    }

    // A kernel that initialised TDX has shown that its own layout fits, whatever is predicted for an upstream kernel.
    private static Check CheckLimits(ReadinessEvidence evidence)
    {
        var check = new Check(Limits, "The memory layout fits the module's limits", CheckOutcome.Skipped, "", "Linux gives the module one TDMR for each memory block and one reserved area for each hole; both are few.",
            "Make the memory map coarser: turn off BIOS options that punch small holes (memory-mapped devices, logs, SMM sharing), take CXL or device-dax memory out of System RAM, or use a kernel that derives holes from CMRs.",
            evidence.InitializedBy is null);
        Reading<TdmrLayout> reading = evidence.Snapshot.Layout.Layout;
        if (!reading.TryGet(out TdmrLayout? layout) || evidence.Limits is not { } limits)
        {
            return check with { Evidence = reading.IsKnown ? ReadinessEvidence.Absent(evidence.Snapshot.Layout.Limits) : ReadinessEvidence.Absent(reading) };
        }

        string use = Text($"{layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs, at most {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas in one ({reading.Source})");
        return layout.Error == LayoutError.None
            ? check with { Outcome = CheckOutcome.Passed, Evidence = use }
            : check with { Outcome = CheckOutcome.Failed, Evidence = $"{layout.Error}: {(layout.Log.Count > 0 ? layout.Log[^1] : "the layout cannot be built")}; {use}" };
    }

    private static Check CheckAccepted(ReadinessEvidence evidence)
    {
        var check = new Check(Accepted, "The module would accept the layout", CheckOutcome.Skipped, "", "TDH.SYS.CONFIG takes only TDMRs whose memory and PAMTs lie in CMRs, aligned, in order and without overlap.",
            "Take memory that no CMR covers out of System RAM: CXL or device-dax memory that was onlined, or memory that the firmware did not mark convertible.", evidence.InitializedBy is null);
        Reading<LayoutAcceptance> acceptance = LayoutAcceptance.Of(evidence.Snapshot, evidence.Identity.Cmrs);
        return acceptance.TryGet(out LayoutAcceptance? judged)
            ? check with { Outcome = judged.Answer.IsAccepted ? CheckOutcome.Passed : CheckOutcome.Failed, Evidence = $"{judged.Sentence} ({acceptance.Source})" }
            : check with { Evidence = ReadinessEvidence.Absent(acceptance) };
    }

    private static Check CheckInitialized(ReadinessEvidence evidence)
    {
        var check = new Check(Initialized, "The module is initialised", CheckOutcome.Skipped, evidence.Log.IsKnown ? $"nothing tells of initialisation ({evidence.Log.Source})" : ReadinessEvidence.Absent(evidence.Log),
            "Kernels from 7.1 initialise TDX at boot, older ones when KVM is loaded with kvm_intel.tdx=1.", "Load kvm_intel with tdx=1 and look at the kernel log again.", true);
        KernelLogFacts log = evidence.LogFacts;
        if (evidence.InitializedBy is { } by)
        {
            return check with { Outcome = CheckOutcome.Passed, Evidence = by };
        }

        if (log.FailedSeamcalls.Count > 0)
        {
            FailedSeamcall failed = log.FailedSeamcalls[^1];
            SeamcallStatus status = failed.Explain();
            string detail = status.Detail.Length == 0 ? "" : $", {status.Detail}";
            return check with
            {
                Outcome = CheckOutcome.Failed,
                Evidence = $"{SeamcallLeaf.NameOf(failed.Leaf)} failed with {status.Name} ({Hex.Plain(status.Value)}{detail}): {status.Meaning} ({evidence.Log.Source})",
                Remedy = status.Remedy,
            };
        }

        if (log.Initialized != false)
        {
            return check;
        }

        string cause = log.Failures.FirstOrDefault(line => !line.Contains("module initialization failed", StringComparison.OrdinalIgnoreCase) && !line.Contains("Failed to initialize", StringComparison.Ordinal))
            ?? log.Failures[0];
        return check with { Outcome = CheckOutcome.Failed, Evidence = $"{cause} ({evidence.Log.Source})", Remedy = RemedyFor(cause) };
    }

    private static string RemedyFor(string cause) => cause switch
    {
        _ when cause.Contains("reserved areas exhausted", StringComparison.Ordinal) =>
            "The firmware's memory map has too many small holes there: update the BIOS, turn off options that punch holes, or use a kernel that derives holes from CMRs.",
        _ when cause.Contains("TDMRs exhausted", StringComparison.Ordinal) => "The memory map has too many blocks: turn off NUMA sub-clustering, or take CXL and device-dax memory out of System RAM.",
        _ when cause.Contains("Hibernation", StringComparison.Ordinal) => "Boot with nohibernate on the kernel command line.",
        _ when cause.Contains("KeyIDs", StringComparison.Ordinal) => "Raise the TME-MT/TDX key split in the BIOS.",
        _ when cause.Contains("RBP", StringComparison.Ordinal) => "Update the TDX module to 1.5.01 or newer.",
        _ when cause.Contains("(-12)", StringComparison.Ordinal) => "The PAMT found no contiguous memory: initialise TDX right after boot, before memory is in use.",
        _ => "Look at the kernel log around this line, and update BIOS, TDX module and kernel.",
    };

    private static Check CheckPamt(ReadinessEvidence evidence)
    {
        var check = new Check(Pamt, "The computed PAMT equals the kernel's", CheckOutcome.Skipped, "", "An equal figure shows that the memory map and the limits used here are those that the kernel used.",
            "Compare the memory map with the kernel's: memory added or taken away since boot, or a kernel that derives holes from CMRs, changes it.", false);
        KernelLogFacts log = evidence.LogFacts;
        if (log.PamtKiB is not { } printed || evidence.Layout is not { Error: LayoutError.None } layout || log.DynamicPamt)
        {
            return check with { Evidence = log.DynamicPamt ? "the kernel uses Dynamic PAMT" : log.PamtKiB is null ? "the kernel log has no figure" : "no layout was computed" };
        }

        return check with
        {
            Outcome = printed == layout.PamtKiB ? CheckOutcome.Passed : CheckOutcome.Failed,
            Evidence = Text($"computed {layout.PamtKiB} KiB, kernel {printed} KiB ({evidence.Log.Source})"),
        };
    }

    private static Check CheckKvm(ReadinessEvidence evidence)
    {
        Reading<string> release = evidence.Snapshot.Host.KernelRelease;
        var check = new Check(KernelKvm, "KVM can run trust domains", CheckOutcome.Skipped, "", "Upstream KVM runs trust domains since 6.16; Ubuntu's Intel kernels did before.",
            "Boot Linux 6.16 or newer, or Ubuntu's Intel kernel.", true);
        return evidence.Release is not { } version
            ? check with { Evidence = release.IsKnown ? $"release '{release.Value}' ({release.Source})" : ReadinessEvidence.Absent(release) }
            : check with
            {
                Outcome = version >= FirstKvmSupport || evidence.IsIntelKernel || evidence.InitializedBy is not null ? CheckOutcome.Passed : CheckOutcome.Failed,
                Evidence = $"release {release.Value} ({release.Source})",
            };
    }

    private static Check CheckKvmIntel(ReadinessEvidence evidence)
    {
        Reading<bool> parameter = evidence.Snapshot.Kernel.KvmIntelTdx;
        var check = new Check(KvmIntel, "KVM uses TDX (kvm_intel.tdx)", CheckOutcome.Skipped, "", "With N, KVM starts no trust domain; the kernel also sets it to N when TDX failed.",
            "Put kvm_intel.tdx=1 on the kernel command line, or options kvm_intel tdx=1 in /etc/modprobe.d, and load kvm_intel again.", true);
        return parameter.TryGet(out bool on)
            ? check with { Outcome = on ? CheckOutcome.Passed : CheckOutcome.Failed, Evidence = $"{(on ? "Y" : "N")} ({parameter.Source})" }
            : check with { Evidence = ReadinessEvidence.Absent(parameter) };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
