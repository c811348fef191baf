using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>One machine of a fleet, worked out.</summary>
/// <param name="Id">What the caller knows it by.</param>
/// <param name="Verdict">Whether it would initialise.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="StaticPamt">The static PAMT; null where the TDMRs are exhausted.</param>
/// <param name="DynamicPamt">Dynamic PAMT at the machine's use of memory, reference counts included; null as before.</param>
/// <param name="UsesDynamicPamt">Whether its kernel and module use the second of the two.</param>
/// <param name="Tdmrs">TDMRs that it needs.</param>
/// <param name="MaxTdmrs">MAX_TDMRS.</param>
/// <param name="PeakReserved">The most reserved areas of a TDMR; null where it ended before they were counted.</param>
/// <param name="MaxReserved">MAX_RESERVED_PER_TDMR.</param>
/// <param name="KeyIds">KeyIDs for TDs; null where they are not known.</param>
/// <param name="Provenance">What the figures carry.</param>
/// <param name="Bought">0 for a machine that is there; else how many such machines are to be bought. All figures are those of one.</param>
public sealed record FleetRow(
    string Id, PlanVerdict Verdict, ByteSize Memory, ByteSize? StaticPamt, ByteSize? DynamicPamt, bool UsesDynamicPamt, int Tdmrs, int MaxTdmrs, int? PeakReserved, int MaxReserved, long? KeyIds, Provenance Provenance, int Bought)
{
    /// <summary>How many machines it stands for.</summary>
    public int Machines => Math.Max(1, Bought);

    /// <summary>The PAMT that it pays; null where it does not initialise, as Linux then gives all of it back.</summary>
    public ByteSize? Paid => !Verdict.Initializes ? null : UsesDynamicPamt ? DynamicPamt : StaticPamt;

    /// <summary>What Dynamic PAMT saves in bytes; negative where it costs more, null where neither is known.</summary>
    public long? Gain => StaticPamt is { } of && DynamicPamt is { } dynamic ? (long)of.Bytes - (long)dynamic.Bytes : null;

    /// <summary>TDMRs left; negative when it needs more than there are.</summary>
    public int TdmrsLeft => MaxTdmrs - Tdmrs;

    /// <summary>Areas left in the TDMR that needs most; negative when it needs more than there are, null where they are not counted.</summary>
    public int? ReservedLeft => MaxReserved - PeakReserved;

    /// <summary>The nearer of reserved areas and TDMRs, and the part of it that is taken, in percent; infinite where there is none of it, null where another limit ends it before.</summary>
    public (PlanLimit Limit, double Percent)? Nearest
    {
        get
        {
            if (Verdict.Limit is not (PlanLimit.None or PlanLimit.Tdmrs or PlanLimit.ReservedAreas))
            {
                return null;
            }

            double tdmrs = Part(Tdmrs, MaxTdmrs), reserved = PeakReserved is { } peak ? Part(peak, MaxReserved) : -1;
            return reserved >= tdmrs ? (PlanLimit.ReservedAreas, reserved) : (PlanLimit.Tdmrs, tdmrs);
        }
    }

    /// <summary>Works a machine out.</summary>
    internal static FleetRow Of(FleetMachine one, PlanMachine machine)
    {
        TdmrLayout layout = TdmrBuilder.Build(machine.Map, machine.Limits, machine.Options);
        PlanVerdict verdict = Planner.Verdict(machine, layout, Planner.Judge(machine, layout));
        bool hasTdmrs = Planner.HasTdmrs(machine, layout), hasAreas = hasTdmrs && layout.Error != LayoutError.ENOMEM;
        return new FleetRow(one.Id, verdict, machine.Memory, hasTdmrs ? Planner.AtRest(machine, layout, isDynamic: false) : null,
            hasTdmrs ? Planner.AtRest(machine, layout, isDynamic: true) + Layout.DynamicPamt.PagePairs(PlanPamt.Share(PlanGuests.InUse(machine), machine.SmallPages), machine.Limits) : null,
            machine.UsesDynamicPamt, layout.TdmrsNeeded, machine.Limits.MaxTdmrs, hasAreas ? layout.PeakReserved : null, machine.Limits.MaxReservedPerTdmr,
            machine.KeyIds is { } ids ? Math.Max(0, ids - 1) : null, machine.Provenance, one.Bought);
    }

    private static double Part(int used, int of) => used == 0 ? 0 : 100.0 * used / of;
}
