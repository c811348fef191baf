using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;

namespace TdxDash.Tdx.Snapshots;

/// <summary>The few values of a snapshot that a row of the fleet shows.</summary>
public sealed record HostSummary
{
    /// <summary>The host name.</summary>
    public required string Name { get; init; }

    /// <summary>What kind of machine this is.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The state.</summary>
    public required TdxState State { get; init; }

    /// <summary>The state in one sentence.</summary>
    public required string StateReason { get; init; }

    /// <summary>Whether the state is known. <see cref="TdxState.NotInitialized"/> stands for hosts too of which nothing tells whether the module is initialised.</summary>
    public bool IsStateKnown => State != TdxState.NotInitialized || !StateReason.StartsWith(ReadinessSummary.NotKnown, StringComparison.Ordinal);

    /// <summary>The CPU family by its public short name, for example <c>SPR</c>, <c>EMR</c>, <c>GNR</c>; the family and model numbers where it has none.</summary>
    public required string CpuFamily { get; init; }

    /// <summary>The module's version.</summary>
    public required Reading<ModuleVersion> Version { get; init; }

    /// <summary>Usable memory.</summary>
    public required Reading<ByteSize> Memory { get; init; }

    /// <summary>PAMT over all TDMRs.</summary>
    public required Reading<ByteSize> Pamt { get; init; }

    /// <summary>PAMT as it is computed, where the kernel reported a figure that it can be held against; <see cref="Pamt"/> is that figure then.</summary>
    public Reading<ByteSize> ComputedPamt { get; init; } = NoComputedPamt;

    /// <summary>The most reserved areas that any TDMR needs.</summary>
    public required Reading<int> PeakReserved { get; init; }

    /// <summary>MAX_RESERVED_PER_TDMR.</summary>
    public required Reading<int> MaxReserved { get; init; }

    /// <summary>TDMRs needed.</summary>
    public required Reading<int> Tdmrs { get; init; }

    /// <summary>MAX_TDMRS.</summary>
    public required Reading<int> MaxTdmrs { get; init; }

    /// <summary>Private KeyIDs for guests: one TD needs one.</summary>
    public required Reading<long> KeyIds { get; init; }

    /// <summary>Private KeyIDs that guests use now.</summary>
    public required Reading<long> KeyIdsInUse { get; init; }

    /// <summary>The kernel release, as <c>uname -r</c> prints it.</summary>
    public required Reading<string> KernelRelease { get; init; }

    /// <summary>How deep the probe could read.</summary>
    public required Reading<ProbeTier> Tier { get; init; }

    /// <summary>There is no figure of the kernel that a computed PAMT could be held against.</summary>
    public static Reading<ByteSize> NoComputedPamt { get; } = Reading.NotOffered<ByteSize>("layout", "There is no figure of the kernel to hold it against.");

    /// <summary>Works it out.</summary>
    public static HostSummary From(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return From(new ReadinessEvidence(snapshot));
    }

    /// <summary>Works it out from what was made of a snapshot already.</summary>
    internal static HostSummary From(ReadinessEvidence evidence)
    {
        Snapshot snapshot = evidence.Snapshot;
        Verdict verdict = ReadinessChecks.Run(evidence);
        Reading<TdmrLayout> layout = snapshot.Layout.Layout;
        Reading<TdmrLimits> limits = snapshot.Layout.Limits;
        return new HostSummary
        {
            Name = snapshot.Host.Name.Or("unnamed")!,
            Origin = snapshot.Origin,
            State = verdict.State,
            StateReason = verdict.Summary,
            CpuFamily = FamilyOf(snapshot),
            // The row shows what a module says, even an emulated one of a machine that is not a demo; the checks do not.
            Version = evidence.AnyIdentity.Version,
            Memory = snapshot.Memory.Map.Map(blocks => SizeOf(blocks)),
            Pamt = PamtOf(evidence.Log, layout),
            ComputedPamt = ComputedPamtOf(evidence),
            PeakReserved = PeakOf(layout, limits),
            MaxReserved = limits.Map(value => (int)value.MaxReservedPerTdmr),
            Tdmrs = layout.Map(value => value.TdmrsNeeded),
            MaxTdmrs = limits.Map(value => (int)value.MaxTdmrs),
            KeyIds = snapshot.Kernel.KeyIdCapacity,
            KeyIdsInUse = snapshot.Platform?.KeyIdsInUse
                ?? Reading.NotOffered<long>("tdx in misc.current", "The snapshot was taken by a probe that did not read it. Update the probe."),
            KernelRelease = snapshot.Host.KernelRelease,
            Tier = ProbeTiers.Of(snapshot),
        };
    }

    /// <summary>The CPU family by its public short name; the family and model numbers where it has none, <c>unknown</c> where nothing is known.</summary>
    public static string FamilyOf(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot.Host.Cpu.TryGet(out CpuFacts? cpu) ? CpuFamilies.ShortName(cpu.Family, cpu.Model)
            : snapshot.Report?.CpuSignature.Or(null) is { } reported ? CpuFamilies.ShortName(reported.Family, reported.Model) : "unknown";
    }

    private static ByteSize SizeOf(IReadOnlyList<MemoryBlock> blocks)
    {
        ulong bytes = 0;
        for (int i = 0; i < blocks.Count; i++)
        {
            bytes += blocks[i].Range.Size.Bytes;
        }

        return new ByteSize(bytes);
    }

    // What the kernel allocated outweighs what was computed: with Dynamic PAMT, or after memory changed, the two differ.
    private static Reading<ByteSize> PamtOf(Reading<KernelLogFacts> log, Reading<TdmrLayout> layout)
    {
        if (log.Or(null)?.PamtKiB is { } printed and < (1UL << 50))
        {
            return Reading.Known(new ByteSize(printed * ByteSize.KiB), log.Provenance, log.Source);
        }

        return layout.TryGet(out TdmrLayout? built) && built.PamtKiB is 0 or >= (1UL << 50)
            ? Reading.Unreadable<ByteSize>(layout.Source, $"No PAMT was computed: the layout ended with {built.Error}.", "See the host's readiness checks.")
            : layout.Map(value => new ByteSize(value.PamtKiB * ByteSize.KiB));
    }

    // A kernel with Dynamic PAMT allocates less by design.
    private static Reading<ByteSize> ComputedPamtOf(ReadinessEvidence evidence) =>
        evidence.LogFacts is { PamtKiB: < (1UL << 50), DynamicPamt: false } && evidence.Layout is { Error: LayoutError.None, PamtKiB: < (1UL << 50) } layout
            ? Reading.Known(new ByteSize(layout.PamtKiB * ByteSize.KiB), evidence.Snapshot.Layout.Layout.Provenance, evidence.Snapshot.Layout.Layout.Source)
            : evidence.LogFacts.DynamicPamt ? Reading.NotOffered<ByteSize>("layout", "The kernel uses Dynamic PAMT.") : NoComputedPamt;

    // Reserved areas come last: a layout that ended before them has none to count.
    private static Reading<int> PeakOf(Reading<TdmrLayout> layout, Reading<TdmrLimits> limits)
    {
        bool ended = layout.TryGet(out TdmrLayout? built)
            && (built.Error == LayoutError.ENOMEM || (built.Error == LayoutError.ENOSPC && limits.TryGet(out TdmrLimits? most) && built.TdmrsNeeded > most.MaxTdmrs));
        return ended
            ? Reading.Unreadable<int>(layout.Source, $"The layout ended with {built!.Error} before reserved areas were counted.", "See the host's readiness checks.")
            : layout.Map(value => value.PeakReserved);
    }
}
