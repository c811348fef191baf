using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

/// <summary>Makes snapshots, valid in all their members, for property tests.</summary>
internal static class SnapshotGenerator
{
    private static readonly string[] Odd = ["", "/proc/cpuinfo", "<script>&\"'\\", "\u2028\0"];

    /// <summary>Texts, plain and odd ones.</summary>
    public static readonly Gen<string> Words = Gen.OneOf(Gen.String[Gen.Char['\u0001', '\uD7FF'], 0, 30], Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]));

    private static readonly Gen<IReadOnlyList<MemoryBlock>> Blocks =
        Gen.Select(Gen.UInt[1, 1 << 20], Gen.UInt[0, 3], Gen.Int[0, MemoryBlock.MaxNode]).Array[0, 50].Select(steps =>
        {
            ulong at = 0;
            var blocks = new List<MemoryBlock>();
            foreach ((uint size, uint gap, int node) in steps)
            {
                at += (ulong)gap << 30;
                blocks.Add(new MemoryBlock(new AddressRange(at, at + size), node));
                at += size;
            }

            return (IReadOnlyList<MemoryBlock>)blocks;
        });

    private static readonly Gen<IReadOnlyList<MetadataValue>> Metadata =
        Gen.Select(Gen.ULong, Gen.ULong.Array[1, 8], (id, values) => new MetadataValue(new FieldId(id), values)).Array[0, 30]
            .Select(list => (IReadOnlyList<MetadataValue>)[.. list.DistinctBy(value => value.Id.Key)]);

    private static readonly Gen<TdmrLimits> Limits = Gen.Select(Gen.UShort[8, ushort.MaxValue], Gen.UShort, Gen.UShort, (a, b, c) => new TdmrLimits(a, b, c, c, c));

    // Few different lines, so that they repeat.
    public static readonly Gen<IReadOnlyList<string>> Lines =
        Gen.OneOf(Words, Gen.Int[0, 3].Select(i => $"virt/tdx: line {i}")).Array[0, 12].Select(array => (IReadOnlyList<string>)array);

    // Ascending by start and overlapping, as firmware may have it.
    private static readonly Gen<IReadOnlyList<FirmwareRange>> Firmware =
        Gen.Select(Gen.ULong[0, 40], Gen.ULong[1, 20], Gen.Int[0, 2]).Array[0, 20].Select(ranges =>
            (IReadOnlyList<FirmwareRange>)[.. ranges.OrderBy(range => range.Item1).Select(range => new FirmwareRange(new AddressRange(range.Item1 << 20, (range.Item1 + range.Item2) << 20), $"type {range.Item3}"))]);

    private static readonly Gen<(ulong Gap, ulong Size, ReservedCause Cause, int Neighbour)[]> Areas =
        Gen.Select(Gen.ULong[0, 2], Gen.ULong[1, 3], Gen.Enum<ReservedCause>(), Gen.Int[0, 2]).Array[0, 8];

    private static readonly Gen<TdmrLayout> Layouts =
        from tdmrs in Gen.Select(Gen.ULong[0, 2], Gen.ULong[1, 4], Areas, Gen.Bool, Gen.ULong[1, 4]).Array[0, 6]
        from log in Lines
        from error in Gen.Enum<LayoutError>()
        from holes in Gen.Enum<HoleSource>()
        from needed in Gen.Int[0, 80]
        from kib in Gen.ULong
        select LayoutOf(tdmrs, log, error, holes, needed, kib);

    /// <summary>Any snapshot that the codec accepts.</summary>
    public static readonly Gen<Snapshot> Snapshots =
        from origin in Gen.Enum<Origin>()
        from name in Of(Words)
        from release in Of(Words)
        from blocks in Of(Blocks)
        from metadata in Of(Metadata)
        from limits in Of(Limits)
        from kvm in Of(Gen.Bool)
        from keys in Of(Gen.Long)
        from updates in Of(Gen.Int)
        from lines in Of(Lines)
        from firmware in Of(Firmware)
        from layout in Of(Layouts)
        from acrossUpdate in Gen.Bool
        from platform in PlatformGenerator.Facts
        from old in Gen.Int[0, 3]
        select OfSchema(old == 0, platform, Assemble(origin, name, release, blocks, metadata, limits, kvm, keys, updates, lines, firmware, layout, acrossUpdate));

    // Both schemas, so that diffs lead from one to the other.
    private static Snapshot OfSchema(bool old, PlatformFacts platform, Snapshot snapshot) => old ? snapshot.OfSchema1() : snapshot with { Platform = platform };

    /// <summary>A reading in each of its states.</summary>
    public static Gen<Reading<T>> Of<T>(Gen<T> value) => Gen.OneOf(
        Gen.Select(value, Gen.Enum<Provenance>(), Words, Reading.Known),
        Gen.Select(Words, Words, Reading.NotOffered<T>),
        Gen.Select(Words, Words, Words, Reading.Unreadable<T>));

    private static Snapshot Assemble(
        Origin origin, Reading<string> name, Reading<string> release, Reading<IReadOnlyList<MemoryBlock>> blocks, Reading<IReadOnlyList<MetadataValue>> metadata,
        Reading<TdmrLimits> limits, Reading<bool> kvm, Reading<long> keys, Reading<int> updates, Reading<IReadOnlyList<string>> lines,
        Reading<IReadOnlyList<FirmwareRange>> firmware, Reading<TdmrLayout> layout, bool acrossUpdate)
    {
        Snapshot full = TestSnapshots.WorkingHost();
        return full with
        {
            Origin = origin,
            Host = full.Host with { Name = name, KernelRelease = release },
            Memory = full.Memory with { Map = blocks, FirmwareMap = firmware },
            Module = full.Module with { Metadata = metadata, TakenAcrossUpdate = acrossUpdate },
            Kernel = full.Kernel with { KvmIntelTdx = kvm, KeyIdCapacity = keys, RemainingUpdates = updates, LogLines = lines },
            Layout = full.Layout with { Limits = limits, Layout = layout },
        };
    }

    private static TdmrLayout LayoutOf(
        (ulong Gap, ulong Size, (ulong Gap, ulong Size, ReservedCause Cause, int Neighbour)[] Areas, bool HasPamt, ulong PamtSize)[] steps,
        IReadOnlyList<string> log, LayoutError error, HoleSource holes, int needed, ulong kib)
    {
        var tdmrs = new List<Tdmr>();
        ulong start = 0;
        foreach (var step in steps)
        {
            start += step.Gap << 30;
            ulong end = start + (step.Size << 30), at = start;
            var areas = new List<ReservedArea>();
            foreach (var area in step.Areas)
            {
                at += area.Gap << 21;
                int? neighbour = area.Neighbour == 0 ? null : area.Neighbour;
                areas.Add(new ReservedArea(new AddressRange(at, at + (area.Size << 21)), area.Cause, area.Cause == ReservedCause.Pamt ? tdmrs.Count : null, neighbour, neighbour));
                at += area.Size << 21;
            }

            Pamt? pamt = step.HasPamt
                ? new Pamt(step.Areas.Length % 3, new PhysAddr(start + (step.PamtSize << 22)), new ByteSize(step.PamtSize << 20), new ByteSize(4096), new ByteSize(4096)) { IsAddressKnown = step.PamtSize > 3 }
                : null;
            tdmrs.Add(new Tdmr(new AddressRange(start, end), pamt, areas));
            start = end;
        }

        bool complete = tdmrs.All(tdmr => tdmr.Pamt is not null);
        return new TdmrLayout { Error = error == LayoutError.None && !complete ? LayoutError.ENOMEM : error, Log = log, Tdmrs = tdmrs, TdmrsNeeded = needed, PamtKiB = kib, FailedTdmr = needed > 64 && tdmrs.Count > 0 ? 0 : null, Holes = holes };
    }
}
