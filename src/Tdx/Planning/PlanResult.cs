using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;

namespace TdxDash.Tdx.Planning;

/// <summary>A limit that a plan runs into, or that would be the first one.</summary>
public enum PlanLimit
{
    /// <summary>None.</summary>
    None,

    /// <summary>Private KeyIDs: a module needs one, and each TD one.</summary>
    KeyIds,

    /// <summary>MAX_TDMRS.</summary>
    Tdmrs,

    /// <summary>MAX_RESERVED_PER_TDMR.</summary>
    ReservedAreas,

    /// <summary>Contiguous memory for a PAMT.</summary>
    ContiguousMemory,

    /// <summary>The module refuses the layout in TDH.SYS.CONFIG.</summary>
    Module,

    /// <summary>Memory for TDs.</summary>
    Memory,

    /// <summary>Physical addresses or NUMA nodes end.</summary>
    Addresses,
}

/// <summary>Whether a machine would initialise.</summary>
/// <param name="Initializes">Whether Linux would build a layout and the module accept it.</param>
/// <param name="Limit">The limit that it runs into.</param>
/// <param name="Sentence">How it ends, in a planner's words.</param>
/// <param name="KernelLines">What Linux would print of it, word for word.</param>
public sealed record PlanVerdict(bool Initializes, PlanLimit Limit, string Sentence, IReadOnlyList<string> KernelLines);

/// <summary>The reserved areas of one TDMR.</summary>
/// <param name="Tdmr">Its index.</param>
/// <param name="Range">The TDMR.</param>
/// <param name="Used">Areas that it needs with PAMTs where the model puts them.</param>
/// <param name="Limit">MAX_RESERVED_PER_TDMR.</param>
/// <param name="Least">The fewest over all places that PAMTs could take; null after a failure before PAMTs were placed.</param>
/// <param name="Most">The most over them; null as before.</param>
public sealed record PlanReserved(int Tdmr, AddressRange Range, int Used, int Limit, int? Least, int? Most)
{
    /// <summary>Areas left; negative when it needs more than there are.</summary>
    public int Headroom => Limit - Used;
}

/// <summary>What a plan comes to. Every figure is computed from the plan's machine and carries its provenance.</summary>
public sealed record PlanResult
{
    /// <summary>The machine.</summary>
    public required PlanMachine Machine { get; init; }

    /// <summary>What all figures carry.</summary>
    public Provenance Provenance => Machine.Provenance;

    /// <summary>The layout that Linux would build, or how far it came.</summary>
    public required TdmrLayout Layout { get; init; }

    /// <summary>The layout in words.</summary>
    public required LayoutExplanation Explanation { get; init; }

    /// <summary>What the module would say to it; not offered where Linux comes to no layout.</summary>
    public required Reading<LayoutAcceptance> Acceptance { get; init; }

    /// <summary>Whether it would initialise.</summary>
    public required PlanVerdict Verdict { get; init; }

    /// <summary>What the PAMT costs; not offered where there are no TDMRs to compute it from.</summary>
    public required Reading<PlanPamt> Pamt { get; init; }

    /// <summary>The reserved areas of each TDMR; empty where it ended before they were counted.</summary>
    public required IReadOnlyList<PlanReserved> Reserved { get; init; }

    /// <summary>TDMRs that the memory asks for.</summary>
    public int TdmrsNeeded => Layout.TdmrsNeeded;

    /// <summary>TDMRs left; negative when the memory asks for more than there are.</summary>
    public int TdmrHeadroom => Machine.Limits.MaxTdmrs - Layout.TdmrsNeeded;

    /// <summary>The TDMR that needs most reserved areas against its limit; null where none were counted.</summary>
    public PlanReserved? Peak => Reserved.MaxBy(reserved => reserved.Used);

    /// <summary>How much of each limit is taken, the nearest first.</summary>
    public IReadOnlyList<LimitUse> Limits => LimitUse.Of(this);

    /// <summary>Memory, KeyIDs and TDs; not offered where the machine would not initialise, as it then runs none.</summary>
    public required Reading<PlanGuests> Guests { get; init; }
}
