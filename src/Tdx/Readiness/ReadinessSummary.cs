using System.Globalization;
using TdxDash.Tdx.Layout;

namespace TdxDash.Tdx.Readiness;

/// <summary>Makes one state and one sentence of all checks.</summary>
internal static class ReadinessSummary
{
    // Linux warns with "consumed TDMRs reaching limit" when fewer than this many TDMRs are left (TDMR_NR_WARN).
    private const int FewTdmrsLeft = 4;

    public static (TdxState State, string Summary) Of(ReadinessEvidence evidence, IReadOnlyList<Check> checks)
    {
        Check? Failed(string id) => checks.FirstOrDefault(check => check.Id == id && check.Outcome == CheckOutcome.Failed);
        string[] platform = [PlatformChecks.Vendor, PlatformChecks.BareMetal, PlatformChecks.CpuModel, PlatformChecks.Vmx, PlatformChecks.KernelRelease, PlatformChecks.HostPlatform];
        if (platform.Any(id => Failed(id) is not null))
        {
            return (TdxState.NoTdx, NoTdx(evidence, Failed));
        }

        // The kernel's own failure says more than a prediction; both say more than a missing switch.
        foreach (string id in (string[])[ModuleChecks.Initialized, ModuleChecks.KeyIds, ModuleChecks.Loaded, ModuleChecks.NoRbpMod, ModuleChecks.Limits, ModuleChecks.Accepted])
        {
            if (Failed(id) is { Mandatory: true } check)
            {
                return (TdxState.Failed, id is ModuleChecks.Limits or ModuleChecks.Accepted ? $"Initialisation would fail: {check.Evidence}" : check.Evidence);
            }
        }

        if (evidence.InitializedBy is null || Failed(ModuleChecks.KernelKvm) is not null || Failed(ModuleChecks.KvmIntel) is not null)
        {
            return (TdxState.NotInitialized, NotInitialized(evidence, checks, Failed));
        }

        return Risk(evidence) is { } risk ? (TdxState.AtRisk, risk) : (TdxState.Ready, Ready(evidence));
    }

    private static string NoTdx(ReadinessEvidence evidence, Func<string, Check?> failed)
    {
        string vendor = evidence.Cpu?.Vendor ?? "";
        if (failed(PlatformChecks.BareMetal) is not null)
        {
            return failed(PlatformChecks.Vendor) is not null
                ? $"This is a virtual machine, and its CPU is not from Intel ({vendor}): TDX needs a bare-metal Intel Xeon host."
                : "This is a virtual machine: TDX hosts run on bare metal.";
        }

        return failed(PlatformChecks.Vendor) is not null ? $"Not an Intel CPU ({vendor}): TDX is a feature of Intel Xeon processors."
            : failed(PlatformChecks.CpuModel) is { } model ? $"The CPU is older than TDX: {model.Evidence}."
            : failed(PlatformChecks.Vmx) is { } vmx ? $"Virtualisation is off in the BIOS: {vmx.Evidence}."
            : failed(PlatformChecks.KernelRelease) is { } release ? $"The kernel is too old for TDX: {release.Evidence}."
            : "Firmware or kernel do not offer TDX: the CPU flag tdx_host_platform is not set.";
    }

    private static string NotInitialized(ReadinessEvidence evidence, IReadOnlyList<Check> checks, Func<string, Check?> failed)
    {
        string state = evidence.InitializedBy is null ? "The TDX module is not initialised" : "The TDX module is initialised, but KVM does not use it";
        Check? cause = failed(ModuleChecks.KernelKvm) ?? failed(ModuleChecks.KvmIntel) ?? checks.FirstOrDefault(check => check.Id == ModuleChecks.Initialized && evidence.InitializedBy is null);
        return cause is null ? $"{state}." : cause.Id switch
        {
            ModuleChecks.KvmIntel => $"{state}: kvm_intel.tdx is {cause.Evidence}.",
            ModuleChecks.KernelKvm => $"{state}: KVM runs trust domains from Linux 6.16 on; {cause.Evidence}.",
            _ => $"{state}, or it is not known: {cause.Evidence}",
        };
    }

    private static string? Risk(ReadinessEvidence evidence)
    {
        if (evidence.Layout is not { } layout || evidence.Limits is not { } limits)
        {
            return null;
        }

        if (layout.PeakReserved >= limits.MaxReservedPerTdmr - 1)
        {
            return Text($"Initialised, but a TDMR needs {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas: one more hole in the memory map can stop the next initialisation.");
        }

        return limits.MaxTdmrs - layout.TdmrsNeeded < FewTdmrsLeft
            ? Text($"Initialised, but {layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs are needed: a few more memory blocks can stop the next initialisation.")
            : null;
    }

    private static string Ready(ReadinessEvidence evidence)
    {
        string module = evidence.Identity.Version.TryGet(out Metadata.ModuleVersion version) ? $"TDX module {version}" : "The TDX module";
        return evidence.Layout is { Error: LayoutError.None } layout && evidence.Limits is { } limits
            ? Text($"{module} is initialised; {layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs and at most {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas are needed.")
            : $"{module} is initialised.";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
