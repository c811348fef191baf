using System.Globalization;
using TdxDash.Tdx.Layout;

namespace TdxDash.Tdx.Readiness;

/// <summary>Makes one state and one sentence of all checks.</summary>
internal static class ReadinessSummary
{
    // What was the machine's fault comes before what was the kernel's, and a named cause before the bare fact.
    private static readonly string[] CausesOfFailure =
    [
        BiosChecks.Encryption.Id, BiosChecks.Tdx.Id, BiosChecks.KeyIds.Id, ReportChecks.Mcheck.Id, ModuleChecks.Loaded.Id, ModuleChecks.Recent.Id, ModuleChecks.NoRbpMod.Id, KernelChecks.Hibernation.Id, MemoryChecks.Tdmrs.Id,
        MemoryChecks.ReservedAreas.Id, MemoryChecks.PamtMemory.Id, MemoryChecks.Accepted.Id, ModuleChecks.Seamcalls.Id,
    ];

    private static readonly string[] CausesOfRest = [KvmChecks.Release.Id, KvmChecks.Prerequisites.Id, KvmChecks.Enabled.Id, ModuleChecks.Initialized.Id];

    /// <summary>What the sentence begins with where it is not known whether the module is initialised.</summary>
    public const string NotKnown = "The TDX module is not initialised, or it is not known: ";

    public static (TdxState State, string Summary) Of(ReadinessEvidence evidence, IReadOnlyList<Check> checks)
    {
        // Asked for many ids, and most checks pass.
        Check[] allFailed = [.. checks.Where(check => check is { Outcome: CheckOutcome.Failed, Mandatory: true })];
        Check? Failed(string id) => Array.Find(allFailed, check => check.Id == id);
        if (NoTdx(evidence, Failed) is { } none)
        {
            return (TdxState.NoTdx, none);
        }

        Check? cause = CausesOfFailure.Select(Failed).FirstOrDefault(check => check is not null) ?? (evidence.InitializationFailed ? Failed(ModuleChecks.Initialized.Id) : null);
        if (cause is not null)
        {
            return (TdxState.Failed, Sentence(cause.Evidence));
        }

        Check? rest = CausesOfRest.Select(Failed).FirstOrDefault(check => check is not null);
        if (evidence.InitializedBy is null || rest is not null)
        {
            string state = evidence.InitializedBy is null ? "The TDX module is not initialised" : "The TDX module is initialised, but KVM does not use it";
            return (TdxState.NotInitialized, rest is null ? $"{NotKnown}{checks.First(check => check.Id == ModuleChecks.Initialized.Id).Evidence}" : $"{state}: {Sentence(Of(rest))}");
        }

        Check? risk = checks.FirstOrDefault(check => check is { Outcome: CheckOutcome.Warning, Id: var id } && (id == MemoryChecks.Tdmrs.Id || id == MemoryChecks.ReservedAreas.Id));
        return risk is null ? (TdxState.Ready, Ready(evidence) + AtRunTime(checks)) : (TdxState.AtRisk, Sentence($"Initialised, but {risk.Evidence}"));
    }

    private static string? NoTdx(ReadinessEvidence evidence, Func<string, Check?> failed)
    {
        string vendor = evidence.Cpu?.Vendor ?? "";
        if (failed(PlatformChecks.BareMetal.Id) is not null)
        {
            return failed(PlatformChecks.Vendor.Id) is not null
                ? $"This is a virtual machine, and its CPU is not from Intel ({vendor}): TDX needs a bare-metal Intel Xeon host."
                : "This is a virtual machine: TDX hosts run on bare metal.";
        }

        return failed(PlatformChecks.Vendor.Id) is not null ? $"Not an Intel CPU ({vendor}): TDX is a feature of Intel Xeon processors."
            : failed(PlatformChecks.Model.Id) is { } model ? $"The CPU is older than TDX: {model.Evidence}."
            : failed(BiosChecks.Vmx.Id) is { } vmx ? $"Virtualisation is off in the BIOS: {vmx.Evidence}."
            : failed(KernelChecks.Release.Id) is { } release ? $"The kernel is too old for TDX: {release.Evidence}."
            : failed(BiosChecks.Tdx.Id) is { } off && evidence.LogFacts.PrivateKeyIds is null ? $"TDX is off in the BIOS, or the machine has none: {off.Evidence}."
            : failed(KernelChecks.HostPlatform.Id) is { } host ? evidence.Cpu is null ? $"Firmware or kernel do not offer TDX: {host.Evidence}" : "Firmware or kernel do not offer TDX: the CPU flag tdx_host_platform is not set."
            : failed(PlatformChecks.Features.Id) is { } features ? $"The processor lacks what TDX needs: {features.Evidence}."
            : null;
    }

    private static string Of(Check cause) =>
        cause.Id == KvmChecks.Enabled.Id && cause.Evidence.StartsWith("N ", StringComparison.Ordinal) ? $"kvm_intel.tdx is {cause.Evidence}"
        : cause.Id == KvmChecks.Release.Id ? $"KVM runs trust domains from Linux 6.16 on; {cause.Evidence}"
        : cause.Evidence;

    private static string Sentence(string text) => text.EndsWith('.') || text.EndsWith(')') ? text : text + ".";

    private static string AtRunTime(IReadOnlyList<Check> checks) =>
        checks.FirstOrDefault(check => check.Id == ModuleChecks.Seamcalls.Id && check.Outcome == CheckOutcome.Failed) is { } failed ? $" A SEAMCALL failed at run time: {Sentence(failed.Evidence)}" : "";

    private static string Ready(ReadinessEvidence evidence)
    {
        string module = evidence.Identity.Version.TryGet(out Metadata.ModuleVersion version) ? $"TDX module {version}" : "The TDX module";
        return evidence.Layout is { Error: LayoutError.None } layout && evidence.Limits is { } limits
            ? Text($"{module} is initialised; {layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs and at most {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas are needed.")
            : $"{module} is initialised.";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
