using TdxDash.Tdx.KernelLog;

namespace TdxDash.Tdx.Readiness;

/// <summary>What to do about each cause that a kernel log tells.</summary>
internal static class FailureRemedies
{
    /// <summary>The remedy of the check that looks at a cause; a general one where the cause is not known.</summary>
    public static string Of(FailureCause? cause) => cause switch
    {
        FailureCause.TdxOff => BiosChecks.Tdx.Remedy,
        FailureCause.TooFewKeyIds => BiosChecks.KeyIds.Remedy,
        FailureCause.ModuleNotLoaded => ModuleChecks.Loaded.Remedy,
        FailureCause.MissingCpuFeature => PlatformChecks.Features.Remedy,
        FailureCause.KvmPrerequisite => KvmChecks.Prerequisites.Remedy,
        FailureCause.Hibernation => KernelChecks.Hibernation.Remedy,
        FailureCause.NoRbpMod => ModuleChecks.NoRbpMod.Remedy,
        FailureCause.TdmrsExhausted => MemoryChecks.Tdmrs.Remedy,
        FailureCause.ReservedAreasExhausted => MemoryChecks.ReservedAreas.Remedy,
        FailureCause.OutOfMemory => MemoryChecks.PamtMemory.Remedy,
        _ => "Look at the kernel log around this line, and update BIOS, TDX module and kernel.",
    };
}
