using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Readiness;

/// <summary>Whether the host's memory fits the module's limits: what the kernel said, else what its layout comes to.</summary>
internal static class MemoryChecks
{
    public static readonly CheckSpec Tdmrs = new("memory.tdmrs", "The TDMRs suffice",
        "Linux gives the module one TDMR for each memory block that the one before does not reach; a module takes 64.",
        "Make the memory map coarser: turn off sub-NUMA clustering, or take CXL and device-dax memory out of System RAM.");

    public static readonly CheckSpec ReservedAreas = new("memory.reserved-areas", "The reserved areas suffice",
        "Each hole in a TDMR's memory and each PAMT inside it takes one reserved area; a module takes 16 for one TDMR.",
        "Close small holes in the memory map: update the BIOS, turn off options that punch holes (memory-mapped devices, logs, SMM sharing), or use a kernel that derives holes from CMRs.");

    public static readonly CheckSpec PamtMemory = new("memory.pamt-memory", "Each PAMT finds contiguous memory",
        "A PAMT is one contiguous piece of up to 0.4 % of its TDMR; memory that has been in use for long is fragmented.",
        "Initialise TDX right after boot, before memory is in use: load kvm_intel early, or boot Linux 7.1 or newer, which does it at boot.");

    public static readonly CheckSpec Accepted = new("memory.accepted", "The module would accept the layout",
        "TDH.SYS.CONFIG takes only TDMRs whose memory and PAMTs lie in CMRs, aligned, in order and without overlap.",
        "Take memory that no CMR covers out of System RAM: CXL or device-dax memory that was onlined, or memory that the firmware did not mark convertible.");

    public static readonly CheckSpec Pamt = new("memory.pamt", "The computed PAMT equals the kernel's",
        "An equal figure shows that the memory map and the limits used here are those that the kernel used.",
        "Compare the memory map with the kernel's: memory added or taken away since boot, or a kernel that derives holes from CMRs, changes it.", false);

    public static readonly CheckSpec PrivateErrors = new("memory.private-errors", "TDX memory is free of machine checks",
        "On processors with the erratum tdx_pw_mce a stray partial write poisons TDX memory, and the next read of it stops the machine.",
        "Update the kernel, and look for a driver that writes to memory it does not own: the kernel calls this a possible kernel bug.", false);

    public static readonly CheckSpec Blocks = new("memory.blocks", "All memory blocks are online",
        "While TDX is in use, Linux refuses to take memory online that no CMR covers; a block that stays offline may be such memory.",
        "Compare the offline blocks with the CMRs; leave memory of CXL or persistent modules to device-dax.", false);

    // Linux warns with "consumed TDMRs reaching limit" when fewer than this many TDMRs are left (TDMR_NR_WARN).
    private const int FewTdmrsLeft = 4;

    public static IEnumerable<Check> Run(ReadinessEvidence evidence) =>
    [
        CheckTdmrs(evidence), CheckReservedAreas(evidence), CheckPamtMemory(evidence), CheckAccepted(evidence), CheckPamt(evidence), CheckBlocks(evidence), CheckPrivateErrors(evidence),
    ];

    private static Check CheckTdmrs(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.TdmrsExhausted) is { } line)
        {
            return Tdmrs.Failed(line);
        }

        if (Unlaid(evidence) is { } absent)
        {
            return Tdmrs.Skipped(absent);
        }

        (TdmrLayout layout, TdmrLimits limits) = (evidence.Layout!, evidence.Limits!);
        string use = ReadinessEvidence.Text($"{layout.TdmrsNeeded} of {limits.MaxTdmrs} TDMRs are needed ({evidence.Snapshot.Layout.Layout.Source})");
        return layout.TdmrsNeeded > limits.MaxTdmrs ? Predicted(evidence, Tdmrs, layout, use)
            : limits.MaxTdmrs - layout.TdmrsNeeded < FewTdmrsLeft ? Tdmrs.Warned($"{use}: a few more memory blocks can stop the next initialisation")
            : Tdmrs.Passed(use);
    }

    private static Check CheckReservedAreas(ReadinessEvidence evidence)
    {
        if (evidence.Line(FailureCause.ReservedAreasExhausted) is { } line)
        {
            return ReservedAreas.Failed(line);
        }

        if (Unlaid(evidence) is { } absent)
        {
            return ReservedAreas.Skipped(absent);
        }

        (TdmrLayout layout, TdmrLimits limits) = (evidence.Layout!, evidence.Limits!);
        if (layout.Error == LayoutError.ENOMEM || layout.TdmrsNeeded > limits.MaxTdmrs)
        {
            return ReservedAreas.Skipped("the layout ends before they are counted");
        }

        string use = ReadinessEvidence.Text($"at most {layout.PeakReserved} of {limits.MaxReservedPerTdmr} reserved areas are needed in one TDMR ({evidence.Snapshot.Layout.Layout.Source})");
        int holes = layout.Tdmrs.Select(tdmr => tdmr.Reserved.Count(area => area.Cause == ReservedCause.Hole)).DefaultIfEmpty().Max();
        if (evidence.Snapshot.Memory.Map.Provenance == Provenance.Hypothetical && holes <= limits.MaxReservedPerTdmr)
        {
            // Where the nodes are assumed, so is where the PAMTs lie: only holes are certain then.
            return ReservedAreas.Passed(ReadinessEvidence.Text($"holes take at most {holes} of {limits.MaxReservedPerTdmr} reserved areas in one TDMR; those of PAMTs come on top, as the NUMA nodes have it, which are not known ({evidence.Snapshot.Memory.Map.Source})"));
        }

        return layout.Error == LayoutError.ENOSPC || layout.PeakReserved > limits.MaxReservedPerTdmr ? Predicted(evidence, ReservedAreas, layout, use)
            : layout.PeakReserved >= limits.MaxReservedPerTdmr - 1 ? ReservedAreas.Warned($"{use}: one more hole in the memory map can stop the next initialisation")
            : ReservedAreas.Passed(use);
    }

    private static Check CheckPamtMemory(ReadinessEvidence evidence) =>
        evidence.Line(FailureCause.OutOfMemory) is { } line ? PamtMemory.Failed(line)
        : evidence.InitializedBy is { } by ? PamtMemory.Passed(by)
        : Unlaid(evidence) is { } absent ? PamtMemory.Skipped(absent)
        : evidence.Layout!.Error == LayoutError.ENOMEM ? Predicted(evidence, PamtMemory, evidence.Layout, "a PAMT finds no contiguous memory even on an otherwise empty machine")
        : PamtMemory.Skipped("only the kernel knows how fragmented its memory is");

    // A kernel that initialised TDX has shown that its own layout fits, whatever is predicted for an upstream kernel.
    private static Check Predicted(ReadinessEvidence evidence, CheckSpec spec, TdmrLayout layout, string use)
    {
        string line = layout.Log.Count > 0 ? $" ({layout.Log[^1]})" : "";
        return evidence.InitializedBy is null
            ? spec.Failed($"initialisation would fail with {layout.Error}{line}: {use}")
            : spec.Warned($"the kernel initialised TDX, though an upstream kernel would fail with {layout.Error}{line}: {use}");
    }

    private static Check CheckAccepted(ReadinessEvidence evidence)
    {
        Reading<LayoutAcceptance> acceptance = LayoutAcceptance.Of(evidence.Snapshot, evidence.Identity.Cmrs);
        if (!acceptance.TryGet(out LayoutAcceptance? judged))
        {
            return Accepted.Skipped(acceptance);
        }

        string seen = $"{judged.Sentence} ({acceptance.Source})";
        return judged.Answer.IsAccepted ? Accepted.Passed(seen)
            : evidence.InitializedBy is null ? Accepted.Failed($"initialisation would fail: {seen}")
            : Accepted.Warned(seen);
    }

    private static Check CheckPamt(ReadinessEvidence evidence)
    {
        KernelLogFacts log = evidence.LogFacts;
        if (log.PamtKiB is not { } printed || evidence.Layout is not { Error: LayoutError.None } layout || log.DynamicPamt)
        {
            return Pamt.Skipped(log.DynamicPamt ? "the kernel uses Dynamic PAMT" : log.PamtKiB is null ? "the kernel log has no figure" : "no layout was computed");
        }

        string both = ReadinessEvidence.Text($"computed {layout.PamtKiB} KiB, kernel {printed} KiB ({evidence.Log.Source})");
        return printed == layout.PamtKiB ? Pamt.Passed(both) : Pamt.Warned(both);
    }

    private static Check CheckBlocks(ReadinessEvidence evidence)
    {
        Reading<MemoryBlocks> blocks = evidence.MemoryBlocks;
        if (!blocks.TryGet(out MemoryBlocks? known))
        {
            return Blocks.Skipped(blocks);
        }

        string seen = ReadinessEvidence.Text($"{known.Online} online and {known.Offline} offline, of {known.BlockSize} each ({blocks.Source})");
        return known.Offline > 0 ? Blocks.Warned(seen) : Blocks.Passed(seen);
    }

    private static Check CheckPrivateErrors(ReadinessEvidence evidence) =>
        evidence.Line(FailureCause.PrivateMemoryError) is { } line ? PrivateErrors.Failed(line)
        : evidence.Log.IsKnown ? PrivateErrors.Passed($"no line tells of one ({evidence.Log.Source})")
        : PrivateErrors.Skipped(evidence.Log);

    private static IReading? Unlaid(ReadinessEvidence evidence) =>
        !evidence.Snapshot.Layout.Layout.IsKnown ? evidence.Snapshot.Layout.Layout
        : !evidence.Snapshot.Layout.Limits.IsKnown ? evidence.Snapshot.Layout.Limits
        : null;
}
