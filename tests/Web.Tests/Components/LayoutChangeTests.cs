using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Live;

namespace TdxDash.Web.Tests.Components;

public sealed class LayoutChangeTests
{
    private const ulong GiB = 1UL << 30;

    [Fact]
    public void Of_LayoutThatChanged_NamesWhatCameAndWent()
    {
        TdmrLayout before = Layout(One(0, GiB, 1, 2));
        TdmrLayout after = Layout(One(0, GiB, 1, 3, 5), One(4 * GiB, 2 * GiB));

        IReadOnlyList<ModuleChange> rows = LayoutChange.Of(Samples.Snapshot(layout: before), Samples.Snapshot(layout: after));

        Assert.Equal(
        [
            new ModuleChange("TDMRs", "1 TDMR", "2 TDMRs: +1 −0", true) with { Provenance = Provenance.Computed },
            new ModuleChange("Reserved areas", "2 areas, at most 2 in one TDMR", "3 areas, at most 3 in one TDMR: +2 −1", true) with { Provenance = Provenance.Computed },
            new ModuleChange("PAMT", "1 PAMT, 4 MiB", "2 PAMTs, 8 MiB: +1 −0", true) with { Provenance = Provenance.Computed },
        ], rows);
    }

    [Fact]
    public void Of_SameLayout_SaysTheSameOnBothSides()
    {
        Snapshot snapshot = Samples.Snapshot(layout: Layout(One(0, GiB, 1)));

        Assert.All(LayoutChange.Of(snapshot, snapshot), row => Assert.Equal((row.Before, false), (row.After, row.IsChanged)));
    }

    private static TdmrLayout Layout(params Tdmr[] tdmrs) => new() { Error = LayoutError.None, Log = [], Tdmrs = tdmrs, TdmrsNeeded = tdmrs.Length, PamtKiB = 4_096 };

    private static Tdmr One(ulong start, ulong size, params ulong[] reserved) => new(
        new AddressRange(start, start + size),
        new Pamt(0, new PhysAddr(start + (size / 2)), new ByteSize(4UL << 20), new ByteSize(0), new ByteSize(0)),
        [.. reserved.Select(mib => new ReservedArea(new AddressRange(start + (mib << 20), start + ((mib + 1) << 20)), ReservedCause.Hole))]);
}
