using CsCheck;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

public sealed class SnapshotProperties
{
    private static readonly string[] Odd = ["", "/proc/cpuinfo", "<script>&\"'\\", "\u2028\0"];

    private static readonly Gen<string> Words = Gen.OneOf(Gen.String[Gen.Char['\u0001', '\uD7FF'], 0, 30], Gen.Int[0, Odd.Length - 1].Select(i => Odd[i]));

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

    private static readonly Gen<TdmrLimits> Limits = Gen.Select(Gen.UShort[2, ushort.MaxValue], Gen.UShort, Gen.UShort, (a, b, c) => new TdmrLimits(a, b, c, c, c));

    internal static readonly Gen<Snapshot> Snapshots =
        from origin in Gen.Enum<Origin>()
        from name in Of(Words)
        from release in Of(Words)
        from blocks in Of(Blocks)
        from metadata in Of(Metadata)
        from limits in Of(Limits)
        from kvm in Of(Gen.Bool)
        from keys in Of(Gen.Long)
        from updates in Of(Gen.Int)
        from lines in Of(Words.Array[0, 10].Select(array => (IReadOnlyList<string>)array))
        select Assemble(origin, name, release, blocks, metadata, limits, kvm, keys, updates, lines);

    [Fact]
    public void Parse_OfWritten_GivesTheSameBytes() => Snapshots.Sample(snapshot =>
    {
        byte[] bytes = SnapshotCodec.Write(snapshot);
        SnapshotParse parse = SnapshotCodec.Parse(bytes);
        return parse.Error is null && SnapshotCodec.Write(parse.Snapshot!).AsSpan().SequenceEqual(bytes);
    });

    [Fact]
    public void Parse_OfAChangedByte_NeverThrows()
    {
        byte[] bytes = SnapshotCodec.Write(TestSnapshots.WorkingHost());
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte).Sample((at, value) =>
        {
            byte[] changed = [.. bytes];
            changed[at] = value;
            SnapshotParse parse = SnapshotCodec.Parse(changed);
            return parse.Snapshot is null == parse.Error is not null;
        });
    }

    [Fact]
    public void From_OfAnySnapshot_GivesARow() => Snapshots.Sample(snapshot => HostSummary.From(snapshot).StateReason.Length > 0);

    private static Gen<Reading<T>> Of<T>(Gen<T> value) => Gen.OneOf(
        Gen.Select(value, Gen.Enum<Provenance>(), Words, Reading.Known),
        Gen.Select(Words, Words, Reading.NotOffered<T>),
        Gen.Select(Words, Words, Words, Reading.Unreadable<T>));

    private static Snapshot Assemble(
        Origin origin, Reading<string> name, Reading<string> release, Reading<IReadOnlyList<MemoryBlock>> blocks, Reading<IReadOnlyList<MetadataValue>> metadata,
        Reading<TdmrLimits> limits, Reading<bool> kvm, Reading<long> keys, Reading<int> updates, Reading<IReadOnlyList<string>> lines)
    {
        Snapshot full = TestSnapshots.WorkingHost();
        return full with
        {
            Origin = origin,
            Host = full.Host with { Name = name, KernelRelease = release },
            Memory = full.Memory with { Map = blocks },
            Module = full.Module with { Metadata = metadata },
            Kernel = full.Kernel with { KvmIntelTdx = kvm, KeyIdCapacity = keys, RemainingUpdates = updates, LogLines = lines },
            Layout = full.Layout with { Limits = limits },
        };
    }
}
