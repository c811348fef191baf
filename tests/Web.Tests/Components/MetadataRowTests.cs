using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Components.Metadata;

namespace TdxDash.Web.Tests.Components;

public sealed class MetadataRowTests
{
    private static readonly FieldId MaxTdmrs = MetadataCatalogue.Find("MAX_TDMRS")!.Id;
    private static readonly FieldId Features = MetadataCatalogue.Find("TDX_FEATURES0")!.Id;

    [Fact]
    public void Of_FieldThatTheModuleLacks_IsNotOfferedAndHasNoZero()
    {
        MetadataRow row = Row(Read(new MetadataValue(MaxTdmrs, [64])), "TDX_FEATURES0");

        Assert.Equal(FieldState.NotOffered, row.State);
        Assert.Empty(row.Raw);
        Assert.Equal("not offered by this module", row.Text);
    }

    [Fact]
    public void Of_ModuleThatWasNotAsked_SaysWhyForEveryField()
    {
        Reading<IReadOnlyList<MetadataValue>> metadata = Reading.Unreadable<IReadOnlyList<MetadataValue>>("libtdxdash", "The device is absent.", "Load it.");

        Assert.All(MetadataRows.Of(metadata, null), row =>
        {
            Assert.Equal(FieldState.Unknown, row.State);
            Assert.Equal("not read: The device is absent.", row.Text);
        });
    }

    [Fact]
    public void Of_ValueAbove2To63_KeepsEveryBit()
    {
        MetadataRow row = Row(Read(new MetadataValue(Features, [0x8000_0000_0004_0001])), "TDX_FEATURES0");

        Assert.Equal([0x8000_0000_0004_0001], row.Raw);
        Assert.Equal(["TD_MIGRATION", "NO_RBP_MOD", "bit 63"], row.Bits.Where(bit => bit.IsSet).Select(bit => bit.Name));
    }

    [Fact]
    public void Of_FieldOutsideTheCatalogue_IsShownAtTheEnd()
    {
        var id = new FieldId(0x3F00_0003_0000_0042);

        MetadataRow last = MetadataRows.Of(Read(new MetadataValue(id, [7])), null)[^1];

        Assert.Equal(id, last.Id);
        Assert.Equal([7ul], last.Raw);
    }

    [Fact]
    public void Of_EarlierSnapshot_MarksWhatChangedAppearedAndWent()
    {
        Reading<IReadOnlyList<MetadataValue>> now = Read(new MetadataValue(MaxTdmrs, [32])), before = Read(new MetadataValue(MaxTdmrs, [64]), new MetadataValue(Features, [1]));

        Dictionary<string, string?> changes = MetadataRows.Of(now, before).Where(row => row.Before is not null).ToDictionary(row => row.Name, row => row.Before);

        Assert.Equal(2, changes.Count);
        Assert.Equal("64", changes["MAX_TDMRS"]);
        Assert.Equal("0x1: TD_MIGRATION", changes["TDX_FEATURES0"]);
    }

    [Theory]
    [InlineData("max_tdmrs", true)]
    [InlineData("0x9100000100000008", true)]
    [InlineData("9100_0001_0000_0008", true)]
    [InlineData("TDMR Info", true)]
    [InlineData("", true)]
    [InlineData("0x", true)]
    [InlineData("PAMT_4K", false)]
    public void Matches_Text_FindsByNameIdAndClass(string text, bool found)
    {
        Assert.Equal(found, Row(Read(new MetadataValue(MaxTdmrs, [64])), "MAX_TDMRS").Matches(text));
    }

    private static MetadataRow Row(Reading<IReadOnlyList<MetadataValue>> metadata, string name) => MetadataRows.Of(metadata, null).Single(row => row.Name == name);

    private static Reading<IReadOnlyList<MetadataValue>> Read(params MetadataValue[] values) =>
        Reading.Known<IReadOnlyList<MetadataValue>>(values, Provenance.Read, "TDH.SYS.RDALL");
}
