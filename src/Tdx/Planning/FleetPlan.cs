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
    /// <returns>Not offered where the module is none for the machine's CPU family, or there is no room for the memory.</returns>
    public Reading<PlanMachine> Apply(PlanMachine machine)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (this == None)
        {
            return Reading.Known(machine, machine.Provenance, machine.Source);
        }

        if (Module is { } module && machine.Family is { } family && !module.Families.Contains(family))
        {
            return Reading.NotOffered<PlanMachine>(machine.Source, $"Module {module.Name} is for {string.Join(", ", module.Families)}, and the CPU is {family}.");
        }

        if (!MachineGrowth.HasRoom(machine, Added))
        {
            return Reading.NotOffered<PlanMachine>(machine.Source, $"There is no room for {Added} more below 2^52: memory ends at {machine.End}.");
        }

        PlanMachine changed = (Added.Bytes > 0 ? MachineGrowth.WithMemory(machine, Added) : machine) with
        {
            Module = Module ?? machine.Module,
            OffersDynamicPamt = Module is null ? machine.OffersDynamicPamt : Module.OffersDynamicPamt,
            Limits = Limits ?? Module?.Limits ?? machine.Limits,
            DynamicPamt = DynamicPamt ?? machine.DynamicPamt,
            Use = Use ?? machine.Use,
            SmallPages = SmallPages ?? machine.SmallPages,
            Provenance = Provenance.Hypothetical,
        };
        return Reading.Known(changed with { Notes = [.. PlanMachine.NotesOf(changed, null), .. machine.Notes.Except(PlanMachine.NotesOf(machine, null))] }, Provenance.Hypothetical, changed.Source);
    }
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

    /// <summary>How many of the machines are to be bought.</summary>
    public int Bought => Rows.Sum(row => row.Bought);

    /// <summary>What memory costs.</summary>
    /// <param name="bytes">Bytes; may be negative.</param>
    /// <param name="pricePerGiB">The price of a GiB, in any currency.</param>
    public static decimal Money(decimal bytes, decimal pricePerGiB) => decimal.Round(bytes / ByteSize.GiB * pricePerGiB, 2);

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
            (rows[i], gaps[i]) = changed.TryGet(out PlanMachine? worked) ? (FleetRow.Of(one, worked), (FleetGap?)null) : (null, new FleetGap(one.Id, changed.Reason, changed.Remedy));
        });
        FleetRow[] known = [.. rows.OfType<FleetRow>()];
        return new FleetPlan
        {
            Rows = known,
            Gaps = [.. gaps.OfType<FleetGap>()],
            Total = FleetSum.Of(known),
            ByReserved = Levels(known.Where(row => row.ReservedLeft is not null), row => row.ReservedLeft!.Value),
            ByTdmrs = Levels(known, row => row.TdmrsLeft),
        };
    }

    private static FleetHeadroom[] Levels(IEnumerable<FleetRow> rows, Func<FleetRow, int> left) =>
        [.. rows.GroupBy(left).OrderBy(level => level.Key).Select(level => new FleetHeadroom(level.Key, level.Sum(row => row.Machines)))];
}
