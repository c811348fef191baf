using System.Text;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Snapshots;

public sealed class SnapshotCodecTests
{
    private static readonly Snapshot Full = TestSnapshots.WorkingHost();

    [Fact]
    public void Write_OfTheFullSnapshot_IsTheGoldenFile()
    {
        byte[] golden = File.ReadAllBytes(Repository.Data("snapshots", "working-host.json"));
        Assert.Equal(Encoding.UTF8.GetString(golden), Text(Full));
        Assert.Equal(File.ReadAllText(Repository.Data("snapshots", "working-host.sha256")).Trim(), SnapshotHash.Of(SnapshotCodec.Write(Full)).ToString());
    }

    [Fact]
    public void Write_OfASnapshotOfSchema1_IsWhatDashboardsHaveStored()
    {
        byte[] stored = File.ReadAllBytes(Repository.Data("snapshots", "working-host-schema1.json"));
        SnapshotParse parse = SnapshotCodec.Parse(stored);
        Assert.Null(parse.Error);
        Assert.Null(parse.Snapshot!.Platform);
        Assert.Equal(Encoding.UTF8.GetString(stored), Text(parse.Snapshot));
        Assert.Equal(Encoding.UTF8.GetString(stored), Text(Full.OfSchema1()));
        Assert.Equal(File.ReadAllText(Repository.Data("snapshots", "working-host-schema1.sha256")).Trim(), SnapshotHash.Of(SnapshotCodec.Write(parse.Snapshot)).ToString());
    }

    [Theory]
    [InlineData("/sys/\u00e9\"\\/\ud83d\ude00")]
    [InlineData("")]
    public void Parse_OfASourceWithAnyText_KeepsIt(string source)
    {
        foreach (string name in new[] { source, source + new string('\u00e9', 128) })
        {
            Snapshot odd = Full with { Host = Full.Host with { Name = Reading.Known("a", Provenance.Kernel, name) } };
            Assert.Equal(name, SnapshotCodec.Parse(SnapshotCodec.Write(odd)).Snapshot!.Host.Name.Source);
        }
    }

    [Fact]
    public void Parse_OfSchema2WithoutPlatform_IsRefused() =>
        Assert.Contains("schema 2 needs the member platform", SnapshotCodec.Parse(SnapshotCodec.Write(Full with { Platform = null })).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"schema\":2}", 2)]
    [InlineData("{\"a\":{\"schema\":7},\"schema\":1}", 1)]
    [InlineData("{\"schema\":\"2\"}", null)]
    [InlineData("{}", null)]
    public void SchemaOf_OfADocument_IsWhatItStates(string text, int? schema) => Assert.Equal(schema, SnapshotCodec.SchemaOf(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Parse_OfEachTestSnapshot_RoundTrips()
    {
        foreach (Snapshot snapshot in new[] { Full, TestSnapshots.VirtualMachine(), TestSnapshots.FailingHost(), Full.WithLayout(20, 3), Full.OfSchema1() })
        {
            SnapshotParse parse = SnapshotCodec.Parse(SnapshotCodec.Write(snapshot));
            Assert.Null(parse.Error);
            Assert.Equal(Text(snapshot), Text(parse.Snapshot!));
        }
    }

    [Fact]
    public void Parse_OfTheIndentedForm_GivesTheSameSnapshot() =>
        Assert.Equal(Text(Full), Text(SnapshotCodec.Parse(Encoding.UTF8.GetBytes(SnapshotCodec.WriteIndented(Full))).Snapshot!));

    [Fact]
    public void Parse_OfValuesAbove63Bits_KeepsEveryBit() =>
        Assert.Contains(SnapshotCodec.Parse(SnapshotCodec.Write(Full)).Snapshot!.Module.Metadata.Value, value => value.Values[0] == ulong.MaxValue);

    [Fact]
    public void Parse_OfTdmrWithoutPamt_RoundTrips()
    {
        Snapshot without = Full with { Layout = Full.Layout with { Layout = Full.Layout.Layout.Map(layout => layout with { Error = LayoutError.ENOMEM, Tdmrs = [layout.Tdmrs[1] with { Pamt = null, Reserved = [] }] }) } };
        SnapshotParse parse = SnapshotCodec.Parse(SnapshotCodec.Write(without));
        Assert.Null(parse.Error);
        Assert.Null(parse.Snapshot!.Layout.Layout.Value.Tdmrs[0].Pamt);
    }

    [Fact]
    public void Write_TakenAcrossUpdate_StandsThereOnlyWhenItIsTrue()
    {
        Snapshot across = Full with { Module = Full.Module with { TakenAcrossUpdate = true } };

        Assert.DoesNotContain("takenAcrossUpdate", Text(Full), StringComparison.Ordinal);
        Assert.Contains("\"takenAcrossUpdate\":true", Text(across), StringComparison.Ordinal);
        Assert.True(SnapshotCodec.Parse(SnapshotCodec.Write(across)).Snapshot!.Module.TakenAcrossUpdate);
    }

    [Fact]
    public void Parse_OfEveryTruncation_IsRefused()
    {
        byte[] whole = SnapshotCodec.Write(Full);
        for (int length = 0; length < whole.Length; length++)
        {
            SnapshotParse parse = SnapshotCodec.Parse(whole.AsSpan(0, length));
            Assert.Null(parse.Snapshot);
            Assert.NotNull(parse.Error);
        }
    }

    [Fact]
    public void Parse_OfNewerSchema_SaysNewerAndTheRemedy()
    {
        string error = Refusal("\"schema\":2,", "\"schema\":3,\"future\":{\"a\":1},");
        Assert.Contains("schema 3", error, StringComparison.Ordinal);
        Assert.Contains("Update TdxDash", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\":2,", "\"schema\":0,", "schema is 0")]
    [InlineData("\"schema\":2,", "\"schema\":2,\"surprise\":1,", "surprise")]
    [InlineData("\"schema\":2,", "\"schema\":2,\"schema\":2,", "schema")]
    [InlineData("\"schema\":2,", "", "schema")]
    [InlineData("\"schema\":2,", "\"schema\":\"1\",", "schema")]
    [InlineData("\"schema\":2,", "\"schema\":99999999999,", "schema")]
    [InlineData("\"schema\":2,", "\"schema\":1,", "schema 1 has no member platform")]
    [InlineData("\"platform\":{", "\"platform\":[{", "platform")]
    [InlineData("\"platform\":{\"keyIdPartitioning\"", "\"platform\":{\"keyId\"", "keyId")]
    [InlineData("\"0x200000001f\"", "137438953503", "hex digits")]
    [InlineData("\"edx\":\"0x0\"", "\"edx\":\"0x100000000\"", "32 bits")]
    [InlineData("{\"function\":\"0x1\",", "null,{\"function\":\"0x1\",", "platform.kvmTdx.cpuid has the JSON word null")]
    [InlineData("\"qgsd running\"", "null", "platform.attestationServices has the JSON word null")]
    [InlineData("\"blockSize\":\"0x8000000\"", "\"blockSize\":\"0x8000001\"", "no power of two")]
    [InlineData("\"blockSize\":\"0x8000000\"", "\"blockSize\":\"0x0\"", "no power of two")]
    [InlineData("\"blockSize\":\"0x8000000\"", "\"blockSize\":\"0x10000000000000\"", "more than 2^52 bytes")]
    [InlineData("\"online\":64", "\"online\":-1", "-1 memory blocks online")]
    [InlineData("\"value\":3,", "\"value\":-3,", "platform.keyIdsInUse is -3")]
    [InlineData("\"origin\":\"live\"", "\"origin\":\"Live\"", "'Live' is not one of")]
    [InlineData("\"origin\":\"live\"", "\"origin\":0", "is not one of")]
    [InlineData("\"value\":\"rack1-a07\"", "\"value\":7", "host.name")]
    [InlineData("\"value\":\"rack1-a07\"", "\"value\":\"\\ud800\"", "host.name")]
    [InlineData("\"value\":\"rack1-a07\"", "\"value\":null", "a reading needs")]
    [InlineData("\"value\":\"rack1-a07\"", "\"value\":\"a\",\"value\":\"b\"", "twice")]
    [InlineData("\"value\":\"rack1-a07\"", "\"value\":\"a\",\"other\":\"b\"", "no member 'other'")]
    [InlineData("\"value\":\"rack1-a07\"", "\"value\":\"a\",\"notOffered\":\"b\"", "a reading needs")]
    [InlineData("\"value\":\"rack1-a07\",\"provenance\":\"kernel\"", "\"value\":\"a\",\"provenance\":1", "")]
    [InlineData("\"value\":\"rack1-a07\",\"provenance\":\"kernel\"", "\"value\":\"a\"", "a reading needs")]
    [InlineData("\"name\":{", "\"name\":[{", "a reading must be an object")]
    [InlineData("\"family\":6", "\"family\":NaN", "")]
    [InlineData("\"family\":6", "\"family\":6.5", "family")]
    [InlineData("\"family\":6", "\"family\":-6", "negative")]
    [InlineData("\"family\":6", "\"family\":1e999", "family")]
    [InlineData("\"tdxBugs\":[\"tdx_pw_mce\"]", "\"tdxBugs\":[null]", "null")]
    [InlineData("\"tdxBugs\":[\"tdx_pw_mce\"]", "\"tdxBugs\":null", "tdxBugs")]
    [InlineData("\"cpus\":\"0-15\"", "\"cpus\":null", "cpus")]
    [InlineData("{\"range\":[\"0x1000\",\"0x9f000\"],\"node\":0}", "null", "null")]
    [InlineData("{\"id\":0,\"cpus\":\"0-15\"}", "{\"id\":1024,\"cpus\":\"\"}", "1023")]
    [InlineData("{\"id\":0,\"cpus\":\"0-15\"}", "{\"id\":0,\"cpus\":\"\",\"x\":1}", "$.memory.nodes")]
    [InlineData("{\"id\":0,\"cpus\":\"0-15\"}", "{\"id\":0,\"cpus\":\"\"},{\"id\":0,\"cpus\":\"\"}", "twice")]
    [InlineData("[\"0x1000\",\"0x9f000\"],\"node\":0", "[\"0x1000\",\"0x9f000\"],\"node\":1024", "1023")]
    [InlineData("[\"0x1000\",\"0x9f000\"]", "[\"0x1000\",\"0x200000\"]", "overlaps")]
    [InlineData("[\"0x1000\",\"0x9f000\"]", "[\"0x9f000\",\"0x1000\"]", "backwards")]
    [InlineData("[\"0x1000\",\"0x9f000\"]", "[\"0x1000\",\"0x1000\"]", "empty")]
    [InlineData("[\"0x1000\",\"0x9f000\"]", "[\"0x1000\",\"0x9f000\",\"0xa0000\"]", "exactly")]
    [InlineData("[\"0x1000\",\"0x9f000\"]", "[4096,651264]", "hex digits")]
    [InlineData("[\"0x1000\",\"0x9f000\"]", "[\"0x1000\"", "")]
    [InlineData("[\"0x100000000\",\"0x280000000\"],\"node\":0", "[\"0x100000000\",\"0x10000000000001\"],\"node\":0", "2^52")]
    [InlineData("\"id\":\"0x8800000200000001\"", "\"id\":\"0x0800000200000000\"", "twice")]
    [InlineData("\"values\":[\"0x8086\"]", "\"values\":[]", "0 elements")]
    [InlineData("\"values\":[\"0x8086\"]", "\"values\":[\"0x10000000000000000\"]", "hex digits")]
    [InlineData("\"maxTdmrs\":64,", "", "maxTdmrs")]
    [InlineData("\"maxTdmrs\":64,", "\"maxTdmrs\":65536,", "maxTdmrs")]
    [InlineData("\"start\":\"0x100000000\"", "\"start\":\"0x10000000000000\"", "PAMT")]
    [InlineData("\"size4K\":\"0x800000\"", "\"size4K\":\"0xffffffffffffffff\"", "PAMT")]
    [InlineData("{\"range\":[\"0x0\",\"0x100000\"],\"cause\":\"hole\"}", "{\"range\":[\"0x0\",\"0x100000000\"],\"cause\":\"hole\"}", "does not lie inside")]
    [InlineData("\"pamtOfTdmr\":1", "\"pamtOfTdmr\":2", "not there")]
    [InlineData("{\"range\":[\"0x0\",\"0x80000000\"],\"pamt\"", "{\"range\":[\"0x0\",\"0x140000000\"],\"pamt\"", "does not lie above")]
    public void Parse_OfADefect_IsRefusedWithItsName(string find, string replace, string message) =>
        Assert.Contains(message, Refusal(find, replace), StringComparison.Ordinal);

    [Fact]
    public void Parse_OfADefectInsideAReading_NamesTheWholePath() =>
        Assert.Equal("The snapshot is not valid: value[0].range: range [0x9f000, 0x1000) is empty, runs backwards or ends beyond 2^52 at $.memory.map (byte 1013). Take it again with a probe of this version.",
            Refusal("[\"0x1000\",\"0x9f000\"]", "[\"0x9f000\",\"0x1000\"]"));

    [Fact]
    public void Parse_OfTooManyRanges_NamesTheNumber()
    {
        MemoryBlock[] blocks = [.. Enumerable.Range(0, MemoryMap.MaxBlocks + 1).Select(i => new MemoryBlock(new AddressRange((ulong)i << 13, ((ulong)i << 13) + 0x1000), 0))];
        Snapshot many = Full with { Memory = Full.Memory with { Map = Reading.Known<IReadOnlyList<MemoryBlock>>(blocks, Provenance.Kernel, "memblock") } };
        Assert.Contains("65537 ranges", SnapshotCodec.Parse(SnapshotCodec.Write(many)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfTooManyLogLines_IsRefused() =>
        Assert.Contains("2001 lines", SnapshotCodec.Parse(SnapshotCodec.Write(Full.WithLog([.. Enumerable.Repeat("virt/tdx: x", 2_001)]))).Error, StringComparison.Ordinal);

    [Fact]
    public void Parse_OfATextThatIsTooLong_IsRefused() =>
        Assert.Contains("host.name", SnapshotCodec.Parse(SnapshotCodec.Write(TestSnapshots.WorkingHost(new string('x', 8_193)))).Error, StringComparison.Ordinal);

    [Fact]
    public void Parse_OfTooManyBytes_IsRefusedUnread() =>
        Assert.Contains("at most", SnapshotCodec.Parse(new byte[SnapshotCodec.MaxBytes + 1]).Error, StringComparison.Ordinal);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\uFEFF{}")]
    [InlineData("{}{}")]
    public void Parse_OfAnotherDocument_IsRefused(string text) => Assert.NotNull(SnapshotCodec.Parse(Encoding.UTF8.GetBytes(text)).Error);

    [Fact]
    public void Parse_OfDeepNesting_IsRefused() =>
        Assert.NotNull(SnapshotCodec.Parse(Encoding.UTF8.GetBytes("{\"schema\":1,\"origin\":" + new string('[', 100_000))).Error);

    [Fact]
    public void Parse_OfTrailingBytes_IsRefused() => Assert.NotNull(SnapshotCodec.Parse([.. SnapshotCodec.Write(Full), (byte)'{']).Error);

    [Fact]
    public void Write_OfLoneSurrogates_StaysReadable()
    {
        SnapshotParse parse = SnapshotCodec.Parse(SnapshotCodec.Write(TestSnapshots.WorkingHost("a\uD800b")));
        Assert.Equal("a\uFFFDb", parse.Snapshot!.Host.Name.Value);
    }

    private static string Text(Snapshot snapshot) => Encoding.UTF8.GetString(SnapshotCodec.Write(snapshot));

    private static string Refusal(string find, string replace)
    {
        string text = Text(Full);
        int at = text.IndexOf(find, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the snapshot has no {find}");
        SnapshotParse parse = SnapshotCodec.Parse(Encoding.UTF8.GetBytes(text[..at] + replace + text[(at + find.Length)..]));
        Assert.Null(parse.Snapshot);
        return parse.Error!;
    }
}
