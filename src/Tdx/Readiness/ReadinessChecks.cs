using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Readiness;

/// <summary>The checks that tell whether a host is ready for TDX, and why not.</summary>
public static class ReadinessChecks
{
    private const string NoPlatform = "the platform has no TDX";
    private const string NotOffered = "firmware and kernel do not offer TDX";

    // The two checks of the kernel that make sense on any machine.
    private static readonly string[] OfAnyMachine = [KernelChecks.Release.Id, KernelChecks.HostPlatform.Id];

    // What a module that is not there cannot answer for.
    private static readonly string[] OfTheModule =
    [
        ModuleChecks.Recent.Id, ModuleChecks.NoRbpMod.Id, ModuleChecks.Seamcalls.Id, ModuleChecks.Initialized.Id, ModuleChecks.Production.Id, ModuleChecks.Updates.Id, MemoryChecks.Pamt.Id,
    ];

    private static readonly string[] LeadToNoModule = [BiosChecks.Tdx.Id, BiosChecks.KeyIds.Id, ModuleChecks.Loaded.Id];

    /// <summary>Runs all checks over a snapshot. What an emulated module says counts only for a demo host: on a live machine the verdict
    /// speaks of the real platform.</summary>
    public static Verdict Run(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return Run(new ReadinessEvidence(snapshot));
    }

    /// <summary>Runs all checks over what was made of a snapshot already.</summary>
    internal static Verdict Run(ReadinessEvidence evidence)
    {
        Check[] platform = [.. PlatformChecks.Run(evidence)], bios = [.. BiosChecks.Run(evidence)], kernel = [.. KernelChecks.Run(evidence)];
        Check[] above = [.. ModuleChecks.Run(evidence), .. MemoryChecks.Run(evidence), .. KvmChecks.Run(evidence), .. AttestationChecks.Run(evidence)];
        Check[] checks =
            Lacks(platform.Where(check => check.Id != PlatformChecks.Features.Id)) ? [.. platform, .. Skip(bios, NoPlatform), .. kernel.Select(check => OfAnyMachine.Contains(check.Id) ? check : Skip(check, NoPlatform)), .. Skip(above, NoPlatform)]
            : Lacks(kernel.Where(check => OfAnyMachine.Contains(check.Id))) ? [.. platform, .. bios, .. kernel, .. Skip(above, NotOffered)]
            : [.. platform, .. bios, .. kernel, .. SkipBehindMissingModule(bios, above)];
        checks = [.. WithReport(checks, ReportChecks.Run(evidence))];
        (TdxState state, string summary) = ReadinessSummary.Of(evidence, checks);
        return new Verdict(state, summary, checks);
    }

    // Each behind the last check of its group.
    private static IEnumerable<Check> WithReport(Check[] checks, IReadOnlyList<Check> reported) => reported.Count == 0
        ? checks
        : checks.GroupBy(GroupOf, StringComparer.Ordinal).SelectMany(group => group.Concat(reported.Where(check => GroupOf(check) == group.Key)));

    private static string GroupOf(Check check) => check.Id.Split('.')[0];

    private static bool Lacks(IEnumerable<Check> checks) => checks.Any(check => check is { Outcome: CheckOutcome.Failed, Mandatory: true });

    private static IEnumerable<Check> SkipBehindMissingModule(Check[] bios, Check[] above)
    {
        bool missing = bios.Concat(above).Any(check => LeadToNoModule.Contains(check.Id) && check.Outcome == CheckOutcome.Failed);
        return above.Select(check => missing && OfTheModule.Contains(check.Id) ? Skip(check, "there is no module to look at") : check);
    }

    private static IEnumerable<Check> Skip(IEnumerable<Check> checks, string why) => checks.Select(check => Skip(check, why));

    private static Check Skip(Check check, string why) => check with { Outcome = CheckOutcome.Skipped, Evidence = why };
}
