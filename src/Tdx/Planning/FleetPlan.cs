using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>A machine of a fleet.</summary>
/// <param name="Id">What the caller knows it by.</param>
/// <param name="Machine">The machine, or why it is not known.</param>
/// <param name="Bought">0 for a machine that is there; else how many such machines are to be bought.</param>
public sealed record FleetMachine(string Id, Reading<PlanMachine> Machine, int Bought = 0);

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

    /// <summary>Memory that each machine gets at its upper end, on the node of its last range; those that are bought get none.</summary>
    public ByteSize Added { get; init; }

    /// <summary>The machine with the change.</summary>
    /// <param name="machine">The machine.</param>
    /// <returns>Unreadable where there is no room for the memory.</returns>
    public Reading<PlanMachine> Apply(PlanMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (this == None)
        {
            return Reading.Known(machine, machine.Provenance, machine.Source);
        }

        if (!MachineGrowth.HasRoom(machine, Added))
        {
            return Reading.Unreadable<PlanMachine>(machine.Source, $"There is no room for {Added} more below 2^52, where memory ends at {machine.End}.", "Add less.");
        }

        PlanMachine changed = (Added.Bytes > 0 ? MachineGrowth.WithMemory(machine, Added) : machine) with
        {
            Module = Module ?? machine.Module,
            Limits = Limits ?? Module?.Limits ?? machine.Limits,
            DynamicPamt = DynamicPamt ?? machine.DynamicPamt,
            Use = Use ?? machine.Use,
            SmallPages = SmallPages ?? machine.SmallPages,
            Provenance = Provenance.Hypothetical,
        };
        return Reading.Known(changed with { Notes = [.. PlanMachine.NotesOf(changed, null), .. machine.Notes.Except(PlanMachine.NotesOf(machine, null))] }, Provenance.Hypothetical, changed.Source);
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
/// <param name="Bought">0 for a machine that is there; else how many such machines are to be bought. All figures are those of one.</param>
public sealed record FleetRow(
    string Id, PlanVerdict Verdict, ByteSize Memory, ByteSize StaticPamt, ByteSize DynamicPamt, ByteSize Paid, int Tdmrs, int TdmrHeadroom, int? PeakReserved, int? ReservedHeadroom, long? KeyIds, Provenance Provenance, int Bought)
{
    /// <summary>How many machines it stands for.</summary>
    public int Machines => Math.Max(1, Bought);

    /// <summary>What Dynamic PAMT saves in bytes; negative where it costs more.</summary>
    public long Gain => (long)StaticPamt.Bytes - (long)DynamicPamt.Bytes;
}

/// <summary>A machine that cannot be worked out.</summary>
/// <param name="Id">What the caller knows it by.</param>
/// <param name="Reason">Why.</param>
/// <param name="Remedy">What to do; empty where nothing can be done.</param>
public sealed record FleetGap(string Id, string Reason, string Remedy);

/// <summary>How many machines have so much left of a limit.</summary>
/// <param name="Headroom">What is left; negative when they need more than there is.</param>
/// <param name="Machines">How many.</param>
public sealed record FleetHeadroom(int Headroom, int Machines);

/// <summary>What TDX costs over many machines, each laid out exactly, on all cores.</summary>
public sealed record FleetPlan
{
    /// <summary>The machines in the order in which they were given.</summary>
    public required IReadOnlyList<FleetRow> Rows { get; init; }

    /// <summary>Those that could not be worked out.</summary>
    public required IReadOnlyList<FleetGap> Gaps { get; init; }

    /// <summary>All of them together.</summary>
    public required FleetSum Total { get; init; }

    /// <summary>Machines by reserved areas left in their fullest TDMR, fewest first.</summary>
    public required IReadOnlyList<FleetHeadroom> ByReserved { get; init; }

    /// <summary>Machines by TDMRs left, fewest first.</summary>
    public required IReadOnlyList<FleetHeadroom> ByTdmrs { get; init; }

    /// <summary>Machines whose reserved areas are not counted, as they end before.</summary>
    public int Uncounted => Total.Machines - ByReserved.Sum(level => level.Machines);

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
        var gaps = new FleetGap?[all.Length];
        FleetChange applied = change ?? FleetChange.None, ofBought = applied with { Added = default };
        Parallel.For(0, all.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            FleetMachine one = all[i];
            Reading<PlanMachine> changed = one.Machine.TryGet(out PlanMachine? machine) ? (one.Bought > 0 ? ofBought : applied).Apply(machine) : one.Machine;
            (rows[i], gaps[i]) = changed.TryGet(out PlanMachine? worked) ? (Row(one, worked), (FleetGap?)null) : (null, new FleetGap(one.Id, changed.Reason, changed.Remedy));
        });
        FleetRow[] known = [.. rows.OfType<FleetRow>()];
        return new FleetPlan
        {
            Rows = known,
            Gaps = [.. gaps.OfType<FleetGap>()],
            Total = FleetSum.Of(known),
            ByReserved = Levels(known.Where(row => row.ReservedHeadroom is not null), row => row.ReservedHeadroom!.Value),
            ByTdmrs = Levels(known, row => row.TdmrHeadroom),
        };
    }

    private static FleetHeadroom[] Levels(IEnumerable<FleetRow> rows, Func<FleetRow, int> left) =>
        [.. rows.GroupBy(left).OrderBy(level => level.Key).Select(level => new FleetHeadroom(level.Key, level.Sum(row => row.Machines)))];

    private static FleetRow Row(FleetMachine one, PlanMachine machine)
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
        return new FleetRow(one.Id, verdict, machine.Memory, fixedTables, dynamic, verdict.Initializes ? machine.UsesDynamicPamt ? dynamic : fixedTables : default,
            layout.TdmrsNeeded, machine.Limits.MaxTdmrs - layout.TdmrsNeeded, peak, machine.Limits.MaxReservedPerTdmr - peak, machine.KeyIds is { } ids ? Math.Max(0, ids - 1) : null, machine.Provenance, one.Bought);
    }
}
