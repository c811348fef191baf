using System.Text.Json.Serialization;
using TdxDash.Tdx.Planning;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Api.V1;

/// <summary>What to plan with: exactly one of host and text.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlanRequest
{
    /// <summary>A plan, as '2 sockets x 1 TiB, hole 2G-4G'; or what the planner's page takes besides: a kernel log, a memory map, or a snapshot in its canonical form. docs/planner.md has the grammar.</summary>
    public string? Text { get; init; }

    /// <summary>A host: HOST for its latest snapshot, HOST@TIME for the one of a time, HOST@rREVISION for a certain one.</summary>
    public string? Host { get; init; }

    /// <summary>Whether to search how far the machine is from its limits, which can take seconds with thousands of ranges.</summary>
    public bool WithHeadroom { get; init; } = true;
}

/// <summary>What a machine comes to. Every figure is computed and carries the plan's provenance.</summary>
public sealed record PlanDocument
{
    /// <summary>The plan in canonical form.</summary>
    public required string Plan { get; init; }

    /// <summary>What all figures carry: hypothetical for a machine that somebody wrote down.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Where the machine is from.</summary>
    public required string Source { get; init; }

    /// <summary>What was assumed, or is not as it seems.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>Memory in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The module; absent for none in particular.</summary>
    public string? Module { get; init; }

    /// <summary>Whether the machine would initialise.</summary>
    public required VerdictItem Verdict { get; init; }

    /// <summary>What the TDX module would say to the layout.</summary>
    public required AcceptanceReading Acceptance { get; init; }

    /// <summary>How much of each limit is taken, the nearest first.</summary>
    public required IReadOnlyList<LimitItem> Limits { get; init; }

    /// <summary>The layout that Linux would build, or how far it came.</summary>
    public required LayoutItem Layout { get; init; }

    /// <summary>What the PAMT costs.</summary>
    public required PlanPamtReading Pamt { get; init; }

    /// <summary>What is left for TDs.</summary>
    public required PlanGuestsReading Guests { get; init; }

    /// <summary>How far the machine is from its limits; absent where that was not asked for.</summary>
    public HeadroomItem? Headroom { get; init; }
}

/// <summary>Whether a machine would initialise.</summary>
public sealed record VerdictItem
{
    /// <summary>Whether Linux would build a layout and the module accept it.</summary>
    public required bool Initializes { get; init; }

    /// <summary>The limit that it runs into; none where it runs into none.</summary>
    public required PlanLimit Limit { get; init; }

    /// <summary>How it ends, in a sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>What Linux would print of it, word for word.</summary>
    public required IReadOnlyList<string> KernelLines { get; init; }
}

/// <summary>How much of a limit is taken.</summary>
public sealed record LimitItem
{
    /// <summary>The limit.</summary>
    public required PlanLimit Limit { get; init; }

    /// <summary>What is taken; more than there is where it does not fit. Bytes for memory.</summary>
    public required long Used { get; init; }

    /// <summary>What there is. Bytes for memory.</summary>
    public required long Most { get; init; }

    /// <summary>Both in one sentence.</summary>
    public required string Sentence { get; init; }
}

/// <summary>What the PAMT costs.</summary>
public sealed record PlanPamtReading : ReadingFacts
{
    /// <summary>The cost.</summary>
    public PlanPamtItem? Value { get; init; }

    internal static PlanPamtReading Of(Reading<PlanPamt> reading) => new PlanPamtReading { Value = reading.TryGet(out PlanPamt? pamt) ? PlanMapping.Pamt(pamt) : null }.Filled<PlanPamtReading>(reading);
}

/// <summary>What the PAMT costs, static and dynamic, in bytes.</summary>
public sealed record PlanPamtItem
{
    /// <summary>What the plan pays.</summary>
    public required long PaidBytes { get; init; }

    /// <summary>The same in percent of memory.</summary>
    public required double PaidPercent { get; init; }

    /// <summary>Whether the plan's kernel and module use Dynamic PAMT.</summary>
    public required bool IsDynamic { get; init; }

    /// <summary>The static PAMT.</summary>
    public required long StaticBytes { get; init; }

    /// <summary>Dynamic PAMT at the plan's use of memory.</summary>
    public required long DynamicBytes { get; init; }

    /// <summary>Memory that the plan's TDs use.</summary>
    public required long InUseBytes { get; init; }

    /// <summary>The use of memory, in percent, from which on Dynamic PAMT takes as much as the static one; absent where it never does.</summary>
    public double? BreakEvenPercent { get; init; }

    /// <summary>The largest contiguous block that a TDMR's PAMT needs.</summary>
    public required long LargestBlockBytes { get; init; }

    /// <summary>By NUMA node, ascending.</summary>
    public required IReadOnlyList<PlanNodeItem> Nodes { get; init; }
}

/// <summary>The PAMT that Linux asks of one NUMA node.</summary>
public sealed record PlanNodeItem
{
    /// <summary>The node.</summary>
    public required int Node { get; init; }

    /// <summary>Its memory in bytes.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>The static PAMT in bytes.</summary>
    public required long StaticBytes { get; init; }

    /// <summary>The tables that Dynamic PAMT allocates at once, in bytes.</summary>
    public required long DynamicTableBytes { get; init; }
}

/// <summary>What is left for TDs.</summary>
public sealed record PlanGuestsReading : ReadingFacts
{
    /// <summary>The figures.</summary>
    public PlanGuestsItem? Value { get; init; }

    internal static PlanGuestsReading Of(Reading<PlanGuests> reading) => new PlanGuestsReading { Value = reading.TryGet(out PlanGuests? guests) ? PlanMapping.Guests(guests) : null }.Filled<PlanGuestsReading>(reading);
}

/// <summary>What is left for TDs.</summary>
public sealed record PlanGuestsItem
{
    /// <summary>Memory in bytes.</summary>
    public required long AvailableBytes { get; init; }

    /// <summary>What the plan's own TDs take in all, in bytes.</summary>
    public required long NeededBytes { get; init; }

    /// <summary>The plan's TDs.</summary>
    public required long Tds { get; init; }

    /// <summary>KeyIDs for TDs.</summary>
    public required NumberReading KeyIds { get; init; }

    /// <summary>How many TDs of each of the plan's sizes fit when there are no others.</summary>
    public required IReadOnlyList<PackingItem> Packing { get; init; }
}

/// <summary>How many TDs of one size fit.</summary>
public sealed record PackingItem
{
    /// <summary>Private memory of each in bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Virtual CPUs of each.</summary>
    public required int Vcpus { get; init; }

    /// <summary>What each takes in all, in bytes.</summary>
    public required long CostBytes { get; init; }

    /// <summary>How many fit.</summary>
    public required long Most { get; init; }

    /// <summary>The limit that binds.</summary>
    public required PlanLimit Binding { get; init; }
}

/// <summary>How far a machine is from its limits.</summary>
public sealed record HeadroomItem
{
    /// <summary>GiB that the highest memory can grow by.</summary>
    public required FigureReading MemoryGiB { get; init; }

    /// <summary>NUMA nodes like the last one that can be added.</summary>
    public required FigureReading Nodes { get; init; }

    /// <summary>TDs of the plan's first size beside those that it has.</summary>
    public required FigureReading Tds { get; init; }

    /// <summary>Holes that the TDMR with room for the fewest can take; absent where that was not searched.</summary>
    public FigureItem? FewestHoles { get; init; }
}

/// <summary>How far something can grow.</summary>
public sealed record FigureReading : ReadingFacts
{
    /// <summary>The figure.</summary>
    public FigureItem? Value { get; init; }

    internal static FigureReading Of(Reading<HeadroomFigure> reading) => new FigureReading { Value = reading.TryGet(out HeadroomFigure? figure) ? FigureItem.Of(figure) : null }.Filled<FigureReading>(reading);
}

/// <summary>How far something can grow until the first limit.</summary>
public sealed record FigureItem
{
    /// <summary>So many more are possible.</summary>
    public required long Most { get; init; }

    /// <summary>What one more runs into; none where more were not tried.</summary>
    public required PlanLimit Limit { get; init; }

    /// <summary>Both in one sentence.</summary>
    public required string Sentence { get; init; }

    internal static FigureItem Of(HeadroomFigure figure) => new() { Most = figure.Most, Limit = figure.Limit, Sentence = figure.Sentence };
}
