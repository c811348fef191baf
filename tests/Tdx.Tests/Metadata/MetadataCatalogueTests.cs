using CsCheck;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Metadata;

public sealed class MetadataCatalogueTests
{
    [Fact]
    public void Fields_OfTheEmbeddedFile_Are72OfTheModuleAnd6OfLinux()
    {
        Assert.Equal(72, MetadataCatalogue.Fields.Count(field => !field.IsLinuxProposal));
        Assert.Equal(6, MetadataCatalogue.Fields.Count(field => field.IsLinuxProposal));
        Assert.Equal("NUM_PKGS", MetadataCatalogue.Fields[0].Name);
        Assert.Equal(78, MetadataCatalogue.Fields.Select(field => field.Id.Key).Distinct().Count());
        Assert.All(MetadataCatalogue.Fields, field => Assert.Same(field, MetadataCatalogue.Find(field.Name)));
    }

    [Fact]
    public void Fields_ThatLinuxReads_Are28() => Assert.Equal(28, MetadataCatalogue.Fields.Count(field => field.IsReadByLinux));

    [Theory]
    [InlineData("CMR_SIZE", true)]
    [InlineData("TDVPS_BASE_SIZE", true)]
    [InlineData("CPUID_CONFIG_VALUES", true)]
    [InlineData("NUM_PKGS", false)]
    [InlineData("TDVPS_SIZE_PER_L2_VM", false)]
    [InlineData("EXT_REQUIRED", false)]
    public void Find_AField_TellsWhetherLinuxReadsIt(string name, bool isRead) => Assert.Equal(isRead, MetadataCatalogue.Find(name)!.IsReadByLinux);

    [Theory]
    [InlineData("MAX_TDMRS", 0x9100000100000008, "TDMR Info", 16, 1, 1, "1.5.01")]
    [InlineData("CMR_BASE", 0x9000000300000080, "CMR Info", 64, 32, 1, "1.5.01")]
    [InlineData("CPUID_CONFIG_VALUES", 0x9900000300000500, "TD Configurability", 64, 32, 2, "1.5.01")]
    [InlineData("MAX_VCPUS_PER_TD", 0x9900000100000008, "TD Configurability", 16, 1, 1, "1.5.05")]
    [InlineData("TDX_CONNECT_FEATURES", 0x3000000300000000, "TDX Connect", 64, 1, 1, "2.0")]
    [InlineData("EXT_REQUIRED", 0x3100000000000001, "TDX Module Extensions", 8, 1, 1, "Linux series")]
    public void Find_ByName_GivesTheTablesEntry(string name, ulong id, string className, int bits, int fields, int elements, string first)
    {
        MetadataField field = MetadataCatalogue.Find(name)!;
        Assert.Equal((new FieldId(id), className, bits, fields, elements, first), (field.Id, field.ClassName, field.ElementBits, field.Fields, field.ElementsPerField, field.FirstSeenIn));
    }

    [Theory]
    [InlineData(0x9100000100000008, "MAX_TDMRS")]
    [InlineData(0x1100000100000008, "MAX_TDMRS")] // bit 63 clear
    [InlineData(0x9100004100000008, "MAX_TDMRS")] // header of a sequence of two fields
    [InlineData(0x9100000100000013, "PAMT_PAGE_BITMAP_ENTRY_BITS")] // the size that Linux uses
    [InlineData(0x900000030000009F, "CMR_BASE")] // last of 32
    [InlineData(0x9000000300000100, "CMR_SIZE")]
    [InlineData(0x990000030000053F, "CPUID_CONFIG_VALUES")] // last of 64 elements
    [InlineData(0x0000000200000008, "PKG_FMS")]
    public void Find_ById_IgnoresBit63AndCountsAndKnowsArrayElements(ulong id, string name) =>
        Assert.Equal(name, MetadataCatalogue.Find(new FieldId(id))?.Name);

    [Theory]
    [InlineData(FieldId.Null)]
    [InlineData(0x9000000300000120)] // behind CMR_SIZE
    [InlineData(0x0000000200000009)] // behind PKG_FMS
    [InlineData(0x9110000100000008)] // of a TD, not of the platform
    public void Find_OfUnknownId_IsNull(ulong id) => Assert.Null(MetadataCatalogue.Find(new FieldId(id)));

    [Fact]
    public void Find_OfUnknownName_IsNull() => Assert.Null(MetadataCatalogue.Find("max_tdmrs"));

    [Fact]
    public void Assemble_OfAWalk_JoinsArraysAndKeepsOrder()
    {
        MetadataValue unknown = One(0xBF00000300000007, 9);
        List<MetadataValue> walk = [One(0x9000000100000000, 32)];
        walk.AddRange(Enumerable.Range(0, 32).Select(i => One(0x9000000300000080 + (ulong)i, (ulong)i)));
        walk.AddRange(Enumerable.Range(0, 32).Select(i => One(0x9000000300000100 + (ulong)i, (ulong)i + 100)));
        walk.Add(unknown);
        walk.AddRange(Enumerable.Range(0, 64).Select(i => One(0x9900000300000500 + (ulong)i, (ulong)i)));

        IReadOnlyList<MetadataValue> whole = MetadataCatalogue.Assemble(walk);

        Assert.Equal(["NUM_CMRS", "CMR_BASE", "CMR_SIZE", $"unknown field {unknown.Id}", "CPUID_CONFIG_VALUES"], whole.Select(value => MetadataText.NameOf(value.Id)));
        Assert.Equal(Enumerable.Range(0, 32).Select(i => (ulong)i), whole[1].Values);
        Assert.Equal(100UL, whole[2].Values[0]);
        Assert.Same(unknown, whole[3]);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (ulong)i), whole[4].Values);
    }

    [Theory]
    [InlineData(1)] // field codes count fields
    [InlineData(2)] // field codes count elements
    public void Assemble_OfAListWithFieldsOfTwoElements_JoinsAllElements(int codesPerField)
    {
        MetadataValue[] list = [.. Enumerable.Range(0, 32).Select(i => new MetadataValue(new FieldId(0x9900000300000500 + (ulong)(i * codesPerField)), [(ulong)(2 * i), (ulong)((2 * i) + 1)]))];
        MetadataValue joined = Assert.Single(MetadataCatalogue.Assemble(list));
        Assert.Equal(Enumerable.Range(0, 64).Select(i => (ulong)i), joined.Values);
    }

    [Fact]
    public void Assemble_WithBit63Clear_GivesTheCataloguesId() =>
        Assert.Equal(new FieldId(0x9100000100000008), Assert.Single(MetadataCatalogue.Assemble([One(0x1100000100000008, 64)])).Id);

    [Fact]
    public void Assemble_OfAGapInAnArray_KeepsWhatFollowsApart() =>
        Assert.Equal([2, 1], MetadataCatalogue.Assemble([One(0x9000000300000080, 1), One(0x9000000300000081, 2), One(0x9000000300000083, 4)]).Select(value => value.Values.Count));

    [Fact]
    public void Assemble_OfAnything_LosesNoElement()
    {
        Gen<MetadataValue> value = Gen.Select(Gen.Int[0, MetadataCatalogue.Fields.Count - 1], Gen.UInt[0, 70], Gen.ULong.Array[1, 3],
            (field, offset, values) => new MetadataValue(new FieldId(MetadataCatalogue.Fields[field].Id.Value + offset), values));
        value.Array[0, 40].Sample(list =>
        {
            IReadOnlyList<MetadataValue> once = MetadataCatalogue.Assemble(list);
            return once.Sum(v => v.Values.Count) == list.Sum(v => v.Values.Count);
        });
    }

    private static MetadataValue One(ulong id, ulong value) => new(new FieldId(id), [value]);
}
