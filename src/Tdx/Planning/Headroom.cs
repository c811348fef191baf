using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>How far something can grow until the first limit.</summary>
/// <param name="Most">So many more are possible, and one more is not; where <see cref="Limit"/> is none, more than were tried.</param>
/// <param name="Limit">What one more runs into.</param>
/// <param name="Sentence">Both in one sentence.</param>
public sealed record HeadroomFigure(long Most, PlanLimit Limit, string Sentence);

/// <summary>How many more holes one TDMR has room for.</summary>
/// <param name="Tdmr">Its index.</param>
/// <param name="Figure">How many.</param>
public sealed record HoleHeadroom(int Tdmr, HeadroomFigure Figure);

/// <summary>How far a machine is from its limits, found by trying on the exact engine and on the model of the module: doubling, then bisection.</summary>
public sealed record Headroom
{
    /// <summary>From more ranges on a trial takes so long that only one TDMR is tried; no module seen so far initialises with as many.</summary>
    public const int ManyRanges = 4_096;

    private const ulong Page = 4 * ByteSize.KiB, Step = MachineGrowth.Border;
    private const long MostTds = 1_000_000;
    private const string Source = "search over the layout engine";

    /// <summary>GiB that the highest memory can grow by.</summary>
    public required Reading<HeadroomFigure> MemoryGiB { get; init; }

    /// <summary>NUMA nodes like the last one that can be added on top, each with memory of its own.</summary>
    public required Reading<HeadroomFigure> Nodes { get; init; }

    /// <summary>Holes of one page in the last GiB of each TDMR, where they part no TDMR, or with more than <see cref="ManyRanges"/> ranges of memory in the fullest one only; empty where the machine does not initialise.</summary>
    public required IReadOnlyList<HoleHeadroom> Holes { get; init; }

    /// <summary>TDs of the plan's first size beside those that it has.</summary>
    public required Reading<HeadroomFigure> Tds { get; init; }

    /// <summary>The TDMR that has room for the fewest holes.</summary>
    public HoleHeadroom? FewestHoles => Holes.MinBy(holes => holes.Figure.Most);

    /// <summary>Searches.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellation">Ends it early: with tens of thousands of ranges it takes seconds.</param>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static Headroom Of(PlanMachine machine, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        PlanVerdict now = Planner.Verdict(machine);
        if (!now.Initializes)
        {
            return new Headroom { MemoryGiB = None(now), Nodes = None(now), Holes = [], Tds = None(now) };
        }

        return new Headroom
        {
            MemoryGiB = Known(Figure(n => MachineGrowth.WithMemory(machine, new ByteSize((ulong)n * Step)), MostGiB(machine), "GiB of memory", "GiB of memory", PlanLimit.Addresses, cancellation)),
            Nodes = Known(Figure(n => WithNodes(machine, n), MostNodes(machine), "node like the last one", "nodes like the last one", PlanLimit.Addresses, cancellation)),
            Holes = HolesOf(machine, cancellation),
            Tds = TdsOf(machine, cancellation),
        };
    }

    private static Reading<HeadroomFigure> None(PlanVerdict now) => Reading.NotOffered<HeadroomFigure>(Source, $"The machine does not initialise as it is: {now.Sentence}");

    // Whatever the machine is, with one more it is none that is there.
    private static Reading<HeadroomFigure> Known(HeadroomFigure figure) => Reading.Known(figure, Provenance.Hypothetical, Source);

    private static HeadroomFigure Figure(Func<long, PlanMachine> grown, long cap, string one, string several, PlanLimit atCap, CancellationToken cancellation)
    {
        long most = Search.Largest(Holds, cap);
        string noun = most == 1 ? one : several;
        if (most >= cap)
        {
            return new HeadroomFigure(most, atCap, Text($"{most:#,0} more {noun}: {(atCap == PlanLimit.Addresses ? "then addresses or nodes end" : "more were not tried")}."));
        }

        PlanVerdict next = Planner.Verdict(grown(most + 1));
        return new HeadroomFigure(most, next.Limit, Text($"{most:#,0} more {noun}; with one more: {next.Sentence}"));

        bool Holds(long n)
        {
            cancellation.ThrowIfCancellationRequested();
            return n == 0 || Planner.Verdict(grown(n)).Initializes;
        }
    }

    private static long MostGiB(PlanMachine machine) => MachineGrowth.RoomForRanges(machine) == 0 ? 0 : (long)(MachineGrowth.Room(machine) / Step);

    private static long MostNodes(PlanMachine machine) =>
        Math.Min(MachineGrowth.RoomForRanges(machine), Math.Min(MemoryBlock.MaxNode - machine.Map.Blocks.Max(block => block.Node), (long)(MachineGrowth.Room(machine) / NodeBytes(machine))));

    private static PlanMachine WithNodes(PlanMachine machine, long count)
    {
        ulong at = MachineGrowth.Above(machine), bytes = NodeBytes(machine);
        int node = machine.Map.Blocks.Max(block => block.Node);
        return MachineGrowth.WithRanges(machine, [.. Enumerable.Range(0, (int)count).Select(i => new MemoryBlock(new AddressRange(at + (bytes * (ulong)i), at + (bytes * (ulong)(i + 1))), node + 1 + i))]);
    }

    // As much as the last node has, in whole GiB.
    private static ulong NodeBytes(PlanMachine machine)
    {
        int node = machine.Map.Blocks.Max(block => block.Node);
        ulong bytes = machine.Map.Blocks.Where(block => block.Node == node).Aggregate(0UL, (sum, block) => sum + block.Range.Size.Bytes);
        return Math.Max(Step, (bytes + Step - 1) & ~(Step - 1));
    }

    private static HoleHeadroom[] HolesOf(PlanMachine machine, CancellationToken cancellation)
    {
        TdmrLayout layout = TdmrBuilder.Build(machine.Map, machine.Limits, machine.Options);
        int[] tried = [.. Enumerable.Range(0, layout.Tdmrs.Count)];
        if (machine.Map.Blocks.Count > ManyRanges)
        {
            tried = [tried.MaxBy(i => layout.Tdmrs[i].Reserved.Count)];
        }

        return [.. tried.Select(index =>
        {
            Tdmr tdmr = layout.Tdmrs[index];
            (int block, AddressRange? run) = LargestRun(machine.Map, tdmr);
            long room = run is { } range ? (long)(range.Size.Bytes / Page / 2) - 1 : 0;
            long cap = Math.Min(Math.Clamp(room, 0, Math.Min(machine.Limits.MaxReservedPerTdmr + 1, ManyRanges)), MachineGrowth.RoomForRanges(machine));
            HeadroomFigure figure = cap == 0
                ? new HeadroomFigure(0, PlanLimit.Memory, Text($"0 more holes in TDMR {index}: it has no memory to part."))
                : Figure(n => WithHoles(machine, block, run!.Value, n), cap, Text($"hole in TDMR {index}"), Text($"holes in TDMR {index}"), PlanLimit.None, cancellation);
            return new HoleHeadroom(index, figure);
        })];
    }

    // The longest stretch of memory without a reserved area in the last GiB of a TDMR: a hole further down would part the TDMR.
    private static (int Block, AddressRange? Run) LargestRun(MemoryMap map, Tdmr tdmr)
    {
        (int best, AddressRange? run) = (-1, null);
        int area = 0;
        ulong lowest = Math.Max(tdmr.Range.End.Value - Step, ByteSize.MiB);
        for (int i = 0; i < map.Blocks.Count && map.Blocks[i].Range.Start < tdmr.Range.End; i++)
        {
            ulong at = Math.Max(map.Blocks[i].Range.Start.Value, lowest), end = Math.Min(map.Blocks[i].Range.End.Value, tdmr.Range.End.Value);
            while (at < end)
            {
                while (area < tdmr.Reserved.Count && tdmr.Reserved[area].Range.End.Value <= at)
                {
                    area++;
                }

                ulong stop = area < tdmr.Reserved.Count ? Math.Min(end, Math.Max(at, tdmr.Reserved[area].Range.Start.Value)) : end;
                if (stop > at && (run is not { } longest || stop - at > longest.Size.Bytes))
                {
                    (best, run) = (i, new AddressRange(at, stop));
                }

                at = area < tdmr.Reserved.Count ? Math.Max(stop, tdmr.Reserved[area].Range.End.Value) : end;
            }
        }

        return (best, run);
    }

    // Pages at the upper end of the stretch, where the model is the last to put a PAMT.
    private static PlanMachine WithHoles(PlanMachine machine, int block, AddressRange run, long count)
    {
        MemoryBlock parted = machine.Map.Blocks[block];
        var blocks = new List<MemoryBlock>(machine.Map.Blocks.Take(block));
        ulong at = parted.Range.Start.Value, first = (run.End.Value & ~(Page - 1)) - (2 * Page * (ulong)count);
        for (long i = 0; i < count; i++)
        {
            ulong hole = first + (2 * Page * (ulong)i);
            blocks.Add(parted with { Range = new AddressRange(at, hole) });
            at = hole + Page;
        }

        blocks.Add(parted with { Range = new AddressRange(at, parted.Range.End.Value) });
        blocks.AddRange(machine.Map.Blocks.Skip(block + 1));
        return machine with { Map = MemoryMap.Create(blocks) };
    }

    // TDs are no part of a layout: it is built once.
    private static Reading<HeadroomFigure> TdsOf(PlanMachine machine, CancellationToken cancellation)
    {
        if (machine.Tds.Count == 0)
        {
            return Reading.NotOffered<HeadroomFigure>(Source, "The plan names no TDs. Add tds N x SIZE.");
        }

        PlanTds like = machine.Tds[0] with { Count = 1 };
        ByteSize atRest = Planner.AtRest(machine, TdmrBuilder.Build(machine.Map, machine.Limits, machine.Options), machine.UsesDynamicPamt);
        PlanGuests Guests(long n) => PlanGuests.Of(n == 0 ? machine : machine with { Tds = [.. machine.Tds, like with { Count = (int)n }] }, atRest);
        long most = Search.Largest(Fits, MostTds);
        if (most < 0)
        {
            PlanGuests now = Guests(0);
            return Known(new HeadroomFigure(0, now.Exceeded, $"0 more TDs: {now.Sentence}"));
        }

        string several = Text($"{most:#,0} more TD{(most == 1 ? "" : "s")} of {like.Size}");
        PlanGuests next = Guests(most + 1);
        return Known(most >= MostTds ? new HeadroomFigure(most, PlanLimit.None, $"{several}: more were not tried.")
            : new HeadroomFigure(most, next.Exceeded, $"{several}; with one more: {next.Sentence}"));

        bool Fits(long n)
        {
            cancellation.ThrowIfCancellationRequested();
            return Guests(n).Exceeded == PlanLimit.None;
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
