using System.Globalization;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Diff;

/// <summary>What a layout is made of.</summary>
internal static class LayoutShape
{
    private static readonly Shape<ReservedArea> Area = new RecordShape<ReservedArea>(
        area => area.PamtOfTdmr is { } tdmr
            ? string.Create(CultureInfo.InvariantCulture, $"{area.Range} {Words.Of(area.Cause)} of TDMR {tdmr}")
            : $"{area.Range} {Words.Of(area.Cause)}",
        new Member<ReservedArea, AddressRange>("", area => area.Range, (area, value) => area with { Range = value }, Scalars.Range),
        new Member<ReservedArea, ReservedCause>("cause", area => area.Cause, (area, value) => area with { Cause = value }, Scalars.Word<ReservedCause>()),
        new Member<ReservedArea, int?>("pamtOfTdmr", area => area.PamtOfTdmr, (area, value) => area with { PamtOfTdmr = value }, Scalars.OptionalIndex),
        new Member<ReservedArea, int?>("blockBefore", area => area.BlockBefore, (area, value) => area with { BlockBefore = value }, Scalars.OptionalIndex),
        new Member<ReservedArea, int?>("blockAfter", area => area.BlockAfter, (area, value) => area with { BlockAfter = value }, Scalars.OptionalIndex));

    private static readonly Shape<Pamt> PamtParts = new RecordShape<Pamt>(
        pamt => string.Create(CultureInfo.InvariantCulture, $"{pamt.Range} on node {pamt.Node}"),
        new Member<Pamt, int>("node", pamt => pamt.Node, (pamt, value) => pamt with { Node = value }, Scalars.Node),
        new Member<Pamt, PhysAddr>("start", pamt => pamt.Start, (pamt, value) => pamt with { Start = value }, new ScalarShape<PhysAddr>(start => start.ToString())),
        new Member<Pamt, ByteSize>("size4K", pamt => pamt.Size4K, (pamt, value) => pamt with { Size4K = value }, Scalars.Size),
        new Member<Pamt, ByteSize>("size2M", pamt => pamt.Size2M, (pamt, value) => pamt with { Size2M = value }, Scalars.Size),
        new Member<Pamt, ByteSize>("size1G", pamt => pamt.Size1G, (pamt, value) => pamt with { Size1G = value }, Scalars.Size),
        new Member<Pamt, bool>("isAddressKnown", pamt => pamt.IsAddressKnown, (pamt, value) => pamt with { IsAddressKnown = value }, Scalars.Truth));

    private static readonly Shape<Tdmr> OneTdmr = new RecordShape<Tdmr>(
        tdmr => string.Create(CultureInfo.InvariantCulture, $"{tdmr.Range} with {tdmr.Reserved.Count} reserved areas"),
        new Member<Tdmr, AddressRange>("", tdmr => tdmr.Range, (tdmr, value) => tdmr with { Range = value }, Scalars.Range),
        new Member<Tdmr, Pamt?>("pamt", tdmr => tdmr.Pamt, (tdmr, value) => tdmr with { Pamt = value }, new OptionalShape<Pamt>(new PamtShape(PamtParts), PresenceOf)),
        new Member<Tdmr, IReadOnlyList<ReservedArea>>("reserved", tdmr => tdmr.Reserved, (tdmr, value) => tdmr with { Reserved = value }, Lists.Regions("areas", area => area.Range, Area)));

    private static readonly Shape<IReadOnlyList<Tdmr>> Tdmrs = new ListShape<Tdmr>(
        "TDMRs", (before, after) => RegionMatch.Match(before, after, tdmr => tdmr.Range), OneTdmr, (_, index) => index.ToString(CultureInfo.InvariantCulture))
    {
        Detail = (tdmr, sign) => Lists.RegionDetail(tdmr.Range, sign),
    };

    /// <summary>The module's limits.</summary>
    public static Shape<TdmrLimits> Limits { get; } = new RecordShape<TdmrLimits>(
        limits => string.Create(CultureInfo.InvariantCulture, $"{limits.MaxTdmrs} TDMRs, {limits.MaxReservedPerTdmr} reserved areas"),
        new Member<TdmrLimits, ushort>("maxTdmrs", limits => limits.MaxTdmrs, (limits, value) => limits with { MaxTdmrs = value }, Scalars.ShortCount),
        new Member<TdmrLimits, ushort>("maxReservedPerTdmr", limits => limits.MaxReservedPerTdmr, (limits, value) => limits with { MaxReservedPerTdmr = value }, Scalars.ShortCount),
        new Member<TdmrLimits, ushort>("pamt4KEntrySize", limits => limits.Pamt4KEntrySize, (limits, value) => limits with { Pamt4KEntrySize = value }, Scalars.ShortBytes),
        new Member<TdmrLimits, ushort>("pamt2MEntrySize", limits => limits.Pamt2MEntrySize, (limits, value) => limits with { Pamt2MEntrySize = value }, Scalars.ShortBytes),
        new Member<TdmrLimits, ushort>("pamt1GEntrySize", limits => limits.Pamt1GEntrySize, (limits, value) => limits with { Pamt1GEntrySize = value }, Scalars.ShortBytes));

    /// <summary>The layout.</summary>
    public static Shape<TdmrLayout> Whole { get; } = new RecordShape<TdmrLayout>(
        layout => string.Create(CultureInfo.InvariantCulture, $"{layout.Tdmrs.Count} TDMRs, {layout.PamtKiB} KiB of PAMT"),
        new Member<TdmrLayout, LayoutError>("error", layout => layout.Error, (layout, value) => layout with { Error = value }, new ScalarShape<LayoutError>(error => error.ToString())),
        new Member<TdmrLayout, IReadOnlyList<string>>("log", layout => layout.Log, (layout, value) => layout with { Log = value }, Lists.Lines),
        new Member<TdmrLayout, IReadOnlyList<Tdmr>>("tdmrs", layout => layout.Tdmrs, (layout, value) => layout with { Tdmrs = value }, Tdmrs),
        new Member<TdmrLayout, int>("tdmrsNeeded", layout => layout.TdmrsNeeded, (layout, value) => layout with { TdmrsNeeded = value }, Scalars.Count),
        new Member<TdmrLayout, ulong>("pamtKiB", layout => layout.PamtKiB, (layout, value) => layout with { PamtKiB = value }, Scalars.KiB),
        new Member<TdmrLayout, int?>("failedTdmr", layout => layout.FailedTdmr, (layout, value) => layout with { FailedTdmr = value }, Scalars.OptionalIndex),
        new Member<TdmrLayout, HoleSource>("holes", layout => layout.Holes, (layout, value) => layout with { Holes = value }, Scalars.Word<HoleSource>()));

    private static RegionChange PresenceOf(Pamt? before, Pamt? after) => after is null
        ? Lists.RegionDetail(before!.Range, DiffSign.Removed)
        : Lists.RegionDetail(after.Range, DiffSign.Added);
}

/// <summary>A PAMT: the region that it takes, which follows from its parts, and then the parts.</summary>
internal sealed class PamtShape(Shape<Pamt> parts) : Shape<Pamt>
{
    public override Edit<Pamt>? Compare(Pamt before, Pamt after, string path, EntryList entries)
    {
        if (before == after)
        {
            return null;
        }

        // Entries only: start and parts hold the exact part.
        Scalars.Range.Compare(before.Range, after.Range, path, entries);
        return parts.Compare(before, after, path, entries);
    }

    public override string Describe(Pamt value) => parts.Describe(value);
}
