using System.Collections.Immutable;
using CsCheck;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Store.History;

namespace TdxDash.Web.Tests.Store.History;

public sealed class DigestCodecTests
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char['a', 'z'], 0, 12];

    private static readonly Gen<HostSummary> Summaries =
        from name in Text
        from words in Gen.Select(Gen.Enum<Origin>(), Gen.Enum<TdxState>(), Text, Text)
        from version in ReadingOf(Gen.Select(Gen.Int[0, 65535], Gen.Int[0, 65535], Gen.Int[0, 65535]).Select((major, minor, update) => new ModuleVersion(major, minor, update)))
        from memory in ReadingOf(Gen.ULong.Select(bytes => new ByteSize(bytes)))
        from pamt in ReadingOf(Gen.ULong.Select(bytes => new ByteSize(bytes)))
        from computedPamt in ReadingOf(Gen.ULong.Select(bytes => new ByteSize(bytes)))
        from counts in ReadingOf(Gen.Int[0, int.MaxValue]).Array[4]
        from keyIds in ReadingOf(Gen.Long).Array[2]
        from kernel in ReadingOf(Text)
        from tier in ReadingOf(Gen.Enum<ProbeTier>())
        select new HostSummary
        {
            Name = name,
            Origin = words.Item1,
            State = words.Item2,
            StateReason = words.Item3,
            CpuFamily = words.Item4,
            Version = version,
            Memory = memory,
            Pamt = pamt,
            ComputedPamt = computedPamt,
            PeakReserved = counts[0],
            MaxReserved = counts[1],
            Tdmrs = counts[2],
            MaxTdmrs = counts[3],
            KeyIds = keyIds[0],
            KeyIdsInUse = keyIds[1],
            KernelRelease = kernel,
            Tier = tier,
        };

    private static readonly Gen<HostDigest> Digests =
        from summary in Summaries
        from attributes in ReadingOf(Text).Array[HostAttributes.Count]
        select new HostDigest(summary, new HostAttributes([.. attributes]));

    [Fact]
    public void Read_WhatWasWritten_IsTheSame() => Digests.Sample(digest =>
    {
        var texts = new Texts();
        byte[] bytes = DigestCodec.Write(digest, texts.IdOf);

        Assert.Equal(digest, DigestCodec.Read(bytes, texts.TextOf));
        Assert.Equal(digest.Summary, DigestCodec.ReadSummary(bytes, texts.TextOf));
        Assert.True(DigestCodec.IsCurrent(bytes));
    }, iter: 500);

    [Fact]
    public void Read_DamagedBytes_IsRefusedAndNothingElse() => Gen.Select(Digests, Gen.Int[0, 10_000], Gen.Byte, Gen.Bool).Sample((digest, place, value, cut) =>
    {
        var texts = new Texts();
        byte[] bytes = DigestCodec.Write(digest, texts.IdOf);
        place %= bytes.Length;
        byte[] damaged = cut ? bytes[..place] : [.. bytes[..place], value, .. bytes[(place + 1)..]];

        Exception? error = Record.Exception(() => DigestCodec.Read(damaged, texts.TextOf));

        Assert.True(error is null or InvalidDataException, $"{error}");
    }, iter: 2_000);

    [Fact]
    public void Write_TextBeyondWhatIsShown_IsCutAndInert()
    {
        var texts = new Texts();
        HostSummary summary = Summaries.Single();
        var digest = new HostDigest(summary with { StateReason = new string('x', 5_000), Name = "a\u202Eb" }, new HostAttributes([.. Enumerable.Repeat(Reading.NotOffered<string>("", ""), HostAttributes.Count)]));

        HostSummary read = DigestCodec.ReadSummary(DigestCodec.Write(digest, texts.IdOf), texts.TextOf);

        Assert.Equal(1_000, read.StateReason.Length);
        Assert.Equal("a\uFFFDb", read.Name);
    }

    [Fact]
    public void Form_MembersOfADigest_AreThoseThatTheFormWasMadeFor()
    {
        // A new member has to be written and read by the codec, and its form raised; then this list grows.
        string[] members =
        [
            "ComputedPamt", "CpuFamily", "KernelRelease", "KeyIds", "KeyIdsInUse", "MaxReserved", "MaxTdmrs", "Memory", "Name", "Origin", "Pamt", "PeakReserved", "State", "StateReason", "Tdmrs", "Tier", "Version",
        ];
        Assert.Equal(members, typeof(HostSummary).GetProperties().Where(property => property.SetMethod is not null).Select(property => property.Name).Order(StringComparer.Ordinal));
        Assert.Equal(8, HostAttributes.Count);
        Assert.Equal(2, DigestCodec.Form);
    }

    [Fact]
    public void Read_FormBefore_LacksTheComputedPamtAlone()
    {
        var texts = new Texts();
        HostDigest digest = Digests.Single();
        HostSummary without = digest.Summary with { ComputedPamt = HostSummary.NoComputedPamt };
        byte[] none = DigestCodec.Write(digest with { Summary = without }, texts.IdOf);
        byte[] other = DigestCodec.Write(digest with { Summary = without with { ComputedPamt = Reading.Known(default(ByteSize), Provenance.Computed, "layout") } }, texts.IdOf);
        // The two differ from the reading's state on; one that is not offered takes that and the ids of three texts, a byte each here.
        int place = none.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count();
        byte[] before = [1, .. none[1..place], .. none[(place + 4)..]];

        Assert.Equal(without, DigestCodec.ReadSummary(before, texts.TextOf));
        Assert.True(DigestCodec.IsReadable(before) && !DigestCodec.IsCurrent(before));
    }

    private static Gen<Reading<T>> ReadingOf<T>(Gen<T> value) => Gen.OneOf(
        Gen.Select(value, Gen.Enum<Provenance>(), Text).Select((known, provenance, source) => Reading.Known(known, provenance, source)),
        Gen.Select(Text, Text).Select((source, reason) => Reading.NotOffered<T>(source, reason)),
        Gen.Select(Text, Text, Text).Select((source, reason, remedy) => Reading.Unreadable<T>(source, reason, remedy)));

    private sealed class Texts
    {
        private readonly List<string> _texts = [];

        public long IdOf(string text)
        {
            int known = _texts.IndexOf(text);
            if (known < 0)
            {
                _texts.Add(text);
                known = _texts.Count - 1;
            }

            return known;
        }

        public string TextOf(long id) => id < _texts.Count ? _texts[(int)id] : throw new InvalidDataException("No such text.");
    }
}
