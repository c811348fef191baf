using System.Text;
using System.Text.Json.Nodes;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Tests.Metadata;

public sealed class ModuleCatalogueTests
{
    private static readonly Reading<int> NoCount = Reading.Unreadable<int>("num_remaining_updates", "Not read.", "Read it.");
    private static readonly Reading<string> NoLoader = Reading.Unreadable<string>("seamldr_version", "Not read.", "Read it.");

    [Theory]
    [InlineData("EMR", 1, 5, 8, 4)]
    [InlineData("SPR", 1, 5, 24, 0)]
    [InlineData("SRF", 1, 5, 24, 1)]
    [InlineData("SRF", 1, 5, 16, 1)]
    [InlineData("GNR", 2, 0, 8, 1)]
    [InlineData("GNR", 2, 0, 15, 0)]
    public void NewerThan_KnownFamily_CountsItsOwnLadder(string family, int major, int minor, int update, int newer) =>
        Assert.Equal(newer, ModuleCatalogue.Shipped.NewerThan(family, new ModuleVersion(major, minor, update))!.Count);

    [Theory]
    [InlineData("CWF")]
    [InlineData("6/85")]
    [InlineData("")]
    public void NewerThan_FamilyWithoutReleases_SaysNothing(string family) => Assert.Null(ModuleCatalogue.Shipped.NewerThan(family, new ModuleVersion(1, 5, 8)));

    [Fact]
    public void Shipped_Ladders_AscendAndSayWhereFrom()
    {
        Assert.Equal(["EMR", "GNR", "SPR", "SRF"], ModuleCatalogue.Shipped.Families);
        Assert.All(ModuleCatalogue.Shipped.Releases, release => Assert.NotEmpty(release.Source));
        Assert.All(ModuleCatalogue.Shipped.Releases.Where(release => release.Published is not null), release => Assert.NotNull(release.UpdateFrom));
        Assert.Empty(ModuleCatalogue.Shipped.Releases.Single(release => release.Version == new ModuleVersion(1, 5, 20)).Families);
    }

    [Theory]
    [InlineData("1.5.16", "1.5.08", UpdateReach.Reachable, "from 1.5.01 on")]
    [InlineData("1.5.16", "1.5.00", UpdateReach.NeedsReboot, "from 1.5.01 on, not from 1.5.00")]
    [InlineData("2.0.08", "2.0.02", UpdateReach.NeedsReboot, "from 2.0.04 on, not from 2.0.02")]
    [InlineData("2.0.08", "1.5.16", UpdateReach.NeedsReboot, "keeps major and minor version, 1.5")]
    [InlineData("1.5.24", "1.5.08", UpdateReach.NotKnown, "not known")]
    public void Of_Versions_SaysWhatARuntimeUpdateReaches(string to, string from, UpdateReach reach, string says)
    {
        var update = RuntimeUpdate.Of(Release(to), Version(from));

        Assert.Equal(reach, update.Reach);
        Assert.Contains(says, update.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "1.5.02", UpdateReach.Reachable, "from 1.5.01 on.")]
    [InlineData(3, "2.0.00", UpdateReach.Reachable, "from 1.5.01 on.")]
    [InlineData(0, "1.5.02", UpdateReach.NeedsReboot, "room for no further update")]
    [InlineData(3, "1.4.09", UpdateReach.NeedsReboot, "needs P-SEAMLDR 1.5.00 or a newer 1.5 or 2.0.00 or a newer 2.0, and 1.4.09 runs")]
    [InlineData(3, null, UpdateReach.Reachable, "Check first that P-SEAMLDR is 1.5.00")]
    [InlineData(null, "1.5.02", UpdateReach.Reachable, "Check first that updates are left: this host does not say.")]
    [InlineData(null, null, UpdateReach.Reachable, "Check first that updates are left and that P-SEAMLDR is")]
    public void Of_AHostsWords_CountsUpdatesLeftAndTheLoader(int? left, string? loader, UpdateReach reach, string says)
    {
        var update = RuntimeUpdate.Of(Release("1.5.16"), Version("1.5.08"),
            left is { } count ? Reading.Known(count, Provenance.Kernel, "test") : NoCount, loader is null ? NoLoader : Reading.Known(loader, Provenance.Kernel, "test"));

        Assert.Equal(reach, update.Reach);
        Assert.Contains(says, update.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_UnknownFloorAndNoUpdateLeft_NeedsAReboot() =>
        Assert.Equal(UpdateReach.NeedsReboot, RuntimeUpdate.Of(Release("1.5.24"), Version("1.5.08"), Reading.Known(0, Provenance.Kernel, "test"), NoLoader).Reach);

    [Theory]
    [InlineData("", "It is no JSON")]
    [InlineData("[]", "the file is no JSON object")]
    [InlineData("""{"format":2}""", "format is not 1")]
    [InlineData("""{"format":1,"asOf":"soon"}""", "asOf is 'soon'")]
    [InlineData("""{"format":1,"asOf":"2026-06","colour":1}""", "a member 'colour'")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[]}""", "releases is empty")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"1.x","families":["EMR"],"source":"a"}]}""", "releases[0].version is \"1.x\": write a version as \"1.5.08\"")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"1.5.1","families":["<b>"],"source":"a"}]}""", "releases[0].families holds '<b>'")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"1.5.1","families":["EMR"],"source":"c"}]}""", "releases[0].source is 'c'")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"1.5.1","families":["EMR"],"source":"a","updateFrom":"1.4.0"}]}""", "from which no runtime update leads to 1.5.01")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"1.5.1","families":["EMR"],"source":"a"},{"version":"1.5.01","families":["SPR"],"source":"a"}]}""", "Version 1.5.01 stands there twice")]
    [InlineData("""{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"1.5.1","published":"2025-2-1","families":["EMR"],"source":"a"}]}""", "releases[0].published is '2025-2-1'")]
    public void Read_WrongFile_NamesThePlaceAndTheRemedy(string json, string says)
    {
        SourceFormatException e = Assert.Throws<SourceFormatException>(() => CatalogueReader.Read(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(says, e.Reason, StringComparison.Ordinal);
        Assert.Contains("/catalogue.json", e.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TooLarge_IsRefusedUnread()
    {
        Assert.Contains("1048577 bytes", Assert.Throws<SourceFormatException>(() => CatalogueReader.Read(new byte[CatalogueReader.MaxBytes + 1])).Reason, StringComparison.Ordinal);

        JsonNode many = JsonNode.Parse(ModuleCatalogue.ShippedBytes())!;
        JsonArray releases = many["releases"]!.AsArray();
        for (int i = 0; i < CatalogueReader.MaxReleases; i++)
        {
            releases.Add(new JsonObject { ["version"] = $"9.{i}.0", ["families"] = new JsonArray("EMR"), ["source"] = "named" });
        }

        Assert.Contains("no list of at most 1000", Assert.Throws<SourceFormatException>(() => CatalogueReader.Read(Encoding.UTF8.GetBytes(many.ToJsonString()))).Reason, StringComparison.Ordinal);
    }

    private static ModuleRelease Release(string version) => ModuleCatalogue.Shipped.Releases.Single(release => release.Version == Version(version));

    private static ModuleVersion Version(string text) => ModuleVersion.TryParse(text, out ModuleVersion version) ? version : throw new ArgumentException(text, nameof(text));
}
