using System.Buffers;

namespace TdxDash.Tdx.KernelLog;

/// <summary>Why TDX does not work, as far as one line of a kernel log tells.</summary>
public enum FailureCause
{
    /// <summary>The BIOS has TDX off, or the machine has none.</summary>
    TdxOff,

    /// <summary>There are fewer than two private KeyIDs.</summary>
    TooFewKeyIds,

    /// <summary>No TDX module is loaded.</summary>
    ModuleNotLoaded,

    /// <summary>The processor, or the kernel's view of it, lacks a feature that TDX needs.</summary>
    MissingCpuFeature,

    /// <summary>A switch of KVM that TDX needs is off.</summary>
    KvmPrerequisite,

    /// <summary>Hibernation is possible, which excludes TDX.</summary>
    Hibernation,

    /// <summary>The kernel refused to load an image for kexec or kdump because of TDX.</summary>
    KexecRefused,

    /// <summary>The module does not preserve the frame pointer.</summary>
    NoRbpMod,

    /// <summary>A SEAMCALL failed.</summary>
    Seamcall,

    /// <summary>More TDMRs are needed than the module takes.</summary>
    TdmrsExhausted,

    /// <summary>A TDMR needs more reserved areas than the module takes.</summary>
    ReservedAreasExhausted,

    /// <summary>There was not enough contiguous memory, which only PAMTs need much of (error -12, ENOMEM).</summary>
    OutOfMemory,

    /// <summary>A machine check hit memory that belongs to TDX.</summary>
    PrivateMemoryError,

    /// <summary>Initialisation failed; the line itself does not say why.</summary>
    Initialization,
}

/// <summary>A line of a kernel log that tells of a failure.</summary>
/// <param name="Cause">What it tells.</param>
/// <param name="Line">The line as printed, without its prefix.</param>
public sealed record LoggedCause(FailureCause Cause, string Line)
{
    // Where a mark stands in the kernel: arch/x86/virt/vmx/tdx/tdx.c, arch/x86/kvm/vmx/tdx.c, arch/x86/kernel/machine_kexec_64.c, and the
    // out-of-tree series before 6.8. A line has the first cause whose mark it bears.
    private static readonly (string Mark, FailureCause Cause)[] Marks =
    [
        ("TDX private memory error", FailureCause.PrivateMemoryError),
        ("not enabled by BIOS", FailureCause.TdxOff),
        ("TDX not supported by the host platform", FailureCause.TdxOff),
        ("no TDX private KeyIDs available", FailureCause.TdxOff),
        ("too few private KeyIDs", FailureCause.TooFewKeyIds),
        ("module not loaded", FailureCause.ModuleNotLoaded),
        ("XSAVE is required for TDX", FailureCause.MissingCpuFeature),
        ("MOVDIR64B is required for TDX", FailureCause.MissingCpuFeature),
        ("Self-snoop is required for TDX", FailureCause.MissingCpuFeature),
        ("is required for TDX", FailureCause.KvmPrerequisite),
        ("TDX requires TDP MMU", FailureCause.KvmPrerequisite),
        ("requires kvm.enable_virt_at_load", FailureCause.KvmPrerequisite),
        ("Disable TDX:", FailureCause.KvmPrerequisite),
        ("Hibernation support is enabled", FailureCause.Hibernation),
        ("Not allowed on platform with tdx_pw_mce", FailureCause.KexecRefused),
        ("NO_RBP_MOD feature is not supported", FailureCause.NoRbpMod),
        ("clobber bug present", FailureCause.NoRbpMod),
        ("TDMRs exhausted", FailureCause.TdmrsExhausted),
        ("reserved areas exhausted", FailureCause.ReservedAreasExhausted),
        ("initialization failed (-12)", FailureCause.OutOfMemory),
        ("initialization failed", FailureCause.Initialization),
        ("Failed to initialize TDX module", FailureCause.Initialization),
    ];

    // Most lines tell of no failure: one look for all marks together spares one for each.
    private static readonly SearchValues<string> AnyMark = SearchValues.Create([.. Marks.Select(known => known.Mark)], StringComparison.Ordinal);

    /// <summary>What a line tells, without its prefix; null where it tells of no failure. Failed SEAMCALLs are not among them.</summary>
    internal static FailureCause? Of(string line)
    {
        if (!line.AsSpan().ContainsAny(AnyMark))
        {
            return null;
        }

        foreach ((string mark, FailureCause cause) in Marks)
        {
            if (line.Contains(mark, StringComparison.Ordinal))
            {
                return cause;
            }
        }

        return null;
    }
}
