using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.SysConfig;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

/// <summary>A snapshot that was accepted never makes its readers throw, however odd it is.</summary>
public sealed class HostileSnapshotProperties
{
    private static readonly Gen<ulong> Edge = Gen.OneOf(AnyOf(0UL, 1UL, 4_096UL, 1UL << 30, (1UL << 50) - 1, 1UL << 52, 1UL << 63, ulong.MaxValue), Gen.ULong);

    private static readonly Gen<ushort> EdgeShort = Gen.OneOf(AnyOf((ushort)0, (ushort)1, (ushort)64, ushort.MaxValue), Gen.UShort);

    private static readonly Gen<int> EdgeInt = Gen.OneOf(AnyOf(int.MinValue, -1, 0, 1, 52, int.MaxValue), Gen.Int);

    private static readonly Gen<TdmrLimits> Limits = Gen.Select(EdgeShort, EdgeShort, EdgeShort, EdgeShort, EdgeShort, (a, b, c, d, e) => new TdmrLimits(a, b, c, d, e));

    private static readonly Gen<Pamt?> Pamts = Gen.Select(Gen.Int[0, 5], Gen.ULong[0, 1UL << 51], Gen.ULong[0, 1UL << 48], Gen.ULong[0, 1UL << 20], Gen.ULong[1, 1UL << 13],
        (kind, start, size4K, size2M, size1G) => kind == 0 ? null : new Pamt(kind, new PhysAddr(start), new ByteSize(kind == 1 ? 0 : size4K >> (8 * kind)), new ByteSize(size2M), new ByteSize(size1G)));

    private static readonly Gen<(ulong Gap, ulong Size, Pamt? Pamt, (ulong Gap, ulong Size, int? Pamt)[] Areas)> Tdmrs = Gen.Select(
        Gen.ULong[0, 1UL << 40], Gen.OneOf(Gen.Const(1UL), Gen.Const(1UL << 30), Gen.ULong[1, 1UL << 44]), Pamts,
        Gen.Select(Gen.ULong[0, 1UL << 30], Gen.ULong[1, 1UL << 30], Gen.Int[-3, 3].Select(pamt => pamt < 0 ? (int?)null : pamt)).Array[0, 20]);

    private static readonly Gen<TdmrLayout> Layouts =
        from error in Gen.Enum<LayoutError>()
        from tdmrs in Tdmrs.Array[0, 70]
        from few in Gen.Bool
        from needed in EdgeInt
        from failed in Gen.Int[-2, 3]
        from kib in Edge
        from holes in Gen.Enum<HoleSource>()
        select Assemble(error, few ? tdmrs[..Math.Min(tdmrs.Length, 3)] : tdmrs, needed, failed, kib, holes);

    private static readonly Gen<IReadOnlyList<MetadataValue>> Cmrs = Gen.Select(Edge.Array[1, 6], Edge.Array[1, 6], Edge.Array[6], (bases, sizes, numbers) => (IReadOnlyList<MetadataValue>)
    [
        Field("CMR_BASE", bases), Field("CMR_SIZE", sizes), Field("MAX_TDMRS", numbers[0]), Field("BUILD_DATE", numbers[1]), Field("MAJOR_VERSION", numbers[2]),
        Field("TDX_FEATURES0", numbers[3]), Field("BUILD_NUM", numbers[4]), Field("VENDOR_ID", numbers[5]),
    ]);

    private static readonly Gen<IReadOnlyList<string>> Log = AnyOf(
        "virt/tdx: initialization failed: TDMRs exhausted.", "virt/tdx: module initialized", "virt/tdx: 999999999999999 KB allocated for PAMT", "virt/tdx: BIOS enabled: private KeyID range [999999999, 0)",
        "virt/tdx: SEAMCALL (0xffffffffffffffff) failed: 0xffffffffffffffff", "virt/tdx: RCX 0xffffffffffffffff RDX 0x0 R08 0x1", "virt/tdx: CMR: [0x0, 0x10000000000000)", "virt/tdx: CMR: [0x1, 0x2)",
        "virt/tdx: Enable Dynamic PAMT", "virt/tdx: TDX module 99999.99999.99999, build number 99999, build date ffffffff", "virt/tdx: module not loaded").Array[0, 12].Select(lines => (IReadOnlyList<string>)lines);

    private static readonly Gen<Snapshot> Hostile =
        from snapshot in SnapshotGenerator.Snapshots
        from limits in Limits
        from layout in Layouts
        from cmrs in Cmrs
        from numbers in EdgeInt.Array[3]
        from log in Log
        from keep in Gen.Int[0, 7]
        select Join(snapshot, limits, layout, cmrs, numbers, log, keep);

    [Fact]
    public void Readers_OfAnyAcceptedSnapshot_NeverThrow()
    {
        int accepted = 0, all = 0;
        Hostile.Sample(
            snapshot =>
            {
                Interlocked.Increment(ref all);
                if (SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).Snapshot is { } parsed)
                {
                    Interlocked.Increment(ref accepted);
                    Read(parsed);
                }
            },
            print: snapshot => SnapshotCodec.WriteIndented(snapshot));
        Assert.True(accepted > all / 20, $"only {accepted} of {all} snapshots were accepted");
    }

    private static void Read(Snapshot snapshot)
    {
        Assert.NotEmpty(ReadinessChecks.Run(snapshot).Summary);
        Assert.NotEmpty(HostSummary.From(snapshot).StateReason);
        var module = ModuleIdentity.From(snapshot);
        Assert.NotNull(LayoutAcceptance.Of(snapshot, module.Cmrs));
        if (snapshot.Memory.Map.TryGet(out IReadOnlyList<MemoryBlock>? blocks) && snapshot.Layout.Layout.TryGet(out TdmrLayout? layout))
        {
            var map = MemoryMap.Create(blocks);
            Assert.All(ReservedUseRange.Of(map, layout), use => Assert.InRange(use.Least, 0, use.Most));
            Assert.Equal(layout.Tdmrs.Count, LayoutExplanation.Of(map, snapshot.Layout.Limits.Or(TdmrLimits.Usual)!, layout, module.Cmrs.Or(null)).Tdmrs.Count);
        }
    }

    private static TdmrLayout Assemble(
        LayoutError error, (ulong Gap, ulong Size, Pamt? Pamt, (ulong Gap, ulong Size, int? Pamt)[] Areas)[] parts, int needed, int failed, ulong kib, HoleSource holes)
    {
        ulong at = 0;
        var tdmrs = new List<Tdmr>();
        foreach ((ulong gap, ulong size, Pamt? pamt, (ulong Gap, ulong Size, int? Pamt)[] areas) in parts)
        {
            at += gap;
            (ulong place, ulong end) = (at, at + size);
            var reserved = new List<ReservedArea>();
            foreach ((ulong before, ulong length, int? owner) in areas)
            {
                if (place + before + length <= end && (owner ?? 0) < parts.Length)
                {
                    var range = new AddressRange(place + before, place + before + length);
                    reserved.Add(owner is null ? new ReservedArea(range, ReservedCause.Hole, null, (int)(before % 99), null) : new ReservedArea(range, ReservedCause.Pamt, owner));
                    place += before + length;
                }
            }

            tdmrs.Add(new Tdmr(new AddressRange(at, end), error == LayoutError.None ? pamt ?? new Pamt(0, default, new ByteSize(1), default, default) : pamt, reserved));
            at = end;
        }

        return new TdmrLayout { Error = error, Log = [], Tdmrs = tdmrs, TdmrsNeeded = needed & int.MaxValue, PamtKiB = kib, FailedTdmr = failed < 0 || failed >= parts.Length ? null : failed, Holes = holes };
    }

    private static Snapshot Join(Snapshot snapshot, TdmrLimits limits, TdmrLayout layout, IReadOnlyList<MetadataValue> metadata, int[] numbers, IReadOnlyList<string> log, int keep) => snapshot with
    {
        Host = snapshot.Host with { Cpu = snapshot.Host.Cpu.Map(cpu => cpu with { PhysicalAddressBits = numbers[0], LogicalCpus = numbers[1], Packages = numbers[2] }) },
        Module = (keep & 1) != 0 ? snapshot.Module : snapshot.Module with { Metadata = Reading.Known(metadata, Provenance.Read, "TDH.SYS.RD") },
        Kernel = (keep & 2) != 0 ? snapshot.Kernel : snapshot.Kernel with { LogLines = Reading.Known(log, Provenance.Kernel, "log") },
        Layout = new LayoutFacts
        {
            Limits = (keep & 4) != 0 ? Reading.NotOffered<TdmrLimits>("s", "r") : Reading.Known(limits, Provenance.Read, "s"),
            Layout = Reading.Known(layout, Provenance.Computed, "s"),
        },
    };

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static MetadataValue Field(string name, params ulong[] values) => new(MetadataCatalogue.Find(name)!.Id, values);
}
