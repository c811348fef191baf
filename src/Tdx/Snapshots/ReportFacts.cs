namespace TdxDash.Tdx.Snapshots;

/// <summary>What a log or report that was imported says of a machine and a probe reads otherwise or not at all. Part only of snapshots
/// that were made from such a file.</summary>
public sealed record ReportFacts
{
    /// <summary>The processor's marketing name.</summary>
    public required Reading<string> CpuName { get; init; }

    /// <summary>The processor's family, model and stepping.</summary>
    public required Reading<CpuSignature> CpuSignature { get; init; }

    /// <summary>Logical CPUs that were brought up.</summary>
    public required Reading<int> LogicalCpus { get; init; }

    /// <summary>The hypervisor that the kernel runs on, as it names it.</summary>
    public required Reading<string> Hypervisor { get; init; }

    /// <summary>Whether <c>/proc/cpuinfo</c> has the word tdx, as <c>system-report.sh</c> looks for it.</summary>
    public required Reading<bool> CpuInfoHasTdx { get; init; }

    /// <summary>Whether multi-key memory encryption is on: bit 1 of IA32_TME_ACTIVATE (MSR 0x982).</summary>
    public required Reading<bool> MemoryEncryption { get; init; }

    /// <summary>Whether SEAM can be entered: bit 11 of IA32_SEAMRR_PHYS_MASK (MSR 0x1401).</summary>
    public required Reading<bool> SeamrrEnabled { get; init; }

    /// <summary>Private KeyIDs: bits 63:32 of IA32_MKTME_KEYID_PARTITIONING (MSR 0x87).</summary>
    public required Reading<long> PrivateKeyIds { get; init; }

    /// <summary>MSR 0xa0: the result of MCHECK, 0 when it passed.</summary>
    public required Reading<ulong> McheckStatus { get; init; }

    /// <summary>Whether the processor is a production part: bit 27 of MSR 0xce is clear.</summary>
    public required Reading<bool> IsProduction { get; init; }

    /// <summary>The last result in the log of Intel's registration agent.</summary>
    public required Reading<string> Registration { get; init; }

    /// <summary>Packages with their versions, and those that are not installed.</summary>
    public required Reading<IReadOnlyList<string>> Packages { get; init; }
}

/// <summary>Which processor this is (CPUID.1.EAX, taken apart).</summary>
/// <param name="Family">Display family.</param>
/// <param name="Model">Display model.</param>
/// <param name="Stepping">Stepping.</param>
public sealed record CpuSignature(int Family, int Model, int Stepping);
