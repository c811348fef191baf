using CsCheck;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Tdx.Snapshots.Diff;

namespace TdxDash.Tdx.Tests.Snapshots.Diff;

public sealed class SnapshotDiffProperties
{
    // A pair that shares most of its parts: each part is the base's, another snapshot's, or the base's with a few elements changed.
    private static readonly Gen<(Snapshot Before, Snapshot After)> Mutated =
        from before in SnapshotGenerator.Snapshots
        from other in SnapshotGenerator.Snapshots
        from take in Gen.Bool.Array[14]
        from seed in Gen.Int
        select (before, Mix(before, other, take, new Random(seed)));

    [Fact]
    public void Apply_OfAnyPair_GivesTheTargetsBytes() =>
        Gen.Select(SnapshotGenerator.Snapshots, SnapshotGenerator.Snapshots).Sample((before, after) => Leads(before, after));

    [Fact]
    public void Apply_OfAMutatedPair_GivesTheTargetsBytes() => Mutated.Sample(pair => Leads(pair.Before, pair.After) && Leads(pair.After, pair.Before), iter: 1_000);

    [Fact]
    public void Between_OfASnapshotAndItsCopy_IsEmpty() => SnapshotGenerator.Snapshots.Sample(snapshot =>
    {
        Snapshot copy = SnapshotCodec.Parse(SnapshotCodec.Write(snapshot)).Snapshot!;
        return SnapshotDiff.Between(snapshot, copy).IsEmpty && SnapshotDiff.Between(snapshot, snapshot).IsEmpty;
    });

    [Fact]
    public void Between_Twice_GivesTheSameText() => Mutated.Sample(pair =>
        DiffText.Of(SnapshotDiff.Between(pair.Before, pair.After)) == DiffText.Of(SnapshotDiff.Between(pair.Before, pair.After)));

    [Fact]
    public void Match_OfRegions_PairsEachAtMostOnce()
    {
        Gen<AddressRange[]> ranges = Gen.Select(Gen.ULong[0, 60], Gen.ULong[1, 12], (start, size) => new AddressRange(start, start + size)).Array[0, 30];
        Gen.Select(ranges, ranges).Sample((before, after) =>
        {
            int[] match = RegionMatch.Match(before, after, range => range);
            int[] used = [.. match.Where(index => index >= 0)];
            int[] left = [.. Enumerable.Range(0, before.Length).Except(used)];
            AddressRange[] right = [.. after.Where((_, i) => match[i] < 0)];

            // What is left over shares no start, end, byte or size with anything left over on the other side.
            return used.Distinct().Count() == used.Length
                && !left.Any(i => right.Any(range => range.Start == before[i].Start || range.End == before[i].End || range.Size == before[i].Size));
        });
    }

    [Fact]
    public void ByLine_OfAnyLines_FindsTheLongestCommonSubsequence()
    {
        Gen<IReadOnlyList<string>> lines = Gen.Int[0, 4].Select(i => $"line {i}").Array[0, 12].Select(array => (IReadOnlyList<string>)array);
        Gen.Select(lines, lines).Sample((before, after) =>
        {
            int[] match = Matches.ByLine(before, after);
            (int From, int To)[] pairs = [.. match.Select((from, to) => (from, to)).Where(pair => pair.from >= 0)];
            return pairs.All(pair => before[pair.From] == after[pair.To])
                && pairs.Zip(pairs.Skip(1)).All(two => two.First.From < two.Second.From)
                && pairs.Length == LongestCommon(before, after);
        });
    }

    private static bool Leads(Snapshot before, Snapshot after)
    {
        SnapshotDiff diff = SnapshotDiff.Between(before, after);
        byte[] target = SnapshotCodec.Write(after);
        bool same = SnapshotCodec.Write(before).AsSpan().SequenceEqual(target);
        return SnapshotCodec.Write(diff.Apply(before)).AsSpan().SequenceEqual(target) && diff.IsEmpty == same;
    }

    // The textbook's table.
    private static int LongestCommon(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        int[,] length = new int[before.Count + 1, after.Count + 1];
        for (int i = 1; i <= before.Count; i++)
        {
            for (int j = 1; j <= after.Count; j++)
            {
                length[i, j] = before[i - 1] == after[j - 1] ? length[i - 1, j - 1] + 1 : Math.Max(length[i - 1, j], length[i, j - 1]);
            }
        }

        return length[before.Count, after.Count];
    }

    private static Snapshot Mix(Snapshot before, Snapshot other, bool[] take, Random random) => before with
    {
        Origin = take[0] ? other.Origin : before.Origin,
        Host = before.Host with
        {
            Name = take[1] ? other.Host.Name : before.Host.Name,
            KernelRelease = take[2] ? Relabel(before.Host.KernelRelease, random) : before.Host.KernelRelease,
        },
        Memory = before.Memory with
        {
            Map = take[3] ? before.Memory.Map.Map(list => Thin(list, random)) : before.Memory.Map,
            FirmwareMap = take[4] ? before.Memory.FirmwareMap.Map(list => Stir(list, random)) : before.Memory.FirmwareMap,
        },
        Module = before.Module with { Metadata = take[5] ? before.Module.Metadata.Map(list => Flip(Stir(list, random), random)) : before.Module.Metadata },
        Kernel = before.Kernel with
        {
            KeyIdCapacity = take[6] ? other.Kernel.KeyIdCapacity : before.Kernel.KeyIdCapacity,
            LogLines = take[7] ? before.Kernel.LogLines.Map(list => Stir(list, random)) : before.Kernel.LogLines,
        },
        Layout = before.Layout with
        {
            Limits = take[8] ? Relabel(before.Layout.Limits, random) : before.Layout.Limits,
            Layout = take[9] ? before.Layout.Layout.Map(layout => layout with { Tdmrs = Thin(layout.Tdmrs, random), Log = Stir(layout.Log, random) })
                : take[10] ? other.Layout.Layout : before.Layout.Layout,
        },
        Schema = take[11] ? other.Schema : before.Schema,
        Platform = take[11] ? other.Platform : before.Platform is { } platform ? Change(platform, take[12], take[13], random) : null,
    };

    private static PlatformFacts Change(PlatformFacts platform, bool msr, bool kvm, Random random) => platform with
    {
        KeyIdPartitioning = msr ? Relabel(platform.KeyIdPartitioning, random).Map(value => value ^ (1UL << random.Next(64))) : platform.KeyIdPartitioning,
        KvmTdx = kvm ? platform.KvmTdx.Map(known => known with { Cpuid = Stir(known.Cpuid, random), SupportedXfam = known.SupportedXfam ^ 1 }) : platform.KvmTdx,
        AttestationServices = kvm ? platform.AttestationServices.Map(list => Stir(list, random)) : platform.AttestationServices,
    };

    private static Reading<T> Relabel<T>(Reading<T> reading, Random random) =>
        reading.TryGet(out T? value) ? Reading.Known(value, (Provenance)random.Next(6), random.Next(2) == 0 ? reading.Source : "elsewhere") : reading;

    private static IReadOnlyList<T> Thin<T>(IReadOnlyList<T> list, Random random) => [.. list.Where(_ => random.Next(3) > 0)];

    private static IReadOnlyList<T> Stir<T>(IReadOnlyList<T> list, Random random)
    {
        T[] stirred = [.. list.Where(_ => random.Next(5) > 0)];
        if (random.Next(2) == 0)
        {
            random.Shuffle(stirred);
        }

        return [.. stirred];
    }

    private static IReadOnlyList<MetadataValue> Flip(IReadOnlyList<MetadataValue> list, Random random) =>
        [.. list.Select(value => random.Next(3) > 0 ? value : value with { Id = new Tdx.Metadata.FieldId(value.Id.Value ^ (1UL << 63)), Values = [.. value.Values.Select(element => element ^ 1), 7] })];
}
