using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>A machine of a fleet.</summary>
/// <param name="Id">What the caller knows it by.</param>
/// <param name="Machine">The machine, or why it is not known.</param>
public sealed record FleetMachine(string Id, Reading<PlanMachine> Machine);

/// <summary>What to change on every machine; what is null stays as it is.</summary>
public sealed record FleetChange
{
    /// <summary>No change.</summary>
    public static FleetChange None { get; } = new();

    /// <summary>Another module, with its limits.</summary>
    public PlanModule? Module { get; init; }

    /// <summary>Other limits.</summary>
    public TdmrLimits? Limits { get; init; }

    /// <summary>Dynamic PAMT on or off.</summary>
    public bool? DynamicPamt { get; init; }

    /// <summary>The part of memory that TDs use, in percent.</summary>
    public decimal? Use { get; init; }

    /// <summary>The part of the TDs' memory that is mapped as 4 KiB pages, in percent.</summary>
    public decimal? SmallPages { get; init; }

    /// <summary>The machine with the change.</summary>
    public PlanMachine Apply(PlanMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (this == None)
        {
            return machine;
        }

        PlanMachine changed = machine with
        {
            Module = Module ?? machine.Module,
            Limits = Limits ?? Module?.Limits ?? machine.Limits,
            DynamicPamt = DynamicPamt ?? machine.DynamicPamt,
            Use = Use ?? machine.Use,
            SmallPages = SmallPages ?? machine.SmallPages,
            Provenance = Provenance.Hypothetical,
        };
        return changed with { Notes = [.. PlanMachine.NotesOf(changed, null), .. machine.Notes.Except(PlanMachine.NotesOf(machine, null))] };
    }
}

/// <summary>One machine of a fleet, worked out.</summary>
/// <param name="Id">What the caller knows it by.</param>
/// <param name="Verdict">Whether it would initialise.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="StaticPamt">The static PAMT; 0 where the TDMRs are exhausted.</param>
/// <param name="DynamicPamt">Dynamic PAMT at the machine's use of memory, reference counts included; 0 as before.</param>
/// <param name="Paid">The one of the two that its kernel and module use; 0 where it does not initialise.</param>
/// <param name="Tdmrs">TDMRs that it needs.</param>
/// <param name="TdmrHeadroom">TDMRs left; negative when it needs more than there are.</param>
/// <param name="PeakReserved">The most reserved areas of a TDMR; null where it ended before they were counted.</param>
/// <param name="ReservedHeadroom">Areas left in that TDMR; null as before.</param>
/// <param name="KeyIds">KeyIDs for TDs; null where they are not known.</param>
/// <param name="Provenance">What the figures carry.</param>
public sealed record FleetRow(
    string Id, PlanVerdict Verdict, ByteSize Memory, ByteSize StaticPamt, ByteSize DynamicPamt, ByteSize Paid, int Tdmrs, int TdmrHeadroom, int? PeakReserved, int? ReservedHeadroom, long? KeyIds, Provenance Provenance)
{
    /// <summary>What Dynamic PAMT saves in bytes; negative where it costs more.</summary>
    public long Gain => (long)StaticPamt.Bytes - (long)DynamicPamt.Bytes;
}

/// <summary>A machine that cannot be worked out.</summary>
/// <param name="Id">What the caller knows it by.</param>
/// <param name="Reason">Why.</param>
/// <param name="Remedy">What to do; empty where nothing can be done.</param>
public sealed record FleetGap(string Id, string Reason, string Remedy);

/// <summary>How many machines have so many reserved areas left in their fullest TDMR.</summary>
/// <param name="Headroom">Areas left; negative when they need more than there are.</param>
/// <param name="Machines">How many.</param>
public sealed record FleetHeadroom(int Headroom, int Machines);

/// <summary>What TDX costs over many machines, each laid out exactly, on all cores.</summary>
public sealed record FleetPlan
{
    /// <summary>The machines in the order in which they were given.</summary>
    public required IReadOnlyList<FleetRow> Rows { get; init; }

    /// <summary>Those that could not be worked out.</summary>
    public required IReadOnlyList<FleetGap> Gaps { get; init; }

    /// <summary>All memory.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>The PAMT that all pay.</summary>
    public required ByteSize Paid { get; init; }

    /// <summary>The static PAMT of all.</summary>
    public required ByteSize StaticPamt { get; init; }

    /// <summary>Dynamic PAMT of all.</summary>
    public required ByteSize DynamicPamt { get; init; }

    /// <summary>Machines by reserved areas left, fewest first.</summary>
    public required IReadOnlyList<FleetHeadroom> ByHeadroom { get; init; }

    /// <summary>Machines that would not initialise.</summary>
    public required int Failing { get; init; }

    /// <summary>PAMT that is paid, in percent of memory.</summary>
    public double PaidPercent => Memory.Bytes == 0 ? 0 : 100.0 * Paid.Bytes / Memory.Bytes;

    /// <summary>What Dynamic PAMT saves over all in bytes; negative where it costs more.</summary>
    public long Gain => (long)StaticPamt.Bytes - (long)DynamicPamt.Bytes;

    /// <summary>What memory costs.</summary>
    /// <param name="bytes">Bytes; may be negative.</param>
    /// <param name="pricePerGiB">The price of a GiB, in any currency.</param>
    public static decimal Money(long bytes, decimal pricePerGiB) => decimal.Round(bytes / (decimal)ByteSize.GiB * pricePerGiB, 2);

    /// <summary>Works it out.</summary>
    /// <param name="machines">The fleet.</param>
    /// <param name="change">What to change on each.</param>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static FleetPlan Of(IEnumerable<FleetMachine> machines, FleetChange? change = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(machines);
        FleetMachine[] all = [.. machines];
        var rows = new FleetRow?[all.Length];
        FleetChange applied = change ?? FleetChange.None;
        Parallel.For(0, all.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
            rows[i] = all[i].Machine.TryGet(out PlanMachine? machine) ? Row(all[i].Id, applied.Apply(machine)) : null);
        FleetRow[] known = [.. rows.OfType<FleetRow>()];
        return new FleetPlan
        {
            Rows = known,
            Gaps = [.. all.Where(one => !one.Machine.IsKnown).Select(one => new FleetGap(one.Id, one.Machine.Reason, one.Machine.Remedy))],
            Memory = Sum(known, row => row.Memory),
            Paid = Sum(known, row => row.Paid),
            StaticPamt = Sum(known, row => row.StaticPamt),
            DynamicPamt = Sum(known, row => row.DynamicPamt),
            ByHeadroom = [.. known.Where(row => row.ReservedHeadroom is not null).GroupBy(row => row.ReservedHeadroom!.Value).OrderBy(group => group.Key).Select(group => new FleetHeadroom(group.Key, group.Count()))],
            Failing = known.Count(row => !row.Verdict.Initializes),
        };
    }

    private static ByteSize Sum(FleetRow[] rows, Func<FleetRow, ByteSize> pick) => rows.Aggregate(default(ByteSize), (sum, row) => sum + pick(row));

    private static FleetRow Row(string id, PlanMachine machine)
    {
        TdmrLayout layout = TdmrBuilder.Build(machine.Map, machine.Limits, machine.Options);
        PlanVerdict verdict = Planner.Verdict(machine, layout, Planner.Judge(machine, layout));
        bool hasTdmrs = Planner.HasTdmrs(machine, layout), hasAreas = hasTdmrs && layout.Error != LayoutError.ENOMEM;
        ByteSize fixedTables = default, dynamic = default;
        if (hasTdmrs)
        {
            fixedTables = Planner.AtRest(machine, layout, isDynamic: false);
            dynamic = Planner.AtRest(machine, layout, isDynamic: true)
                + Layout.DynamicPamt.PagePairs(PlanPamt.Share(PlanGuests.InUse(machine), machine.SmallPages), machine.Limits);
        }

        int? peak = hasAreas ? layout.PeakReserved : null;
        return new FleetRow(id, verdict, machine.Memory, fixedTables, dynamic, verdict.Initializes ? machine.UsesDynamicPamt ? dynamic : fixedTables : default,
            layout.TdmrsNeeded, machine.Limits.MaxTdmrs - layout.TdmrsNeeded, peak, machine.Limits.MaxReservedPerTdmr - peak, machine.KeyIds is { } ids ? Math.Max(0, ids - 1) : null, machine.Provenance);
    }
}
