using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Platform;
using TdxDash.Tdx.Seamcalls;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Planning;

/// <summary>Works out what a planned machine comes to, with the same engine that lays out real hosts.</summary>
public static class Planner
{
    private const string Prefix = "virt/tdx: ", Source = "Linux TDMR construction", ModelSource = "model of TDH.SYS.CONFIG";
    private const int OutOfMemory = -12, OutOfSpace = -28, InputOutput = -5;
    private const ulong SysConfigLeaf = 45;

    /// <summary>Works out everything.</summary>
    public static PlanResult Calculate(PlanMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        TdmrLayout layout = TdmrBuilder.Build(machine.Map, machine.Limits, machine.Options);
        LayoutAcceptance? acceptance = Judge(machine, layout);
        PlanVerdict verdict = Verdict(machine, layout, acceptance);
        PlanPamt? pamt = HasTdmrs(machine, layout) ? PlanPamt.Of(machine, layout, PlanGuests.InUse(machine)) : null;
        return new PlanResult
        {
            Machine = machine,
            Layout = layout,
            Explanation = LayoutExplanation.Of(machine.Map, machine.Limits, layout, machine.Options.Cmrs),
            Acceptance = acceptance is null
                ? Reading.NotOffered<LayoutAcceptance>(ModelSource, "Linux comes to no layout that it could hand over.")
                : Reading.Known(acceptance, machine.CmrsAreGiven ? machine.Provenance : Provenance.Hypothetical, ModelSource),
            Verdict = verdict,
            Pamt = pamt is null
                ? Reading.NotOffered<PlanPamt>(Source, "There is no PAMT to compute: the TDMRs are exhausted, or there is no memory above the first MiB.")
                : Reading.Known(pamt, machine.Provenance, Source),
            Reserved = Reserved(machine, layout),
            Guests = verdict.Initializes
                ? Reading.Known(PlanGuests.Of(machine, AtRest(machine, layout, machine.UsesDynamicPamt)), machine.Provenance, Source)
                : Reading.NotOffered<PlanGuests>(Source, $"No TD can run: {verdict.Sentence}"),
        };
    }

    /// <summary>Whether a machine would initialise: the same verdict, without the rest.</summary>
    public static PlanVerdict Verdict(PlanMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        TdmrLayout layout = TdmrBuilder.Build(machine.Map, machine.Limits, machine.Options);
        return Verdict(machine, layout, Judge(machine, layout));
    }

    // PAMT before any TD runs.
    internal static ByteSize AtRest(PlanMachine machine, TdmrLayout layout, bool isDynamic) => isDynamic
        ? layout.Tdmrs.Aggregate(DynamicPamt.ReferenceCounts(machine.End), (sum, tdmr) => sum + PlanPamt.TablesOf(tdmr.Range.Size, machine).Total)
        : layout.Tdmrs.Aggregate(default(ByteSize), (sum, tdmr) => sum + PlanPamt.StaticOf(tdmr.Range.Size, machine.Limits).Total);

    internal static LayoutAcceptance? Judge(PlanMachine machine, TdmrLayout layout) =>
        layout.Error == LayoutError.None ? LayoutAcceptance.Judge(layout, machine.Cmrs, machine.AddressBits) : null;

    internal static bool HasTdmrs(PlanMachine machine, TdmrLayout layout) => layout.Tdmrs.Count > 0 && layout.TdmrsNeeded <= Math.Max(1, (int)machine.Limits.MaxTdmrs);

    internal static PlanVerdict Verdict(PlanMachine machine, TdmrLayout layout, LayoutAcceptance? acceptance)
    {
        if (machine.KeyIds is { } keyIds && keyIds < KeyIdPartitioning.FewestTdxKeyIds)
        {
            return new PlanVerdict(false, PlanLimit.KeyIds, Text($"The BIOS would give {keyIds} private KeyID{(keyIds == 1 ? "" : "s")} to TDX, and the module and one TD need {KeyIdPartitioning.FewestTdxKeyIds}."),
                keyIds == 0 ? [] : [Prefix + "initialization failed: too few private KeyIDs available."]);
        }

        if (layout.Error != LayoutError.None)
        {
            return Failed(machine, layout);
        }

        string[] before = [.. layout.Log.Select(line => Prefix + line)];
        return acceptance is { Answer.IsAccepted: false }
            ? new PlanVerdict(false, PlanLimit.Module, acceptance.Sentence,
                [.. before, Text($"{Prefix}SEAMCALL (0x{SysConfigLeaf:x16}) failed: 0x{acceptance.Answer.Status:x16}"), Text($"{Prefix}module initialization failed ({InputOutput})")])
            : new PlanVerdict(true, PlanLimit.None, Text($"It would initialise with {layout.TdmrsNeeded} of {machine.Limits.MaxTdmrs} TDMRs; no TDMR uses more than {layout.PeakReserved} of {machine.Limits.MaxReservedPerTdmr} reserved areas."),
                [.. before, Text($"{Prefix}{layout.PamtKiB} KB allocated for PAMT"), Prefix + "module initialized"]);
    }

    private static PlanVerdict Failed(PlanMachine machine, TdmrLayout layout)
    {
        (PlanLimit limit, string sentence) = layout switch
        {
            { Error: LayoutError.ENOMEM, FailedTdmr: { } tdmr } =>
                (PlanLimit.ContiguousMemory, Text($"The PAMT of TDMR {tdmr} would need {BlockOf(machine, layout.Tdmrs[tdmr])} of contiguous memory, which no node of an otherwise empty machine has.")),
            { Error: LayoutError.ENOMEM } => (PlanLimit.ContiguousMemory, "There is no memory above the first MiB."),
            { FailedTdmr: { } tdmr } => (PlanLimit.ReservedAreas, Text($"TDMR {tdmr} would need {layout.Tdmrs[tdmr].Reserved.Count} of {machine.Limits.MaxReservedPerTdmr} reserved areas.")),
            _ => (PlanLimit.Tdmrs, Text($"The memory would need {layout.TdmrsNeeded} of {machine.Limits.MaxTdmrs} TDMRs.")),
        };
        int errno = layout.Error == LayoutError.ENOMEM ? OutOfMemory : OutOfSpace;
        return new PlanVerdict(false, limit, sentence, [.. layout.Log.Select(line => Prefix + line), Text($"{Prefix}module initialization failed ({errno})")]);
    }

    private static ByteSize BlockOf(PlanMachine machine, Tdmr tdmr) =>
        (machine.UsesDynamicPamt ? PlanPamt.TablesOf(tdmr.Range.Size, machine) : PlanPamt.StaticOf(tdmr.Range.Size, machine.Limits)).Total;

    private static PlanReserved[] Reserved(PlanMachine machine, TdmrLayout layout)
    {
        if (layout.Error == LayoutError.ENOMEM || !HasTdmrs(machine, layout))
        {
            return [];
        }

        IReadOnlyList<ReservedUse> uses = ReservedUseRange.Of(machine.Map, layout);
        return [.. layout.Tdmrs.Select((tdmr, i) => new PlanReserved(i, tdmr.Range, tdmr.Reserved.Count, machine.Limits.MaxReservedPerTdmr,
            i < uses.Count ? uses[i].Least : null, i < uses.Count ? uses[i].Most : null))];
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
